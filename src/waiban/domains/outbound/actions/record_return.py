"""Enter when the delegation really left and came back, where it was and who went, and hand the step on."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.domains.outbound import debts
from waiban.domains.outbound.actions.save_draft import locked, write
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Trip, TripChange, TripMember
from waiban.domains.outbound.returning import Place, actual_dossier, after_of, note_deviations, pin_actual
from waiban.domains.outbound.versions import approved_version, running_change
from waiban.kernel.ids import as_uuid


@dataclass(frozen=True)
class Journey:
    """What is entered: the days, and places and people where they were otherwise than approved."""

    left: date
    came_back: date
    places: Sequence[Place] | None = None
    members: Iterable[str] | None = None
    papers_returned_on: date | None = None


@transaction.atomic
def record_return(
    trip_id: uuid.UUID,
    *,
    left: date,
    came_back: date,
    papers_returned_on: date | None = None,
    places: Sequence[Place] | None = None,
    members: Iterable[str] | None = None,
    on: date | None = None,
) -> Trip:
    """`papers_returned_on`: the day on which every travel paper of the group was handed in, where all were.
    `places` and `members` as they really were; None: as approved. What is otherwise becomes a deviation.
    """
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "come_back")
    if item is None or not may_act(principal, item):
        raise CannotError(_("还没到登记返回这一步"))
    change = running_change(trip)
    if change is not None and change.state != TripChange.State.DRAFT:
        raise CannotError(_("有一项变更还没有办完，请先等批准或撤回"))
    journey = Journey(left, came_back, places, members, papers_returned_on)
    _store(trip, item, journey, on or today())
    _log("trip.record_return", trip, item, journey, on)
    decide(item.pk, "done", on=on)
    debts.refresh(trip.pk, trip.office_id)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


@transaction.atomic
def correct_return(
    trip_id: uuid.UUID,
    *,
    left: date,
    came_back: date,
    places: Sequence[Place] | None = None,
    members: Iterable[str] | None = None,
    on: date | None = None,
) -> Trip:
    """What was entered wrongly is entered again, while the report isn't filed; the earlier version stays on record."""
    principal = current_principal()
    trip = locked(trip_id)
    item = open_item(trip, "report")
    if item is None or not may_act(principal, item):
        raise CannotError(_("报告已交，返回登记不再改"))
    journey = Journey(left, came_back, places, members)
    _store(trip, item, journey, on or today())
    _log("trip.correct_return", trip, item, journey, on)
    debts.refresh(trip.pk, trip.office_id)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def _store(trip: Trip, item: WorkItem, journey: Journey, day: date) -> None:
    left, came_back = journey.left, journey.came_back
    if came_back < left:
        raise CannotError(_("入境不能早于离境 %(day)s") % {"day": left}, "/after/came_back")
    if came_back > day:
        raise CannotError(_("入境日期在今天之后"), "/after/came_back")
    for place in journey.places or ():
        if place.arrive and place.leave and place.leave < place.arrive:
            raise CannotError(_("离开 %(city)s 不能早于到达") % {"city": place.city}, "/after/countries")
    version = approved_version(trip)
    approved = version.dossier if version else trip.dossier
    actual = actual_dossier(approved, left=left, came_back=came_back, places=journey.places, members=journey.members)
    dossier: dict[str, Any] = {**trip.dossier, "after": after_of(trip, actual)}
    if journey.papers_returned_on:
        handed_in = journey.papers_returned_on.isoformat()
        dossier["members"] = [
            {**member, "passport": {**(member.get("passport") or {}), "returned_on": handed_in}}
            for member in dossier["members"]
        ]
    write(trip, dossier)
    pin_actual(trip, actual, item.pk, day)
    note_deviations(trip, actual)
    went = [str(member.get("id")) for member in actual.get("members") or []]
    stayed = TripMember.objects.filter(trip=trip, refused=False)
    stayed.update(counts=True)
    stayed.exclude(traveller_id__in=[found for member in went if (found := as_uuid(member))]).update(counts=False)


def _log(name: str, trip: Trip, item: WorkItem, journey: Journey, on: date | None) -> None:
    record(
        name,
        current_principal().at(item.post_id),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=on,
        data={
            "left": journey.left,
            "came_back": journey.came_back,
            "papers_returned_on": journey.papers_returned_on,
        },
    )
