"""Reads of the board 护照签证办理: over all trips, and of one."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from waiban.domains.outbound.models import EntryRule, PaperNeed, Trip, VisaBatch
from waiban.domains.outbound.needs import is_late, safe_days

PAGE = 40
VIEWS = ("open", "ask", "doing", "more", "late", "refused", "issued", "all")
SOON = timedelta(days=120)
"""How far ahead the late view looks: a trip beyond it has no safe day behind it."""
Answer, State = PaperNeed.Answer, PaperNeed.State


@dataclass(frozen=True)
class NeedFilter:
    on: date
    view: str = "open"
    kind: str = ""
    country: str = ""
    unit: uuid.UUID | None = None
    trip: uuid.UUID | None = None
    batch: uuid.UUID | None = None
    sort: str = "depart"


def needs(wanted: NeedFilter) -> "QuerySet[PaperNeed]":
    found = PaperNeed.objects.filter(trip__imported=False).select_related(
        "trip__unit", "trip__office", "traveller__unit", "batch"
    )
    match wanted.view:
        case "open":
            found = found.filter(state__in=PaperNeed.OPEN, trip__state=Trip.State.APPROVED).exclude(
                answer=Answer.NOT_NEEDED
            )
        case "ask":
            found = found.filter(answer=Answer.NOT_STATED, state=State.TO_DO, trip__state=Trip.State.APPROVED)
        case "doing":
            found = found.filter(answer=Answer.NEEDED, state__in=[State.TO_DO, State.BOOKED, State.SUBMITTED])
        case "more":
            found = found.filter(state=State.MORE_ASKED)
        case "late":
            found = found.filter(pk__in=late_ids(wanted.on))
        case "refused":
            found = found.filter(state=State.REFUSED)
        case "issued":
            found = found.filter(state=State.ISSUED)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.country:
        found = found.filter(countries__contains=[wanted.country])
    if wanted.unit:
        found = found.filter(trip__unit=wanted.unit)
    if wanted.trip:
        found = found.filter(trip=wanted.trip)
    if wanted.batch:
        found = found.filter(batch=wanted.batch)
    return found


def late_ids(on: date) -> list[uuid.UUID]:
    """Open papers of trips whose last safe day for them has passed."""
    rows = list(
        PaperNeed.objects.filter(
            state__in=PaperNeed.OPEN, trip__state=Trip.State.APPROVED, trip__imported=False,
            trip__depart__range=(on, on + SOON),
        )
        .exclude(answer=Answer.NOT_NEEDED)
        .select_related("trip__office", "trip__case")
    )  # fmt: skip
    safe = safe_days({row.trip_id: row.trip for row in rows}.values())
    return [row.pk for row in rows if is_late(row, safe[row.trip_id], on)]


def page_of(wanted: NeedFilter, after: str = "") -> tuple[list[PaperNeed], str]:
    """By departure, then trip and person; the key of the next page is `day~trip~id`."""
    down = wanted.sort == "-depart"
    sign, step = ("-", "lt") if down else ("", "gt")
    found = needs(wanted).exclude(trip__depart=None)
    if after:
        day, trip, last = after.split("~")
        found = found.filter(
            Q(**{f"trip__depart__{step}": day})
            | Q(**{"trip__depart": day, f"trip_id__{step}": trip})
            | Q(**{"trip__depart": day, "trip_id": trip, f"id__{step}": last})
        )
    rows = list(found.order_by(f"{sign}trip__depart", f"{sign}trip_id", f"{sign}id")[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    one = rows[PAGE - 1]
    return rows[:PAGE], f"{one.trip.depart}~{one.trip_id}~{one.pk}"


def needs_of(trip: Trip) -> list[PaperNeed]:
    rows = PaperNeed.objects.filter(trip=trip).select_related("traveller", "batch", "document", "trip__office")
    order = [kind.value for kind in PaperNeed.Kind]
    return sorted(rows.order_by("id"), key=lambda row: order.index(row.kind))


def need_or_none(need_id: uuid.UUID) -> PaperNeed | None:
    rows = PaperNeed.objects.select_related("trip__office", "trip__unit", "traveller__unit", "batch", "document")
    return rows.filter(pk=need_id).first()


def batches(most: int = 60) -> list[VisaBatch]:
    return list(VisaBatch.objects.prefetch_related("needs").order_by("-year", "-serial")[:most])


def entry_rules(*, ended: bool = False) -> "QuerySet[EntryRule]":
    found = EntryRule.objects.all() if ended else EntryRule.objects.filter(until=None)
    return found.order_by("country", "paper", "-since")


def countries_of(rows: "QuerySet[PaperNeed]") -> list[str]:
    lists: Iterable[list[str]] = rows.order_by().values_list("countries", flat=True).distinct()[:500]
    return sorted({code for codes in lists for code in codes})
