"""Reads of trips. Row security decides which; these say in which order and how many."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.http import Http404

from waiban.core.access.principals import current_principal
from waiban.core.casework.models import WorkItem
from waiban.domains.outbound.models import Trip

PAGE = 25
COUNTED = 1000
"""Totals above are shown as 1000+ and counted when asked."""
OPEN = (Trip.State.CLOSED, Trip.State.REFUSED, Trip.State.WITHDRAWN)
SORTS = {
    "depart": ("depart", "id"),
    "-depart": ("-depart", "-id"),
    "due": ("case__due", "id"),
    "number": ("year", "number"),
    "-number": ("-year", "-number"),
}


def trip_or_404(trip_id: uuid.UUID | str) -> Trip:
    """Nobody learns of a trip that isn't theirs to see that it exists."""
    try:
        return Trip.objects.select_related("unit", "office", "case").get(pk=trip_id)
    except (Trip.DoesNotExist, ValueError) as error:
        raise Http404 from error


@dataclass(frozen=True)
class TripFilter:
    view: str = "all"
    """all, open, mine, report (report not filed), forwarded, drafts."""
    state: str = ""
    unit: uuid.UUID | None = None
    country: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    sort: str = "-number"


VIEWS = ("all", "open", "mine", "report", "forwarded", "drafts")


def trips(wanted: TripFilter) -> "QuerySet[Trip]":
    found = Trip.objects.all()
    match wanted.view:
        case "open":
            found = found.exclude(state__in=[*OPEN, Trip.State.DRAFT])
        case "mine":
            held = current_principal().posts | current_principal().standing_in
            found = found.filter(case__in=WorkItem.objects.filter(post__in=held, state="open").values("case"))
        case "report":
            found = found.filter(state=Trip.State.RETURNED)
        case "forwarded":
            found = found.filter(state=Trip.State.FORWARDED)
        case "drafts":
            found = found.filter(state=Trip.State.DRAFT)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    if wanted.country:
        found = found.filter(countries__contains=[wanted.country])
    if wanted.since:
        found = found.filter(depart__gte=wanted.since)
    if wanted.until:
        found = found.filter(depart__lte=wanted.until)
    if wanted.text:
        found = found.filter(Q(title__icontains=wanted.text) | Q(unit__name__icontains=wanted.text))
    return found


def page_of(wanted: TripFilter, after: str = "") -> tuple[list[Trip], str]:
    """One page and the key of the next; by key, so that a deep page costs what the first one does."""
    first, second = SORTS[wanted.sort]
    name, tie = first.lstrip("-"), second.lstrip("-")
    found = trips(wanted).select_related("unit", "case").order_by(*_order(wanted.sort))
    if after:
        found = found.filter(_beyond(name, tie, after, down=first.startswith("-")))
    rows = list(found.defer("dossier", "unread", "case__marking")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, _key(rows[-1], name, tie) if more else ""


def _order(sort: str) -> tuple[Any, str]:
    """As the indexes lie: a trip without the day comes last; a number every trip has, and asking more would sort them all."""
    first, second = SORTS[sort]
    name = first.lstrip("-")
    if name == "year":
        return first, second
    return F(name).desc(nulls_last=True) if first.startswith("-") else F(name).asc(nulls_last=True), second


def _key(trip: Trip, name: str, tie: str) -> str:
    value: Any = trip.case.due if name == "case__due" and trip.case else getattr(trip, name, None)
    return f"{'' if value is None else value}~{getattr(trip, tie)}"


def _beyond(name: str, tie: str, after: str, *, down: bool) -> Q:
    value, _, last = after.partition("~")
    step = "lt" if down else "gt"
    if value == "":
        return Q(**{f"{name}__isnull": True, f"{tie}__{step}": last})
    beyond = Q(**{f"{name}__{step}": value}) | Q(**{name: value, f"{tie}__{step}": last})
    if name == "year":
        return beyond & Q(**{f"{name}__{step}e": value})  # said twice: the index begins there
    return beyond | Q(**{f"{name}__isnull": True})


@dataclass(frozen=True)
class Totals:
    trips: int
    people: int
    money: Decimal
    exact: bool


def totals(wanted: TripFilter, *, exact: bool = False) -> Totals:
    found = trips(wanted).order_by()
    if not exact:
        few = found.values("pk")[: COUNTED + 1]
        if few.count() > COUNTED:
            return Totals(COUNTED, 0, Decimal(0), exact=False)
    summed = found.aggregate(people=Sum("head_count"), money=Sum("total_cny"))
    return Totals(found.count(), summed["people"] or 0, summed["money"] or Decimal(0), exact=True)


def every_trip(wanted: TripFilter, most: int) -> Iterator[Trip]:
    return (
        trips(wanted)
        .select_related("unit", "case")
        .defer("dossier", "unread", "case__marking")
        .order_by(*_order(wanted.sort))[:most]
        .iterator(chunk_size=1000)
    )


def earlier_trips_to_copy(limit: int = 30) -> list[Trip]:
    return list(
        Trip.objects.exclude(title="")
        .select_related("unit")
        .defer("dossier", "unread")
        .order_by("-year", "-number")[:limit]
    )


def seen(wanted: TripFilter) -> tuple[set[str], set[uuid.UUID]]:
    """Places and units of the newest trips that are filtered: enough for a menu, and never a scan of all."""
    newest = list(trips(wanted).order_by("-year", "-number").values_list("countries", "unit_id")[:500])
    return {code for codes, _unit in newest for code in codes}, {unit for _codes, unit in newest}


def others_invited_by(trip: Trip, inviter: str, most: int = 5) -> list[Trip]:
    """Other dossiers with the same inviter in the same words, newest first: evidence, never a finding (readings §4)."""
    found = Trip.objects.filter(inviters__contains=[inviter]).exclude(pk=trip.pk).exclude(state=Trip.State.DRAFT)
    return list(found.select_related("unit").defer("dossier", "unread").order_by("-year", "-number")[:most])
