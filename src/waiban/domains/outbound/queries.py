"""Reads of trips. Row security decides which; these say in which order and how many."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404

from waiban.core.access.order import walked
from waiban.core.access.principals import current_principal
from waiban.core.casework.models import WorkItem
from waiban.core.search.queries import Matching, narrowed
from waiban.domains.outbound import searching
from waiban.domains.outbound.models import Trip, TripMember

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
    """all, open, mine, report (report not filed), forwarded, went (approved and after), drafts."""
    kind: str = ""
    rank: str = ""
    """Of the leader."""
    state: str = ""
    unit: uuid.UUID | None = None
    country: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    sort: str = "-number"


VIEWS = ("all", "open", "mine", "report", "forwarded", "went", "drafts")
WENT = (Trip.State.APPROVED, Trip.State.AWAY, Trip.State.RETURNED, Trip.State.CLOSED)


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
        case "went":  # what statistics count: approved, away or back, those of former years too
            found = found.filter(state__in=WENT)
        case "drafts":
            found = found.filter(state=Trip.State.DRAFT)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.rank:
        leaders = TripMember.objects.filter(role="leader", rank=wanted.rank)
        found = found.filter(pk__in=leaders.values("trip"))
    if wanted.country:
        found = found.filter(countries__contains=[wanted.country])
    if wanted.since:
        found = found.filter(depart__gte=wanted.since)
    if wanted.until:
        found = found.filter(depart__lte=wanted.until)
    return found


@dataclass(frozen=True)
class Page:
    """`following` is the key of the next page; `menus` are the places and units of the first 500 trips of the list:
    enough for a menu, and never a scan of all.
    """

    rows: Sequence[Trip]
    following: str
    menus: "Sequence[Seen]"
    matching: Matching | None = None
    """What was asked for, to be counted without being looked for again."""


Seen = tuple[uuid.UUID, list[str], uuid.UUID]
"""A trip, its places and its unit."""
LOOK = 500


def page_of(wanted: TripFilter, after: str = "") -> Page:
    """One page; by key, so that a deep page costs what the first one does."""
    matching = searching.matching(wanted.text) if wanted.text else None
    if wanted.sort == "due":
        return _page_by_due(wanted, after, matching)
    first, second = SORTS[wanted.sort]
    name, tie = first.lstrip("-"), second.lstrip("-")
    found = trips(wanted).order_by(*_order(wanted.sort))
    if after:
        found = found.filter(_beyond(name, tie, after, down=first.startswith("-")))
    seen = _look(found, matching)
    rows = _whole(seen[: PAGE + 1])
    return Page(rows[:PAGE], _key(rows[PAGE - 1], name, tie) if len(rows) > PAGE else "", seen, matching)


def _look(found: "QuerySet[Trip]", matching: Matching | None) -> "list[Seen]":
    rows = found.values_list("pk", "countries", "unit")
    return list(rows[:LOOK]) if matching is None else narrowed(rows, matching, PAGE + 1)


def _whole(seen: "Sequence[Seen]") -> list[Trip]:
    """Their rows, in the same order: joined for a page alone, not for all that is sorted."""
    rows = Trip.objects.select_related("unit", "case").defer("dossier", "unread", "case__marking")
    by_id = rows.in_bulk([pk for pk, _places, _unit in seen])
    return [by_id[pk] for pk, _places, _unit in seen if pk in by_id]


def _page_by_due(wanted: TripFilter, after: str, matching: Matching | None) -> Page:
    """What runs against a day first, by the day; then all others, newest first. Two ways, each in the order of an
    index: in one, every trip that there ever was would be sorted.
    """
    found = trips(wanted)
    seen: list[Seen] = []
    beyond_due = after.startswith("~")
    if not beyond_due:
        running = found.filter(case__result="", case__due__isnull=False).order_by(*walked("case__due", "case__id"))
        if after:
            day, _, last = after.partition("~")
            later = Q(case__due__gt=day) | Q(case__due=day, case__id__gt=last)
            running = running.filter(later, case__due__gte=day)
        seen = _look(running, matching)
    if len(seen) <= PAGE:
        others = found.filter(Q(case=None) | Q(case__result__gt="") | Q(case__due=None))
        others = others.order_by(*walked("-year", "-number"))
        if beyond_due:
            others = others.filter(_beyond("year", "number", after[1:], down=True))
        seen += _look(others, matching)
    rows = _whole(seen[: PAGE + 1])
    return Page(rows[:PAGE], _key_by_due(rows[PAGE - 1]) if len(rows) > PAGE else "", seen, matching)


def _key_by_due(trip: Trip) -> str:
    """The day and the case; among those without a day, an empty one and the number."""
    if trip.case and trip.case.due and not trip.case.result:
        return f"{trip.case.due}~{trip.case.pk}"
    return f"~{trip.year}~{trip.number}"


def _order(sort: str) -> tuple[Any, ...]:
    """As the indexes lie: a trip without the day comes last; a number every trip has, and asking more would sort them all."""
    first, second = SORTS[sort]
    return walked(first, second, nulls_last=first.lstrip("-") != "year" or None)


def _key(trip: Trip, name: str, tie: str) -> str:
    value: Any = getattr(trip, name, None)
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


def totals(wanted: TripFilter, matching: Matching | None = None, *, exact: bool = False) -> Totals:
    """`matching` is the page's, where it was asked already."""
    found = trips(wanted).order_by()
    if wanted.text:
        matching = matching or searching.matching(wanted.text)
        if matching.few is None and not exact and replace(wanted, text="", sort="-number") == TripFilter():
            return Totals(COUNTED, 0, Decimal(0), exact=False)
        found = found.filter(pk__in=matching.all(None) if matching.few is None else matching.few)
    counted = found.values("pk", "head_count", "total_cny")
    if not exact:
        counted = counted[: COUNTED + 1]
    summed = counted.aggregate(trips=Count("pk"), people=Sum("head_count"), money=Sum("total_cny"))
    if not exact and summed["trips"] > COUNTED:
        return Totals(COUNTED, 0, Decimal(0), exact=False)
    return Totals(summed["trips"], summed["people"] or 0, summed["money"] or Decimal(0), exact=True)


def every_trip(wanted: TripFilter, most: int, *, whole: bool = False) -> Iterator[Trip]:
    """`whole`: with the dossier."""
    found = trips(wanted).select_related("unit", "case").order_by(*_order(wanted.sort))
    unread = ("unread", "case__marking") if whole else ("dossier", "unread", "case__marking")
    if wanted.text:
        found = found.filter(pk__in=searching.matching(wanted.text).all(None))
    return found.defer(*unread)[:most].iterator(chunk_size=1000)


def approval_numbers(trips: Sequence[Trip]) -> dict[uuid.UUID, str]:
    """Trip → number of the paper that approved it."""
    number = KeyTextTransform("number", KeyTextTransform("approval", "dossier"))
    rows = Trip.objects.filter(pk__in=[trip.pk for trip in trips]).values_list("pk", number)
    return {pk: value for pk, value in rows if value}


def leaders(trips: Sequence[Trip]) -> dict[uuid.UUID, str]:
    """Trip → name of the delegation's leader, where the reader sees the person."""
    rows = TripMember.objects.filter(trip__in=[trip.pk for trip in trips], role="leader")
    return dict(rows.order_by("-place").values_list("trip", "traveller__name"))


def holders(trips: Sequence[Trip]) -> dict[uuid.UUID, str]:
    """Trip → posts at whose desks its case lies now."""
    cases = {trip.case_id: trip.pk for trip in trips if trip.case_id}
    found: dict[uuid.UUID, list[str]] = {}
    rows = WorkItem.objects.filter(case__in=cases, state="open").order_by("opened_on", "id")
    for case, post in rows.values_list("case", "post__name"):
        found.setdefault(cases[case], []).append(post)
    return {trip: "、".join(dict.fromkeys(posts)) for trip, posts in found.items()}


def earlier_trips_to_copy(limit: int = 30) -> list[Trip]:
    return list(
        Trip.objects.exclude(title="")
        .select_related("unit")
        .defer("dossier", "unread")
        .order_by(*walked("-year", "-number"))[:limit]
    )


def others_invited_by(trip: Trip, inviter: str, most: int = 5) -> list[Trip]:
    """Other dossiers with the same inviter in the same words, newest first: evidence, never a finding (readings §4)."""
    found = Trip.objects.filter(inviters__contains=[inviter]).exclude(pk=trip.pk).exclude(state=Trip.State.DRAFT)
    return list(found.select_related("unit").defer("dossier", "unread").order_by("-year", "-number")[:most])
