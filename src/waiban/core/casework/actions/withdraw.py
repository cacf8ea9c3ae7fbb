"""撤回: the applicant takes an undecided case back to change it. 撤团: it ends."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.engine import walk
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Case, Decision
from waiban.core.casework.moves import Values, engine_words, follow, lock_case, log, marking_of, tell_subject
from waiban.core.casework.processes import process_of


@transaction.atomic
def withdraw(case_id: uuid.UUID, *, reason: str = "", on: date | None = None) -> Case:
    """Back to the first desk at which the dossier may be changed; what was under way is voided."""
    case = lock_case(case_id)
    principal = current_principal()
    if not policies.may_withdraw(principal, case):
        policies.refuse("case.withdraw", principal, case, _("只有申报岗位可以撤回"))
    if is_decided(case):
        raise CannotError(_("已经审批，不能撤回；要改请办理变更或撤团"))
    on, before = on or clocks.today(), marking_of(case)
    with engine_words():
        after = walk.take_back(process_of(case), before, Values(case))
    opened = follow(case, before, after, on=on)
    log("case.withdraw", principal.at(case.applicant_post_id), case, on, reason=reason.strip())
    tell_subject("withdraw", case, opened)
    return case


@transaction.atomic
def cancel_case(case_id: uuid.UUID, *, reason: str, on: date | None = None) -> Case:
    """The delegation doesn't go: the case ends as cancelled, whatever stage it is at."""
    case = lock_case(case_id)
    principal = current_principal()
    if not policies.may_withdraw(principal, case):
        policies.refuse("case.cancel", principal, case, _("只有申报岗位可以撤团"))
    if not reason.strip():
        raise CannotError(_("请写明撤团的理由"))
    on, before = on or clocks.today(), marking_of(case)
    follow(case, before, walk.cancel(before, "cancelled"), on=on)
    log("case.cancel", principal.at(case.applicant_post_id), case, on, reason=reason.strip())
    tell_subject("cancel", case, ())
    return case


def is_decided(case: Case) -> bool:
    """Whether a post with authority outside the unit has decided in the walk in force."""
    process, passed = process_of(case), marking_of(case).passed
    deciding = [
        task
        for task in passed
        if (step := process.nodes[task].step) and step.kind in ("approve", "outside") and step.scope != "unit"
    ]  # fmt: skip
    return bool(deciding) and Decision.objects.filter(case=case, step__in=deciding).exists()
