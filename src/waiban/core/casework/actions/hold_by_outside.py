"""An outside body holds the case: the clock stands still, and says who holds it."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, Pause
from waiban.core.casework.moves import lock_case, log


@transaction.atomic
def hold_by_outside(case_id: uuid.UUID, *, holder: str, outside_number: str = "", on: date | None = None) -> Case:
    """For a step that the process itself sends upward this happens by itself; here `holder` and the
    outside number can be put right, or a pause begun that the process doesn't know.
    """
    case = lock_case(case_id)
    principal = current_principal()
    if not policies.may_hold(principal, case):
        policies.refuse("case.held_outside", principal, case, _("由外办经办岗登记"))
    if not holder.strip():
        raise CannotError(_("请写明现在在谁那里"))
    on = on or clocks.today()
    running = Pause.objects.filter(case=case, reason=Pause.Reason.OUTSIDE, until=None).first()
    if running is None:
        clocks.pause(case, Pause.Reason.OUTSIDE, holder.strip(), on, outside_number=outside_number.strip())
    else:
        running.holder, running.outside_number = holder.strip(), outside_number.strip()
        running.save(update_fields=["holder", "outside_number"])
        case.paused_for = running.holder
    case.save(update_fields=["paused_for"])
    log("case.held_outside", principal, case, on, holder=holder.strip(), outside_number=outside_number.strip())
    return case


@transaction.atomic
def back_from_outside(case_id: uuid.UUID, *, on: date | None = None) -> Case:
    case = lock_case(case_id)
    principal = current_principal()
    if not policies.may_hold(principal, case):
        policies.refuse("case.back_from_outside", principal, case, _("由外办经办岗登记"))
    on = on or clocks.today()
    if not clocks.go_on(case, Pause.Reason.OUTSIDE, on):
        raise CannotError(_("办件没有在外部办理"))
    case.save(update_fields=["paused_for", "due"])
    log("case.back_from_outside", principal, case, on)
    return case
