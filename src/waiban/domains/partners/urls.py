from django.urls import path

from waiban.domains.partners.views import promises

app_name = "partners"
urlpatterns = [
    path("", promises.promises, name="promises"),
    path("export/", promises.export, name="export"),
    path("<uuid:promise_id>/", promises.promise, name="promise"),
    path("<uuid:promise_id>/answer/", promises.answer, name="answer"),
    path("<uuid:promise_id>/confirm/", promises.confirm, name="confirm"),
]
