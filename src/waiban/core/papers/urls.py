from django.urls import path

from waiban.core.papers.views import templates

app_name = "papers"
urlpatterns = [
    path("templates/", templates.all_templates, name="templates"),
    path("templates/<slug:paper>/", templates.one_template, name="template"),
    path("templates/<slug:paper>/shipped.docx", templates.shipped, name="shipped"),
]
