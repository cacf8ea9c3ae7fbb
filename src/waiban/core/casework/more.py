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


def more_acts(case: Case, item: WorkItem | None = None) -> list[MoreAct]:
    """`item`: where the page is about one; else all that lie with the principal on this case."""
    if case.result:
        return []
    principal = current_principal()
    mine = [item] if item is not None else queries.my_items(case)
    found = [act for one in mine for act in _item_acts(one, several=len(mine) > 1)]
    for question in _questions(case, mine):
        label = _("收回问%(post)s的意见") % {"post": question.post.name}
        found.append(MoreAct("withdraw_question", label, reverse("acts:withdraw_question", args=[question.pk])))
    if policies.may_hold(principal, case):
        if Pause.objects.filter(case=case, reason=Pause.Reason.OUTSIDE, until=None).exists():
            found.append(MoreAct("outside", _("改外部办理、登记办回"), reverse("acts:outside", args=[case.pk])))
        else:
            found.append(MoreAct("outside", _("转外部办理，停时限…"), reverse("acts:outside", args=[case.pk])))
    label = str(subject_of(case).cancel_label)
    if label and policies.may_withdraw(principal, case) and not is_decided(case):
        found.append(MoreAct("cancel", _("%(cancel)s…") % {"cancel": label}, reverse("acts:cancel", args=[case.pk])))
    return found


def _item_acts(item: WorkItem, *, several: bool) -> list[MoreAct]:
    if not policies.may_act(current_principal(), item):
        return []
    verb = _("：%(verb)s") % {"verb": queries.verb_of(item)} if several else ""
    found = [MoreAct("pass_on", f"{_('转办')}{verb}", reverse("acts:pass_on", args=[item.pk]))]
    if item.nature == WorkItem.Nature.STEP:
        found.append(MoreAct("ask", f"{_('加签、会签')}{verb}", reverse("acts:ask", args=[item.pk])))
    return found


def _questions(case: Case, mine: Sequence[WorkItem]) -> list[WorkItem]:
    """Open questions that the principal's items asked."""
    asked = WorkItem.objects.filter(
        case=case, nature=WorkItem.Nature.OPINION, state=WorkItem.State.OPEN, asked_by__in=[item.pk for item in mine]
    )
    return list(asked.select_related("post").order_by("id")) if mine else []
