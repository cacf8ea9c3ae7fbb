from django.urls import path

from waiban.core.notify import views

app_name = "notify"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("<uuid:notice_id>/", views.open_one, name="open"),
]
