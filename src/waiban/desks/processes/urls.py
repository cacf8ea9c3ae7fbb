from django.urls import path

from waiban.desks.processes import views

app_name = "processes"
urlpatterns = [
    path("", views.order, name="order"),
    path("<uuid:release_id>/bpmn/", views.bpmn, name="bpmn"),
]
