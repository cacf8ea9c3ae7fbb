"""What is owed after a trip: one query of it, with due days from the law in force; each debt apart, ended by the thing
itself or by an accepted explanation (readings §10).

A room that knows of a debt registers how to read it (`register`); `refresh(trip)` makes the rows say so. Reading and
writing go by the platform itself, since a sending unit's debt isn't the organising unit's to write.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from waiban.core.access.principals import acting_as
from waiban.core.people.principals import system
from waiban.domains.outbound import due_days
from waiban.domains.outbound.keeping import document_readers
from waiban.domains.outbound.models import CustodyEvent, Debt, Explanation, TravelDocument, Trip, TripMember
from waiban.domains.outbound.versions import approved_value
from waiban.dossiers.trip import Trip as TripValue

STANDING = (Trip.State.APPROVED, Trip.State.AWAY, Trip.State.RETURNED, Trip.State.CLOSED)
KEEP_THEIR_OWN = ("private_enterprise", "other")
"""Categories whose people may travel on their own passports; nothing is handed in for them."""
Why = CustodyEvent.Why


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that a trip owes. `key` tells debts of one kind apart; `done_on` is the day on which it was done.

    `unit` and `traveller`: who owes it; empty for the organising unit as a whole.
    """

    due_on: date
    rule: str
    key: str = ""
    unit: uuid.UUID | None = None
    traveller: uuid.UUID | None = None
    document: uuid.UUID | None = None
    done_on: date | None = None


Source = Callable[[Trip, TripValue, date], Iterable[Owed]]
_sources: dict[str, Source] = {}


def register(kind: Debt.Kind, source: Source) -> None:
    """`source(trip, approved, came_back)` gives what is owed and what was done of it, read as the platform.

    One source a kind: a later registration takes an earlier one's place.
    """
    _sources[str(kind)] = source


def open_debts(*, kind: str = "", unit: uuid.UUID | None = None, due_by: date | None = None) -> "QuerySet[Debt]":
    """What is owed and whose rows the reader sees, the earliest first. `due_by`: due on that day or before."""
    found = Debt.objects.filter(ended_on=None)
    if kind:
        found = found.filter(kind=kind)
    if unit:
        found = found.filter(owing_unit=unit)
    if due_by:
        found = found.filter(due_on__lte=due_by)
    return found.select_related("owing_unit", "owing_traveller", "document").order_by("due_on", "id")


def overdue_of(unit: uuid.UUID, travellers: Iterable[uuid.UUID], on: date) -> "QuerySet[Debt]":
    """Past due, of a unit as organiser or of these people: what the next trip is warned of (issue of its day)."""
    return open_debts(due_by=on).filter(due_on__lt=on).filter(
        Q(owing_unit=unit) | Q(owing_traveller__in=list(travellers))
    )  # fmt: skip


def refresh(trip_id: uuid.UUID, office_id: uuid.UUID) -> None:
    """Make the rows of one trip say what it owes. A debt that nothing names any more is dropped, never deleted."""
    with acting_as(system(office_id, "debts")):
        trip = Trip.objects.select_related("office", "unit").get(pk=trip_id)
        _refresh(trip)


@transaction.atomic
def _refresh(trip: Trip) -> None:
    rows = {(row.kind, row.key): row for row in Debt.objects.select_for_update().filter(trip=trip)}
    owed = _owed(trip)
    back = due_days.came_back(trip)
    for (kind, key), one in owed.items():
        row = rows.pop((kind, key), None)
        if row is None:
            _add(trip, kind, one, back or one.due_on)
        elif row.ended != Debt.Ended.EXPLAINED:
            _update(row, one, back or row.came_back)
    for row in rows.values():
        if row.ended_on is None:
            row.ended_on, row.ended = max(row.came_back, back or row.came_back), Debt.Ended.DROPPED
            row.save(update_fields=["ended_on", "ended"])


def _owed(trip: Trip) -> dict[tuple[str, str], Owed]:
    value, back = approved_value(trip), due_days.came_back(trip)
    if trip.imported or trip.state not in STANDING or value is None or back is None:
        return {}
    return {(kind, one.key): one for kind, source in _sources.items() for one in source(trip, value, back)}


def _add(trip: Trip, kind: str, one: Owed, back: date) -> None:
    unit = one.unit or trip.unit_id
    Debt.objects.create(
        office_id=trip.office_id,
        trip=trip,
        owing_unit_id=unit,
        owing_traveller_id=one.traveller,
        kind=kind,
        key=one.key,
        document_id=one.document,
        came_back=back,
        due_on=one.due_on,
        rule=one.rule,
        ended_on=one.done_on,
        ended=Debt.Ended.DONE if one.done_on else "",
        readers=document_readers(trip.office_id, unit),
    )


def _update(row: Debt, one: Owed, back: date) -> None:
    says: dict[str, Any] = {
        "due_on": one.due_on, "came_back": back, "rule": one.rule, "ended_on": one.done_on,
        "ended": str(Debt.Ended.DONE) if one.done_on else "",
    }  # fmt: skip
    changed = [name for name, value in says.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, says[name])
    if changed:
        row.save(update_fields=changed)


def refresh_office(office_id: uuid.UUID, on: date) -> int:
    """Every trip that is back or was to be back, until nothing of it is open. Gives how many were looked at."""
    with acting_as(system(office_id, "debts")):
        wanted = Trip.objects.filter(office=office_id, imported=False)
        running = Q(state__in=[Trip.State.APPROVED, Trip.State.AWAY, Trip.State.RETURNED], return_on__lt=on)
        ids = list(wanted.filter(running | Q(debts__ended_on=None, debts__isnull=False)).values_list("pk", flat=True))
    for one in dict.fromkeys(ids):
        refresh(one, office_id)
    return len(set(ids))


# What the rooms of a trip owe ---------------------------------------------------------------------------------------


def documents_owed(trip: Trip, value: TripValue, back: date) -> Iterable[Owed]:
    """Each document released for the trip; and the paper of each member for whom none was released from custody."""
    given: dict[uuid.UUID, TravelDocument] = {}
    released: dict[uuid.UUID, int] = {}
    events = CustodyEvent.objects.filter(trip=trip, why=Why.RELEASE).select_related("document").order_by("step")
    for event in events:
        given[event.document_id], released[event.document_id] = event.document, event.step
    for document in given.values():
        due = due_days.document_due(trip, document.kind, back)
        if due is None:
            continue
        done = (
            CustodyEvent.objects.filter(
                document=document, step__gt=released[document.pk], place=TravelDocument.Place.DRAWER
            )
            .order_by("step")
            .values_list("happened_on", flat=True)
            .first()
        )
        yield Owed(due[0], due[1], str(document.pk), document.keeping_unit_id, document.holder_id, document.pk, done)
    due = due_days.document_due(trip, "taiwan_permit" if trip.channel == Trip.Channel.TAIWAN else "service", back)
    if due is None:
        return
    units = {
        str(pk): unit
        for pk, unit in TripMember.objects.filter(trip=trip).values_list("traveller_id", "traveller__unit_id")
    }
    holders = {str(document.holder_id) for document in given.values()}
    said = {str(one.get("id")): one.get("passport") or {} for one in trip.dossier.get("members") or []}
    for member in value.members or []:
        if member.id is None or member.id in holders or member.category in KEEP_THEIR_OWN or member.id not in units:
            continue
        done_on = said.get(member.id, {}).get("returned_on")
        yield Owed(
            due[0], due[1], member.id, units[member.id], uuid.UUID(member.id), None,
            date.fromisoformat(done_on) if done_on else None,
        )  # fmt: skip


def report_owed(trip: Trip, value: TripValue, back: date) -> Iterable[Owed]:
    yield from _whole(trip, value, back, due_days.REPORT, "report_filed")


def notice_owed(trip: Trip, value: TripValue, back: date) -> Iterable[Owed]:
    yield from _whole(trip, value, back, due_days.PUBLISHED, "report_published")


def _whole(trip: Trip, value: TripValue, back: date, place: str, name: str) -> Iterable[Owed]:
    due = due_days.due_days(trip, value, back).get(place)
    if due is not None:
        done = (trip.dossier.get("after") or {}).get(name)
        yield Owed(due[0], due[1], done_on=date.fromisoformat(done) if done else None)


register(Debt.Kind.DOCUMENTS, documents_owed)
register(Debt.Kind.REPORT, report_owed)
register(Debt.Kind.POST_NOTICE, notice_owed)


# What clears a debt otherwise -----------------------------------------------------------------------------------------


def waiting_explanations() -> "QuerySet[Explanation]":
    return (
        Explanation.objects.filter(answer=Explanation.Answer.OPEN)
        .select_related("debt__owing_unit", "document__holder", "document__keeping_unit")
        .order_by("given_on", "id")
    )
