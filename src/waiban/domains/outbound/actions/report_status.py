"""Mirror what another system says of a trip. It moves nothing here: an approval asks the desk to record the paper."""

import uuid
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.notify.outbox import enqueue
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_draft import locked
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import OutsideRecord
from waiban.domains.outbound.outside import approval_to_record, mapped


@transaction.atomic
def report_status(
    trip_id: uuid.UUID, *, system: str, kind: str, raw: str, happened_on: date, number: str = "", source: str = ""
) -> OutsideRecord:
    """Raises CannotError with the field that is wrong. An unknown status is kept as it came."""
    principal = current_principal()
    trip = locked(trip_id)
    if not principal.may(Permission.STATUS_REPORT):
        policies.refuse("trip.report_status", principal, trip)
    for field, right, message in (
        ("kind", kind in OutsideRecord.Kind.values, _("没有这个种类：%(kind)s") % {"kind": kind}),
        ("system", 0 < len(system.strip()) <= 60, _("请写明系统，60 字以内")),
        ("status", 0 < len(raw.strip()) <= 120, _("请写明原状态，120 字以内")),
        ("number", len(number) <= 80, _("外部编号 80 字以内")),
        ("happened_on", happened_on <= today(), _("发生日期不能在今天之后")),
    ):
        if not right:
            raise CannotError(message, f"/{field}")
    row = OutsideRecord.objects.create(
        trip=trip,
        system=system.strip(),
        kind=kind,
        number=number.strip(),
        raw=raw.strip(),
        mapped=mapped(trip.office, raw),
        happened_on=happened_on,
        source=(source or system).strip()[:120],
        recorded_by_post_id=principal.post,
        readers=trip.readers,
    )
    record(
        "trip.report_status",
        principal,
        subject=("trip", trip.pk),
        case=trip.case_id,
        readers=trip.readers,
        happened_on=happened_on,
        data={"system": row.system, "kind": kind, "raw": row.raw, "mapped": row.mapped, "number": row.number},
    )
    if approval_to_record(trip) is not None and row.mapped == OutsideRecord.Mapped.APPROVED:
        waiting = WorkItem.objects.filter(case=trip.case, state=WorkItem.State.OPEN, nature=WorkItem.Nature.STEP)
        enqueue(
            "trip.approval_to_record",
            office=trip.office_id,
            to_posts=list(waiting.values_list("post", flat=True)),
            thread=trip.case_id or trip.pk,
            data={"title": trip.title, "number": row.number},
            url=reverse("outbound:case", args=[trip.pk]),
        )
    return row
