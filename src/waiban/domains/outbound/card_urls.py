"""What a member opens without an account: the trip card, and the worker that keeps it for when there is no network."""

from django.urls import path

from waiban.domains.outbound.views import before

urlpatterns = [
    path("worker.js", before.card_worker, name="trip_card_worker"),
    path("<str:token>/", before.card, name="trip_card"),
]
