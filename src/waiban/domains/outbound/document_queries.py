"""Reads of travel documents. Row security decides which; these say in which order and how many."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from waiban.core.people.models import TravellerRecord
from waiban.core.people.queries import on_day
from waiban.domains.outbound.models import CustodyEvent, Stocktake, TravelDocument, Trip, TripMember
from waiban.kernel.dates import add_months

PAGE = 30
VIEWS = ("all", "drawer", "out", "due", "recall", "expiring", "left", "applying")
SORTS = {
    "code": "code", "expires": "expires_on", "-expires": "-expires_on", "since": "place_since", "-since": "-place_since",
    "due": "due_back",
}  # fmt: skip
Place, State = TravelDocument.Place, TravelDocument.State
AWAY = (Place.TRAVELLER, Place.CONSULATE, Place.IN_TRANSIT)


@dataclass(frozen=True)
class DocumentFilter:
    on: date
    months: int = 6
    """A document is listed as expiring that many months ahead (setting)."""
    view: str = "all"
    unit: uuid.UUID | None = None
    kind: str = ""
    place: str = ""
    holder: uuid.UUID | None = None
    text: str = ""
    sort: str = "code"


def documents(wanted: DocumentFilter) -> "QuerySet[TravelDocument]":
    found = TravelDocument.objects.select_related("holder", "keeping_unit")
    match wanted.view:
        case "drawer":
            found = found.filter(place=Place.DRAWER)
        case "out":
            found = found.filter(place__in=AWAY)
        case "due":
            found = found.filter(due_back__lt=wanted.on).exclude(place__in=[Place.DRAWER, Place.NOWHERE])
        case "recall":
            found = to_recall(found)
        case "expiring":
            limit = add_months(wanted.on, wanted.months)
            found = found.filter(expires_on__lte=limit, state__in=[State.VALID, State.EXPIRED])
        case "left":
            found = holders_gone(found, wanted.on)
        case "applying":
            found = found.filter(state=State.APPLIED)
    if wanted.view == "all" and not wanted.text and not wanted.holder:
        found = found.exclude(place=Place.NOWHERE)
    if wanted.unit:
        found = found.filter(keeping_unit=wanted.unit)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.place:
        found = found.filter(place=wanted.place)
    if wanted.holder:
        found = found.filter(holder=wanted.holder)
    if wanted.text:
        found = found.filter(Q(code__istartswith=wanted.text.replace("-", "")) | Q(holder__name__contains=wanted.text))
    return found


def to_recall(found: "QuerySet[TravelDocument]") -> "QuerySet[TravelDocument]":
    """Out for a task that was called off, or for somebody whom a granted change left at home."""
    goes = TripMember.objects.filter(trip=OuterRef("place_trip"), traveller=OuterRef("holder"), counts=True)
    off = Q(place_trip__state__in=[Trip.State.WITHDRAWN, Trip.State.REFUSED]) | ~Exists(goes)
    return found.filter(off, place_trip__isnull=False).exclude(place__in=[Place.DRAWER, Place.NOWHERE, Place.APPLYING])


def holders_gone(found: "QuerySet[TravelDocument]", on: date) -> "QuerySet[TravelDocument]":
    """Kept for somebody who moved to another unit, retired or left. Who has no record at all isn't known, so not here."""
    records = TravellerRecord.objects.filter(traveller=OuterRef("holder"))
    serving = records.filter(on_day(on), unit=OuterRef("keeping_unit")).exclude(status="retired")
    return found.filter(Exists(records)).exclude(Exists(serving)).exclude(place=Place.NOWHERE)


def gone_why(rows: Iterable[TravelDocument], on: date) -> dict[uuid.UUID, str]:
    """Document → moved, retired or left."""
    mine = list(rows)
    now = {
        record.traveller_id: record
        for record in TravellerRecord.objects.filter(on_day(on), traveller__in=[row.holder_id for row in mine])
    }
    found = {}
    for row in mine:
        record = now.get(row.holder_id)
        if record is None:
            found[row.pk] = "left"
        elif record.status == "retired":
            found[row.pk] = "retired"
        elif record.unit_id != row.keeping_unit_id:
            found[row.pk] = "moved"
    return found


def page_of(wanted: DocumentFilter, after: str = "") -> tuple[list[TravelDocument], str]:
    """One page and the key of the next, `value~id`."""
    order = SORTS[wanted.sort]
    name, down = order.lstrip("-"), order.startswith("-")
    found = documents(wanted)
    if after:
        value, _sep, last = after.partition("~")
        step = "lt" if down else "gt"
        if value:
            beyond = Q(**{f"{name}__{step}": value}) | Q(**{name: value, f"id__{step}": last})
            found = found.filter(beyond | Q(**{f"{name}__isnull": True}))
        else:
            found = found.filter(**{f"{name}__isnull": True, f"id__{step}": last})
    by = F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
    rows = list(found.order_by(by, "-id" if down else "id")[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    value = getattr(rows[PAGE - 1], name)
    return rows[:PAGE], f"{'' if value is None else value}~{rows[PAGE - 1].pk}"


def every_document(wanted: DocumentFilter, most: int) -> Iterator[TravelDocument]:
    return documents(wanted).order_by("code", "id")[:most].iterator(chunk_size=1000)


def document_or_404(document_id: uuid.UUID) -> TravelDocument:
    found = (
        TravelDocument.objects.select_related("holder__unit", "keeping_unit", "office").filter(pk=document_id).first()
    )
    if found is None:
        raise Http404
    return found


def events_of(document: TravelDocument) -> list[CustodyEvent]:
    return list(CustodyEvent.objects.filter(document=document).order_by("-step"))


def slip_of(event_id: uuid.UUID) -> list[CustodyEvent]:
    """Every document of the hand-over that the event belongs to, as far as the reader sees them."""
    one = CustodyEvent.objects.select_related("document").filter(pk=event_id).first()
    if one is None:
        raise Http404
    rows = CustodyEvent.objects.filter(
        slip=one.slip, slip_year=one.slip_year, document__office=one.document.office_id
    ).select_related("document__holder", "document__keeping_unit", "document__office")
    return list(rows.order_by("document__code"))


def titles_of(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, tuple[str, bool]]:
    """Trip → title and whether it has a case; a trip that the reader may not see is left out."""
    rows = Trip.objects.filter(pk__in={one for one in ids if one}).only("id", "title", "case_id")
    return {row.pk: (str(row), row.case_id is not None) for row in rows}


def running_trips(most: int = 200) -> "QuerySet[Trip]":
    """Approved tasks that papers may be drawn for, the next departure first."""
    return (
        Trip.objects.filter(state__in=[Trip.State.APPROVED, Trip.State.AWAY], imported=False)
        .select_related("unit")
        .defer("dossier", "unread")
        .order_by("depart", "id")[:most]
    )


def counts(on: date, months: int) -> dict[str, int]:
    """How many a view has; nothing where there are none."""
    return {view: documents(DocumentFilter(on=on, months=months, view=view)).count() for view in VIEWS}


def stocktakes(most: int = 50) -> list[Stocktake]:
    return list(Stocktake.objects.select_related("counted_unit").order_by("-recorded_at")[:most])


def unit_choices(rows: "QuerySet[Any]", name: str = "keeping_unit") -> list[tuple[uuid.UUID, str]]:
    return list(rows.order_by(f"{name}__name").values_list(f"{name}_id", f"{name}__name").distinct())
