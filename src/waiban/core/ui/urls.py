from django.urls import path

from waiban.core.ui import views

app_name = "lists"
urlpatterns = [
    path("<slug:list_code>/columns/", views.columns, name="columns"),
    path("<slug:list_code>/views/", views.new_view, name="new_view"),
    path("views/<uuid:view_id>/", views.saved_view, name="saved_view"),
]
