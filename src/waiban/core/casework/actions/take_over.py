"""A case that began on paper goes on here: opened on its real day, what was decided entered as from paper.

Nothing is judged again and nobody's word is made up: each step that was passed is a paper entry of the day and the
words on the paper, marked as taken over; its papers lie in the office.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.casework.actions.decide import Word, enter
from waiban.core.casework.actions.open_case import begin
from waiban.core.casework.errors import CannotError, NotAllowedError
from waiban.core.casework.models import Case, PaperEntry, WorkItem
from waiban.core.casework.moves import log, tell_subject
from waiban.core.casework.processes import process_of
from waiban.core.people.models import Post


@dataclass(frozen=True, slots=True)
class Earlier:
    """One step that was passed on paper. `entry` picks one of several at the same step; without it all are meant."""

    step: str
    outcome: str
    on: date
    words: str = ""
    entry: str = ""


@transaction.atomic
def take_over(
    kind: str,
    subject_id: uuid.UUID,
    *,
    applicant_post: Post,
    number: str,
    title: str,
    opened_on: date,
    earlier: Sequence[Earlier],
    process: str,
    detail: str = "",
    destination: str = "",
) -> Case:
    """`earlier` in the order in which it happened. Raises CannotError with the first step that can't have been passed."""
    principal = current_principal()
    if not principal.may(Permission.OFFICE_SET) or principal.account is None:
        raise NotAllowedError("case.take_over")
    case, opened = begin(
        kind, subject_id, applicant_post=applicant_post, account=None, number=number, title=title, detail=detail,
        destination=destination, process=process, on=opened_on,
    )  # fmt: skip
    log("case.take_over", principal, case, opened_on, subject=str(subject_id), number=number, steps=len(earlier))
    tell_subject("open", case, opened)
    for one in earlier:
        _pass(case.pk, one)
    return Case.objects.select_related("unit", "office").get(pk=case.pk)


def _pass(case_id: uuid.UUID, one: Earlier) -> None:
    open_items = WorkItem.objects.filter(case=case_id, step=one.step, nature=WorkItem.Nature.STEP, state="open")
    items = [item for item in open_items.order_by("entry") if not one.entry or item.entry == one.entry]
    if not items:
        case = Case.objects.get(pk=case_id)
        node = process_of(case).nodes.get(one.step)
        raise CannotError(
            _("到 %(day)s 还没轮到“%(step)s”，请核对环节和日期的先后")
            % {"day": one.on, "step": node.name if node else one.step}
        )
    for item in items:
        _enter(item.pk, one)


def _enter(item_id: uuid.UUID, one: Earlier) -> None:
    principal = current_principal()
    assert principal.account is not None  # asked at the beginning
    assert principal.post is not None
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "office").get(items=item_id)
    item = WorkItem.objects.select_for_update(of=("self",)).select_related("post").get(pk=item_id)
    item.case = case
    step = process_of(case).nodes[item.step].step
    if step is None or one.outcome not in step.outcomes:
        raise CannotError(_("“%(step)s”的结论写得不对") % {"step": item.verb})
    entry = PaperEntry.objects.create(
        item=item, written_on=one.on, words=one.words or "（接续录入，纸面无批语）", counts_as=one.outcome, taken_over=True,
        recorded_by_id=principal.account, recorded_by_post_id=principal.post, state=PaperEntry.State.CONFIRMED,
        checked_at=timezone.now(), readers=case.readers,
    )  # fmt: skip
    enter(item, Word(one.outcome, one.words, paper=entry, given_on=one.on), principal, one.on)
