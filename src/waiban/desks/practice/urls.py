from django.urls import path

from waiban.desks.practice import views

app_name = "practice"
urlpatterns = [
    path("", views.practice, name="practice"),
    path("open/", views.open_it, name="open"),
    path("empty/", views.empty_it, name="empty"),
]
