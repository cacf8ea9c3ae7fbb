from django.urls import path

from waiban.site.api import pages

urlpatterns = [
    path("", pages.connections, name="connections"),
    path("described/", pages.described, name="api_described"),
    path("test/", pages.send_test, name="webhook_test"),
    path("tokens/<uuid:token_id>/end/", pages.end_one_token, name="end_token"),
    path("webhooks/<uuid:webhook_id>/end/", pages.end_one_webhook, name="end_webhook"),
]
