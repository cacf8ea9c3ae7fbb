"""发起: open the case inside the unit. Judges nothing as due yet; asks only for what the desks cannot work without."""

import uuid
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.clocks import today
from waiban.core.casework.models import Case, WorkItem
from waiban.core.casework.moves import marking_of
from waiban.core.casework.policies import require_act
from waiban.core.casework.processes import current_release
from waiban.core.people.models import Post
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.items import open_item
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.roads import process_of
from waiban.domains.outbound.texts import case_number, destination_text, detail_text


@transaction.atomic
def start_trip(trip_id: uuid.UUID, *, on: date | None = None) -> Trip:
    principal = current_principal()
    trip = locked(trip_id)
    if not policies.may_start(principal, trip) or principal.post is None:
        raise CannotError(_("这份案卷已经发起"))
    day = on or today()
    case = open_case(
        "trip",
        trip.pk,
        number=case_number(trip),
        title=trip.title,
        detail=detail_text(trip),
        destination=destination_text(trip),
        process=process_of(value_of(trip.dossier)),
        applicant_post=Post.objects.select_related("unit", "office").get(pk=principal.post),
        on=day,
    )
    Trip.objects.filter(pk=trip.pk).update(case=case, state=Trip.State.IN_UNIT)
    record("trip.start", principal, subject=("trip", trip.pk), case=case.pk, readers=case.readers, happened_on=day)
    item = WorkItem.objects.get(case=case, step="start", state=WorkItem.State.OPEN)
    decide(item.pk, "done", on=day)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)


@transaction.atomic
def start_again(trip_id: uuid.UUID, *, resume: bool = False, on: date | None = None) -> Trip:
    """After a withdrawal or a return to the beginning: on the road that the dossier now belongs on.

    Only 发起 is open then, and it is the first step of every road; what was passed on the other road is on record and
    counts no more.
    """
    trip = locked(trip_id)
    item = open_item(trip, "start")
    if item is None or trip.case_id is None:
        raise CannotError(_("这份案卷不在发起环节"))
    process = process_of(value_of(trip.dossier))
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "office", "release").get(pk=trip.case_id)
    if case.release.process != process:
        require_act("case.decide", current_principal(), item)
        was, case.release = case.release.process, current_release(case.office_id, process)
        marking = marking_of(case)
        case.marking = replace(marking, at={"start": marking.at["start"]}, passed={}, held=None).to_json()
        case.save(update_fields=["release", "marking"])
        resume = False
        record(
            "trip.change_road", current_principal().at(item.post_id), subject=("trip", trip.pk), case=case.pk,
            readers=trip.readers, happened_on=on, data={"was": was, "now": process},
        )  # fmt: skip
    decide(item.pk, "done", resume=resume, on=on)
    return Trip.objects.select_related("unit", "office", "case").get(pk=trip.pk)
