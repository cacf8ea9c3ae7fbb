"""Decide an item: the one way in which a post's word becomes a row and the case moves."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import Principal, current_principal
from waiban.core.casework import clocks, policies
from waiban.core.casework.engine import walk
from waiban.core.casework.engine.model import Process, Step
from waiban.core.casework.errors import AlreadyDoneError, CannotError
from waiban.core.casework.models import Case, Decision, DossierVersion, MemberDecision, PaperEntry, WorkItem
from waiban.core.casework.moves import (
    Values,
    close_item,
    engine_words,
    follow,
    freeze,
    lock_item,
    log,
    marking_of,
    tell_subject,
)
from waiban.core.casework.processes import process_of
from waiban.core.casework.subjects import subject_of

REFUSE = "refuse"
SEND_BACK = "send_back"


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """Where one member of the delegation is decided otherwise than the whole."""

    member: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What was decided, however it reached us."""

    outcome: str
    opinion: str = ""
    members: Sequence[MemberAnswer] = ()
    target: str = ""
    resume: bool = False
    paper: PaperEntry | None = None
    given_on: date | None = None
    """The day on the paper; the desks after it begin on the day on which it is recorded."""


@transaction.atomic
def decide(
    item_id: uuid.UUID,
    outcome: str,
    *,
    opinion: str = "",
    members: Sequence[MemberAnswer] = (),
    resume: bool = False,
    on: date | None = None,
) -> Decision:
    """`outcome`: one of the step's (agree, refuse, done …); a refusal needs its reason as `opinion`.

    `resume` hands a returned case straight back to the desk that returned it, if no fact a rule looks
    at has changed since. Raises AlreadyDoneError when somebody was faster.
    """
    item = lock_item(item_id)
    acting = policies.require_act("case.decide", current_principal(), item)
    return enter(item, Word(outcome, opinion.strip(), members, resume=resume), acting, on or clocks.today())


def enter(item: WorkItem, word: Word, acting: Principal, on: date) -> Decision:
    """Store the decision and let the case follow. The item is locked; the policy was asked."""
    case = item.case
    _check_word(item, word)
    subject = subject_of(case)
    taken_over = word.paper is not None and word.paper.taken_over
    if not taken_over:  # what was decided on paper long ago is entered, not judged
        subject.check(case, item, word.outcome)
    process, step = process_of(case), None
    if item.nature == WorkItem.Nature.STEP:
        step = process.nodes[item.step].step
        if step is not None and step.edits and word.outcome != SEND_BACK:
            freeze(case, item.step, acting, on)
    elif item.nature == WorkItem.Nature.SUPPLEMENT:
        freeze(case, item.step, acting, on)
    known = {} if taken_over else asdict(subject.known(case, item))
    decision = _store(item, word, acting, on, known)
    close_item(item, on)
    opened: tuple[WorkItem, ...] = ()
    if step is not None:
        opened = _move(process, step, item, word, on)
    _log(item, decision, acting)
    tell_subject(_act(word), case, opened, item=item, decision=decision)
    return decision


def _act(word: Word) -> str:
    if word.outcome == SEND_BACK:
        return SEND_BACK
    return "resume" if word.resume else "decide"


def _check_word(item: WorkItem, word: Word) -> None:
    if word.outcome in (REFUSE, SEND_BACK) and not word.opinion:
        raise CannotError(_("请写明理由，对方据此修改") if word.outcome == SEND_BACK else _("不同意须写明理由"))
    for answer in word.members:
        if answer.outcome == REFUSE and not answer.reason.strip():
            raise CannotError(_("不同意某人出访，须逐人写明理由"))
    if item.nature == WorkItem.Nature.OPINION and word.outcome not in ("agree", REFUSE):
        raise CannotError(_("征求意见请答复同意或不同意"))
    if item.nature == WorkItem.Nature.STEP:
        asked = WorkItem.objects.filter(case=item.case, asked_by=item, state=WorkItem.State.OPEN)
        natures = list(asked.values_list("nature", flat=True))
        if WorkItem.Nature.SUPPLEMENT in natures:
            raise CannotError(_("补正还没有交回"))
        if natures:
            raise CannotError(_("还有 %(count)s 个征求意见没有答复，可先收回") % {"count": len(natures)})


def _store(item: WorkItem, word: Word, acting: Principal, on: date, known: dict[str, object]) -> Decision:
    assert acting.account is not None  # only people hold posts
    decision = Decision(
        case=item.case, item=item, nature=item.nature, step=item.step, entry=item.entry, round=item.round,
        post=item.post, version=item.case.version, outcome=word.outcome, opinion=word.opinion, target=word.target,
        resumed=word.resume, known=known, policy=str(policies.needed_permission(item)), account_id=acting.account,
        own_post_id=acting.post, standing_in=acting.for_post is not None, paper=word.paper,
        happened_on=word.given_on or on, readers=item.case.readers,
    )  # fmt: skip
    try:
        decision.save(force_insert=True)  # the act's own savepoint ends with the exception
    except IntegrityError as error:
        raise AlreadyDoneError(_("这个岗位本轮已经决定过")) from error
    MemberDecision.objects.bulk_create(
        MemberDecision(
            decision=decision, member=answer.member, outcome=answer.outcome, reason=answer.reason.strip(),
            readers=item.case.readers,
        )
        for answer in word.members
    )  # fmt: skip
    return decision


def _move(process: Process, step: Step, item: WorkItem, word: Word, on: date) -> tuple[WorkItem, ...]:
    case = item.case
    before, values = marking_of(case), Values(case)
    with engine_words():
        if word.outcome == SEND_BACK:
            after = walk.send_back(process, before, item.step, word.target, values)
        elif word.resume:
            _require_unchanged(case, before.held.by if before.held else "")
            after = walk.resume(process, before, item.step, word.outcome)
        else:
            after = walk.complete(process, before, item.step, word.outcome, values, entry=item.entry)
    if step.kind == "accept" and word.outcome != SEND_BACK:
        case.accepted_on = on
    return follow(case, before, after, on=on, done=item)


def _require_unchanged(case: Case, returned_by: str) -> None:
    if not resumable(case, returned_by):
        raise CannotError(_("规则所涉的内容改过，须按流程重走"))


def resumable(case: Case, returned_by: str) -> bool:
    """Whether no fact a rule looks at has changed since the return; the newest version was just frozen."""
    returned = (
        Decision.objects.filter(case=case, step=returned_by, outcome=SEND_BACK).order_by("-id").only("version").first()
    )
    if returned is None:
        return False
    digests = dict(
        DossierVersion.objects.filter(case=case, number__in=[returned.version, case.version])
        .values_list("number", "relevant_sha256")
    )  # fmt: skip
    return digests.get(returned.version) == digests.get(case.version)


def _log(item: WorkItem, decision: Decision, acting: Principal) -> None:
    target = process_of(item.case).nodes[decision.target] if decision.target else None
    log(
        "case.send_back" if decision.outcome == SEND_BACK else "case.decide",
        acting,
        item.case,
        decision.happened_on,
        item=str(item.pk),
        step=item.step,
        verb=item.verb,
        verb_en=item.verb_en,
        entry=item.entry,
        round=item.round,
        post=str(item.post_id),
        outcome=decision.outcome,
        opinion=decision.opinion,
        target=decision.target,
        target_name=target.name if target else "",
        target_name_en=target.step.name_en if target and target.step else "",
        resumed=decision.resumed,
        version=decision.version,
        paper=str(decision.paper_id) if decision.paper_id else None,
        law=decision.known.get("law_sha256"),
    )
