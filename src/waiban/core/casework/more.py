"""What a post can do with a case beside its own step: pass on, ask others, take a question back, pause, end.

The pages are `desks/acts`; whatever page shows a case puts the menu where the hand is (`{% more_acts %}`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.casework import policies, queries
from waiban.core.casework.actions.withdraw import is_decided
from waiban.core.casework.models import Case, Pause, WorkItem
from waiban.core.casework.subjects import subject_of


@dataclass(frozen=True, slots=True)
class MoreAct:
    code: str
    label: str
    url: str


def more_acts(case: Case, item: WorkItem | None = None, waiting: Sequence[WorkItem] | None = None) -> list[MoreAct]:
    """`item`: where the page is about one; else all that lie with the principal on this case.

    `waiting`: what is open on the case, where the page has read it already (`queries.waiting`).
    """
    if case.result:
        return []
    principal = current_principal()
    found = list(waiting) if waiting is not None else queries.waiting(case)
    for one in found:
        one.case = case
    mine = [item] if item is not None else [one for one in found if policies.may_act(principal, one)]
    acts = [act for one in mine for act in _item_acts(one, several=len(mine) > 1)]
    asked = {one.pk for one in mine}
    for question in found:
        if question.nature == WorkItem.Nature.OPINION and question.asked_by_id in asked:
            label = _("收回问%(post)s的意见") % {"post": question.post.name}
            acts.append(MoreAct("withdraw_question", label, reverse("acts:withdraw_question", args=[question.pk])))
    if policies.may_hold(principal, case):
        label = _("改外部办理、登记办回") if _is_outside(case) else _("转外部办理，停时限…")
        acts.append(MoreAct("outside", label, reverse("acts:outside", args=[case.pk])))
    label = str(subject_of(case).cancel_label)
    if label and policies.may_withdraw(principal, case) and not is_decided(case):
        acts.append(MoreAct("cancel", _("%(cancel)s…") % {"cancel": label}, reverse("acts:cancel", args=[case.pk])))
    return acts


def _is_outside(case: Case) -> bool:
    """Whatever holds a case has its name in `paused_for`; only then it is asked whether it is an outside body."""
    running = Pause.objects.filter(case=case, reason=Pause.Reason.OUTSIDE, until=None)
    return bool(case.paused_for) and running.exists()


def _item_acts(item: WorkItem, *, several: bool) -> list[MoreAct]:
    if not policies.may_act(current_principal(), item):
        return []
    verb = _("：%(verb)s") % {"verb": queries.verb_of(item)} if several else ""
    found = [MoreAct("pass_on", f"{_('转办')}{verb}", reverse("acts:pass_on", args=[item.pk]))]
    if item.nature == WorkItem.Nature.STEP:
        found.append(MoreAct("ask", f"{_('加签、会签')}{verb}", reverse("acts:ask", args=[item.pk])))
    return found
