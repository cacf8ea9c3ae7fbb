"""What the unit's own officer brings to the office and collects there: one page before setting out."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.casework.clocks import today
from waiban.core.people.models import Post
from waiban.core.ui.format import day_text, short_day_text
from waiban.core.ui.marks import clock_face
from waiban.domains.outbound.briefing import briefing_signed
from waiban.domains.outbound.debts import open_debts
from waiban.domains.outbound.models import PaperNeed, TravelDocument, Trip
from waiban.domains.outbound.need_pages import paper_name
from waiban.domains.outbound.tasks import kinds_for
from waiban.domains.outbound.versions import approved_value

AHEAD = timedelta(days=60)
"""Departures up to then are set out for; later ones have time."""
State = PaperNeed.State


@open_to(Permission.DOCUMENT_READ)
@require_GET
def errands(request: HttpRequest) -> HttpResponse:
    principal, on = current_principal(), today()
    units = list(
        Post.objects.filter(pk__in=principal.posts | principal.standing_in).values_list("unit", flat=True).distinct()
    )
    context = {
        "section": "documents",
        "bring": [*_owed(units, on), *_asked(units)],
        "appointments": _appointments(units, on),
        "collect": _collect(units, on),
    }
    return render(request, "outbound/errands.html", context)


def _owed(units: list[Any], on: date) -> list[dict[str, Any]]:
    """Documents to hand in whose holders are back."""
    rows = open_debts(kind="documents").filter(owing_unit__in=units, came_back__lte=on)
    return [
        {
            "what": row.get_kind_display(),
            "who": row.owing_traveller.name if row.owing_traveller else "",
            "words": row.document.code if row.document else "",
            "url": reverse("outbound:document", args=[row.document_id]) if row.document_id else "",
            "clock": clock_face(row.due_on, on),
        }
        for row in rows[:100]
    ]


def _asked(units: list[Any]) -> list[dict[str, Any]]:
    rows = PaperNeed.objects.filter(traveller__unit__in=units, state=State.MORE_ASKED).select_related("traveller")
    return [
        {
            "what": paper_name(row),
            "who": row.traveller.name,
            "words": row.asked_words,
            "url": reverse("outbound:paper_need", args=[row.pk]),
            "clock": None,
        }
        for row in rows.order_by("asked_on", "id")[:100]
    ]


def _appointments(units: list[Any], on: date) -> list[dict[str, Any]]:
    rows = PaperNeed.objects.filter(
        traveller__unit__in=units, state=State.BOOKED, booked_on__gte=on
    ).select_related("traveller", "trip")  # fmt: skip
    return [
        {
            "day": day_text(row.booked_on),
            "who": row.traveller.name,
            "what": paper_name(row),
            "words": row.booked_words,
            "trip": str(row.trip),
        }
        for row in rows.order_by("booked_on", "id")[:100]
    ]


def _collect(units: list[Any], on: date) -> list[dict[str, Any]]:
    """Documents in the drawer for approved departures, and what still keeps each from being handed out."""
    trips = list(
        Trip.objects.filter(state=Trip.State.APPROVED, depart__range=(on, on + AHEAD), imported=False)
        .select_related("office")
        .order_by("depart", "id")[:50]
    )
    found = []
    for trip in trips:
        value = approved_value(trip)
        members = {member.id for member in (value.members or [] if value else []) if member.id}
        rows = TravelDocument.objects.filter(
            holder__in=[one for one in members if one], holder__unit__in=units, place=TravelDocument.Place.DRAWER,
            state=TravelDocument.State.VALID, kind__in=kinds_for(trip),
        ).select_related("holder")  # fmt: skip
        open_needs = set(
            PaperNeed.objects.filter(trip=trip, state__in=PaperNeed.OPEN, answer="needed").values_list(
                "traveller_id", flat=True
            )
        )
        found += [
            {
                "code": row.code,
                "url": reverse("outbound:document", args=[row.pk]),
                "who": row.holder.name,
                "kind": row.get_kind_display(),
                "trip": str(trip),
                "depart": short_day_text(trip.depart, weekday=True),
                "signed": briefing_signed(trip, str(row.holder_id)) is not None,
                "waits": row.holder_id in open_needs,
            }
            for row in rows.order_by("holder__name", "code")
        ]
    return found
