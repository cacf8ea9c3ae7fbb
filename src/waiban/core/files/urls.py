from django.urls import path

from waiban.core.files import views

app_name = "files"
urlpatterns = [path("<uuid:file_id>/", views.read, name="read")]
