"""Enter the higher body's decision on a change: number, date, body and scan."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.models import WorkItem
from waiban.core.casework.policies import may_act
from waiban.domains.outbound.actions.save_change import locked_change
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import Attachment, TripChange


@transaction.atomic
def record_outside_change(
    change_id: uuid.UUID,
    *,
    number: str,
    dated: date,
    by: str,
    scan: Attachment,
    outcome: str = "agree",
    opinion: str = "",
    on: date | None = None,
) -> TripChange:
    principal = current_principal()
    change = locked_change(change_id)
    item = (
        WorkItem.objects.select_related("case", "post")
        .filter(case__subject_id=change.pk, step="outside_approval", state=WorkItem.State.OPEN, nature="step")
        .first()
    )
    if item is None or not may_act(principal, item):
        raise CannotError(_("这项变更不在等上级批复"))
    if not number.strip():
        raise CannotError(_("请填上级批复的文号"), "number")
    if not by.strip():
        raise CannotError(_("请填批准机关"), "by")
    change.document_number, change.granted_by = number.strip(), by.strip()
    change.save(update_fields=["document_number", "granted_by"])
    record(
        "change.record_outside",
        principal.at(item.post_id),
        subject=("trip", change.trip_id),
        case=change.case_id,
        readers=change.readers,
        happened_on=on,
        data={"number": number.strip(), "dated": dated, "scan": str(scan.pk), "outcome": outcome},
    )
    decide(item.pk, outcome, opinion=opinion.strip() or f"{by.strip()} {number.strip()}", on=on)
    return TripChange.objects.select_related("trip", "case", "base").get(pk=change.pk)
