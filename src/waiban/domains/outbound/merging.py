"""What open trips answer, for the office that puts two records of a traveller together or takes them apart."""

import uuid
from collections.abc import Collection, Sequence

from django.urls import reverse
from django.utils.translation import get_language

from waiban.core.people.merging import Answered
from waiban.core.ui.marks import FINDING_WORDS, finding_kind
from waiban.domains.outbound.check import check
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.texts import case_number

MOST = 200
"""Open cases judged at a merge; one person in more open trips than this is no longer a person."""


def answers(travellers: Collection[uuid.UUID]) -> Sequence[Answered]:
    trips = Trip.objects.filter(members__traveller__in=list(travellers), case__result="").distinct()
    return [_answered(trip) for trip in trips.select_related("unit", "office", "case").order_by("pk")[:MOST]]


def _answered(trip: Trip) -> Answered:
    english = (get_language() or "").startswith("en")
    said = {
        f"{finding.rule} {finding.items}": _line(
            finding.answer, finding.level, finding.text_en if english else finding.text_zh
        )
        for finding in check(trip, "approve").all_findings
        if finding.answer != "met"
    }
    return Answered(trip.pk, trip.title, case_number(trip), reverse("outbound:case", args=[trip.pk]), said)


def _line(answer: str, level: str, text: str) -> str:
    return f"{FINDING_WORDS[finding_kind(answer, level)]} {text}"
