from django.urls import path

from waiban.site.office_init import views

app_name = "office_init"
urlpatterns = [
    path("", views.first, name="first"),
    path("template.xlsx", views.template, name="template"),
    path("<uuid:job_id>/", views.report, name="report"),
]
