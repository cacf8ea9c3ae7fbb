"""Give up a change that isn't granted: the approved version stays as it is."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.withdraw import cancel_case
from waiban.core.casework.clocks import today
from waiban.domains.outbound import policies
from waiban.domains.outbound.actions.save_change import locked_change
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import TripChange


@transaction.atomic
def drop_change(change_id: uuid.UUID, *, reason: str, on: date | None = None) -> TripChange:
    principal = current_principal()
    change = locked_change(change_id)
    if not policies.may_draft(principal):
        raise CannotError(_("由提出变更的单位撤回"))
    if change.state in (TripChange.State.GRANTED, TripChange.State.REFUSED, TripChange.State.WITHDRAWN):
        raise CannotError(_("这项变更已经办结"))
    if not reason.strip():
        raise CannotError(_("请写明撤回的理由"), "reason")
    if change.case is not None:
        cancel_case(change.case.pk, reason=reason, on=on)
    TripChange.objects.filter(pk=change.pk).update(state=TripChange.State.WITHDRAWN, editable=False)
    record(
        "change.drop",
        principal,
        subject=("trip", change.trip_id),
        case=change.case_id,
        readers=change.readers,
        happened_on=on or today(),
        data={"change": str(change.pk), "number": change.number, "reason": reason.strip()},
    )
    return TripChange.objects.select_related("trip", "case", "base").get(pk=change.pk)
