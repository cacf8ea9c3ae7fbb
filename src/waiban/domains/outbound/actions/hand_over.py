"""Hand documents over: one act, one slip, for one document or a whole delegation's."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal, acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.policies import refuse
from waiban.core.offices.queries import setting
from waiban.core.people.principals import system
from waiban.domains.outbound import debts, due_days
from waiban.domains.outbound.briefing import briefing_signed
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import (
    LEADS,
    NEEDS_BRIEFING,
    OF_UNIT,
    locked_documents,
    may_carry,
    may_keep,
    move,
    next_slip,
)
from waiban.domains.outbound.models import CustodyEvent, TravelDocument, Trip
from waiban.domains.outbound.paper_facts import note_paper
from waiban.domains.outbound.tasks import kinds_for, require_task

Why, Place, State = CustodyEvent.Why, TravelDocument.Place, TravelDocument.State
FOR_A_TASK = (Why.VISA, Why.RELEASE)
BY_HAND = (Why.VISA, Why.RELEASE, Why.TO_UNIT, Why.SENT, Why.HANDED_IN, Why.FOUND)


@transaction.atomic
def hand_over(
    document_ids: Sequence[uuid.UUID],
    why: str,
    *,
    trip_id: uuid.UUID | None = None,
    words: str = "",
    given_by: str = "",
    taken_by: str = "",
    place: str = "",
    mark: str = "",
    on: date | None = None,
) -> list[CustodyEvent]:
    """All of them or none. Gives the events, which share one slip number.

    Drawing for a visa needs an approved task with the holder in it, release to the traveller the signed briefing too
    (setting). `words`: the consulate, or who carries. `place` only for a stock-take's correction.
    """
    principal = current_principal()
    if why not in BY_HAND:
        raise CannotError(_("请选交接事由"), "why")
    reason, day = Why(why), on or today()
    documents = locked_documents(document_ids)
    for document in documents:
        _may(principal, document, reason)
        if day < document.place_since:
            raise CannotError(_("交接日期早于上一次 %(day)s") % {"day": document.place_since}, "on")
    if day > today():
        raise CannotError(_("交接日期在今天之后"), "on")
    if reason in FOR_A_TASK and trip_id is None:
        raise CannotError(_("领用要选已批准的任务"), "trip")
    if reason == Why.VISA and not words.strip():
        raise CannotError(_("待填：送往哪个使领馆"), "words")
    dues = {document.pk: _for_task(document, reason, trip_id) for document in documents}
    slip = next_slip(documents[0].office_id, day)
    to = Place(place) if reason == Why.FOUND and place in (Place.DRAWER, Place.UNIT_KEEPER) else Place(LEADS[reason][1])
    return [
        _one(
            document, reason, to, principal=principal, day=day, slip=slip, trip_id=trip_id, due_back=dues[document.pk],
            words=words.strip(), given_by=given_by.strip(), taken_by=taken_by.strip(), mark=mark.strip(),
        )
        for document in documents
    ]  # fmt: skip


def _one(
    document: TravelDocument,
    reason: CustodyEvent.Why,
    to: TravelDocument.Place,
    *,
    principal: Principal,
    day: date,
    slip: int,
    trip_id: uuid.UUID | None,
    due_back: date | None,
    **said: str,
) -> CustodyEvent:
    was_for, still_due = document.place_trip_id, document.due_back
    on_the_way = to in (Place.IN_TRANSIT, Place.UNIT_KEEPER)
    keeps = trip_id or (was_for if on_the_way else None)
    event = move(
        document, reason, to, principal=principal, on=day, slip=slip, trip_id=keeps,
        due_back=due_back or (still_due if on_the_way else None), **said,
    )  # fmt: skip
    record(
        "document.hand_over", principal, subject=("document", document.pk), office=document.office_id,
        readers=document.readers, happened_on=day,
        data={"code": document.code, "why": str(reason), "place": str(to), "slip": f"{day.year}-{slip}"},
    )  # fmt: skip
    if reason == Why.RELEASE and trip_id is not None:
        note_paper(document, trip_id)
    if to == Place.DRAWER and was_for is not None:
        _came_back(document, was_for, day)
    return event


def _came_back(document: TravelDocument, trip_id: uuid.UUID, day: date) -> None:
    """After a release the dossier says when it was handed in, and what was owed of it ends."""
    if CustodyEvent.objects.filter(document=document, trip=trip_id, why=Why.RELEASE).exists():
        note_paper(document, trip_id, returned_on=day)
        debts.refresh(trip_id, document.office_id)


def _may(principal: Principal, document: TravelDocument, why: CustodyEvent.Why) -> None:
    """The office records everything; the unit's officer what leaves or reaches the unit's own hands."""
    if may_keep(principal, document.office_id):
        return
    own = why in OF_UNIT and document.place not in (Place.DRAWER, Place.CONSULATE)
    if not own or not may_carry(principal, document.keeping_unit_id, document.office_id):
        refuse("document.hand_over", principal, document.office_id, _("证照由外办登记保管"))


def _for_task(document: TravelDocument, why: CustodyEvent.Why, trip_id: uuid.UUID | None) -> date | None:
    """Whether the task allows it, and for a release the day on which it is to be back.

    Asked as the platform: the unit that holds the paper may not see the organiser's case.
    """
    if why not in FOR_A_TASK or trip_id is None:
        return None
    with acting_as(system(document.office_id, "documents")):
        trip = Trip.objects.select_related("office").get(pk=trip_id)
        value = require_task(trip, document.holder_id)
        briefed = briefing_signed(trip, str(document.holder_id))
        due = due_days.document_due(trip, document.kind)
    if document.state != State.VALID:
        said = {"code": document.code, "state": document.get_state_display()}
        raise CannotError(_("%(code)s %(state)s，不能领用") % said, "documents")
    if document.kind not in kinds_for(trip):
        raise CannotError(_("这次去的地方不用%(kind)s") % {"kind": document.get_kind_display()}, "documents")
    if why == Why.VISA and trip.channel in (Trip.Channel.TAIWAN, Trip.Channel.HK_MACAO):
        raise CannotError(_("赴港澳台不办签证"), "why")
    if document.expires_on and value.return_ and document.expires_on < value.return_:
        said = {"code": document.code, "day": document.expires_on.isoformat()}
        raise CannotError(_("%(code)s %(day)s 到期，早于返回日") % said, "documents")
    if why == Why.VISA:
        return None
    if setting(document.office, NEEDS_BRIEFING) and briefed is None:
        raise CannotError(_("%(name)s还没签行前教育，不能领证") % {"name": document.holder.name}, "documents")
    return due[0] if due else None
