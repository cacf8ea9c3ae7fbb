"""Write down a stamping or a collecting, and the outside system's number of a trip."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.papers.models import Paper
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import PaperHandling, Trip


@transaction.atomic
def handle_paper(
    trip_id: uuid.UUID,
    act: str,
    *,
    person: str,
    copies: int,
    happened_on: date,
    paper_id: uuid.UUID | None = None,
    what: str = "",
    note: str = "",
) -> PaperHandling:
    """`paper_id`: one of the trip's own papers; else `what` names it. Raises CannotError with the field."""
    principal = current_principal()
    trip = locked(trip_id)
    if not principal.may(Permission.PAPER_FILE):
        policies.refuse("trip.handle_paper", principal, trip)
    paper = Paper.objects.filter(pk=paper_id, case_id=trip.case_id).first() if paper_id else None
    if paper_id and paper is None:
        raise CannotError(_("请从本团组的公文中选"), "paper")
    named = what.strip() or (str(paper) if paper else "")
    for field, given, message in (
        ("what", named, _("请写明是什么件")),
        ("person", person.strip(), _("请填姓名")),
        ("copies", 1 <= copies <= 99, _("份数写 1 到 99")),
        ("happened_on", happened_on <= today(), _("日期不能在今天之后")),
        ("act", act in PaperHandling.Act.values, _("请选用印或领取")),
    ):
        if not given:
            raise CannotError(message, field)
    row = PaperHandling.objects.create(
        office_id=trip.office_id,
        trip=trip,
        act=act,
        paper_id=paper.pk if paper else None,
        what=named[:120],
        number=paper.document_number if paper else "",
        copies=copies,
        person=person.strip()[:60],
        happened_on=happened_on,
        note=note.strip()[:200],
        recorded_by_post_id=principal.post,
        readers=trip.readers,
    )
    record(
        "trip.handle_paper",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=happened_on,
        data={"act": act, "what": row.what, "number": row.number, "copies": copies},
    )
    return row


@transaction.atomic
def record_outside_number(trip_id: uuid.UUID, number: str) -> Trip:
    """The number that the outside system gave; it approves nothing."""
    principal = current_principal()
    trip = locked(trip_id)
    if not (principal.may(Permission.PAPER_FILE) or policies.may_draft(principal)):
        policies.refuse("trip.record_outside_number", principal, trip)
    text = number.strip()
    if not text or len(text) > 80:
        raise CannotError(_("外部编号写 1 到 80 个字"), "number")
    Trip.objects.filter(pk=trip.pk).update(outside_number=text)
    trip.outside_number = text
    record(
        "trip.record_outside_number",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"number": text},
    )
    return trip


def record_printing(trip: Trip, *, whole_numbers: bool, papers: int) -> None:
    """Papers with identity numbers in full leave the platform: on record, as every reading of them is."""
    record(
        "trip.print_papers",
        current_principal(),
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        data={"papers": papers, "whole_numbers": whole_numbers},
    )
