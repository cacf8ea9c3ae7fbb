from django.urls import path

from waiban.desks.register import views

app_name = "register"
urlpatterns = [
    path("", views.search, name="search"),
    path("export/", views.export, name="export"),
    path("verify/", views.verify, name="verify"),
]
