"""补正通知: every defect at once, and the clock stands still until the unit has answered."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.actions.decide import Word, enter
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import Decision, Pause, WorkItem
from waiban.core.casework.moves import add_items, lock_item, log, tell_subject
from waiban.core.casework.processes import process_of


@transaction.atomic
def ask_supplement(item_id: uuid.UUID, *, defects: Sequence[str], on: date | None = None) -> WorkItem:
    """Only before acceptance or at a step where the dossier may still be changed, and once a round:
    the law says that everything is told at one time (一次性告知).
    """
    item = lock_item(item_id)
    acting = policies.require_act("case.ask_supplement", current_principal(), item)
    case = item.case
    told = [defect.strip() for defect in defects if defect.strip()]
    step = process_of(case).nodes[item.step].step
    if item.nature != WorkItem.Nature.STEP or step is None or not step.edits:
        raise CannotError(_("这一步不能发补正通知，请退回"))
    if not told:
        raise CannotError(_("请逐项写明要补正什么"))
    if WorkItem.objects.filter(case=case, nature=WorkItem.Nature.SUPPLEMENT, round=case.round).exists():
        raise CannotError(_("补正只能通知一次，须一次列清；还有问题请退回"))
    on = on or clocks.today()
    supplement = WorkItem(
        case=case, nature=WorkItem.Nature.SUPPLEMENT, step=item.step, kind="supplement", stage=item.stage,
        verb="补正材料", verb_en="Correct and complete", round=case.round, post=case.applicant_post, opened_on=on,
        asked_by=item, defects=told,
    )  # fmt: skip
    add_items(case, [supplement])
    clocks.pause(case, Pause.Reason.SUPPLEMENT, case.unit.short_name or case.unit.name, on)
    case.save(update_fields=["paused_for"])
    log("case.ask_supplement", acting, case, on, item=str(supplement.pk), step=item.step, defects=told)
    tell_subject("ask_supplement", case, [], item=supplement)
    return supplement


@transaction.atomic
def answer_supplement(item_id: uuid.UUID, *, opinion: str = "", on: date | None = None) -> Decision:
    """The unit hands the corrected dossier back: a new version, and the clock goes on."""
    item = lock_item(item_id)
    acting = policies.require_act("case.answer_supplement", current_principal(), item)
    if item.nature != WorkItem.Nature.SUPPLEMENT:
        raise CannotError(_("这不是补正"))
    on = on or clocks.today()
    clocks.go_on(item.case, Pause.Reason.SUPPLEMENT, on)
    decision = enter(item, Word("done", opinion.strip()), acting, on)
    item.case.save(update_fields=["paused_for", "due", "version"])
    return decision
