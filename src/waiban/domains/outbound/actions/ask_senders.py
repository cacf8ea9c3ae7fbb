"""征询派员单位: each unit that sends people gets its own part, with its own case; a part nobody needs any more is dropped."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.clocks import today
from waiban.core.casework.engine import walk
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.moves import follow, freeze, log, marking_of
from waiban.core.casework.policies import may_act
from waiban.core.people.models import Post, Unit
from waiban.core.people.queries import personnel_post_for
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import InternalNotice, SendingPart, Trip
from waiban.domains.outbound.sending import (
    bodies_of,
    content_for,
    finance_of,
    head_of,
    parts_in_force,
    same_request,
    sending_units,
)
from waiban.domains.outbound.texts import case_number, destination_text

State = SendingPart.State


@transaction.atomic
def ask_senders(trip_id: uuid.UUID, *, on: date | None = None) -> list[SendingPart]:
    """Ask every unit that hasn't been asked for what the dossier now says; answers that still hold stay."""
    trip, item = _at_consult(trip_id)
    day = on or today()
    applicant = Post.objects.select_related("unit", "office").get(pk=item.post_id)
    asked = []
    drop_gone(trip, on=day)
    for unit in sending_units(trip):
        current = next((part for part in parts_in_force(trip) if part.unit_id == unit.pk), None)
        if current is not None and same_request(current, trip):
            continue
        if current is not None:
            drop(current, on=day)
        asked.append(_ask(trip, unit, applicant, day))
    if asked:
        record(
            "trip.ask_senders",
            current_principal().at(item.post_id),
            subject=("trip", trip.pk),
            case=trip.case_id,
            readers=trip.readers,
            happened_on=day,
            data={"units": [str(part.unit_id) for part in asked]},
        )
    return asked


@transaction.atomic
def finish_consulting(trip_id: uuid.UUID, *, on: date | None = None) -> Trip:
    """On to the notice. The gate says which unit hasn't agreed to what the dossier says."""
    trip, item = _at_consult(trip_id)
    drop_gone(trip, on=on or today())
    decide(item.pk, "done", on=on)
    count_anew(trip)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


def _at_consult(trip_id: uuid.UUID) -> tuple[Trip, WorkItem]:
    trip = locked(trip_id)
    item = open_item(trip, "consult")
    if item is None or not may_act(current_principal(), item):
        raise CannotError(_("征询派员单位由组团单位专办员办理"))
    return trip, item


def _ask(trip: Trip, unit: Unit, applicant: Post, day: date) -> SendingPart:
    if head_of(unit) is None:
        raise CannotError(_("%(unit)s没有单位负责人岗，请外办先设岗") % {"unit": unit.name})
    content = content_for(trip, unit)
    if content["share_cny"] and finance_of(unit) is None:
        raise CannotError(_("%(unit)s分担经费，但没有财务岗，请外办先设岗") % {"unit": unit.name})
    for member in content["dossier"]["members"]:
        if personnel_post_for(unit, str(member.get("managed_by") or "")) is None:
            raise CannotError(_("%(unit)s没有可备案的组织人事岗，请先设岗或改干部管理权限") % {"unit": unit.name})
    serial = SendingPart.objects.filter(trip=trip).count() + 1
    part = SendingPart.objects.create(
        office_id=trip.office_id,
        trip=trip,
        unit=unit,
        organiser=trip.unit,
        number=f"{case_number(trip)}-{serial}",
        title=f"{trip.title}（派员：{unit.short_name}）"[:200],
        channel=trip.channel,
        depart=trip.depart,
        return_on=trip.return_on,
        content=content,
        share_cny=content["share_cny"],
        asked_on=day,
        readers=readers(trip.office_id, units=(trip.unit_id,)),
    )
    assert bodies_of(part)
    case = open_case(
        "sending",
        part.pk,
        applicant_post=applicant,
        number=part.number,
        title=part.title,
        detail=f"{len(content['dossier']['members'])} 人·{unit.short_name}派员",
        destination=destination_text(trip),
        process="sending",
        on=day,
    )
    SendingPart.objects.filter(pk=part.pk).update(case=case)
    freeze(case, "consent", current_principal().at(applicant.pk), day)  # what the unit is asked, word for word
    case.save(update_fields=["version"])
    return SendingPart.objects.select_related("unit", "case").get(pk=part.pk)


def drop_gone(trip: Trip, *, on: date) -> None:
    """减员 took away everybody of a unit: nothing is asked of it any more."""
    left = {unit.pk for unit in sending_units(trip)}
    for part in parts_in_force(trip):
        if part.unit_id not in left:
            drop(part, on=on)


def count_anew(trip: Trip) -> None:
    """The others' head counts, as they are once everybody has answered; what a unit was asked stays as it was."""
    for part in parts_in_force(trip):
        now = content_for(trip, part.unit)
        part.content = {**part.content, "others": now["others"], "head_count": now["head_count"]}
        part.save(update_fields=["content"])


def drop_all(trip: Trip, *, on: date) -> None:
    for part in parts_in_force(trip):
        drop(part, on=on)


def drop(part: SendingPart, *, on: date) -> None:
    """Part of another act, whoever does it: what still waits in the unit is taken back, and stays on record."""
    case = Case.objects.select_related("unit", "office", "applicant_post").get(pk=str(part.case_id))
    SendingPart.objects.filter(pk=part.pk).update(state=State.DROPPED)
    InternalNotice.objects.filter(part=part, replaced=False).update(replaced=True)
    if not case.result:
        before = marking_of(case)
        follow(case, before, walk.cancel(before, "cancelled"), on=on)
        log("sending.drop", current_principal(), case, on, unit=str(part.unit_id))
