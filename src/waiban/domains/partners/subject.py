"""How a check of a promise hooks into casework: the owner answers, another post confirms."""

import json
from collections.abc import Mapping
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import current_principal
from waiban.core.casework.engine.model import Step
from waiban.core.casework.models import Case, Decision, WorkItem
from waiban.core.casework.subjects import Frozen, Move, Preview, Subject
from waiban.core.people.models import Post
from waiban.core.ui.format import day_text
from waiban.domains.partners.errors import CannotError
from waiban.domains.partners.models import Promise, PromiseEvidence, PromiseReview
from waiban.domains.partners.policies import confirming_posts

ENDS = ("kept", "broken", "overtaken")


def promise_of(case: Case) -> Promise:
    return Promise.objects.select_related("unit", "owner_post", "office").get(pk=case.subject_id)


def freeze(case: Case) -> Frozen:
    promise = promise_of(case)
    content = json.dumps(
        {
            "by": promise.by,
            "counterpart": promise.counterpart,
            "what": promise.what,
            "due": promise.due.isoformat() if promise.due else None,
            "answer": promise.answer,
            "reason": promise.reason,
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    return Frozen(content, sha256(content.encode()).hexdigest())


def values(_case: Case) -> Mapping[str, object]:
    return {}


def post_for(case: Case, step_id: str, step: Step, entry: str) -> Post | None:  # noqa: ARG001
    promise = promise_of(case)
    if step_id == "answer":
        return promise.owner_post
    found = confirming_posts(promise).order_by("role", "id").first()
    if found is None:
        raise CannotError(_("还没有能核实的岗位：责任岗位自己不能核实"))
    return found


def before_act(case: Case, item: WorkItem, outcome: str) -> None:
    promise = promise_of(case)
    if item.step == "answer" and outcome in ENDS:
        if not promise.reason.strip():
            raise CannotError(_("请写明理由"), "reason")
        if outcome == "kept" and not PromiseEvidence.objects.filter(promise=promise).exists():
            raise CannotError(_("已履行的，请附证明：文件或网址"), "evidence")
    if item.step == "confirm":
        answered = Decision.objects.filter(case=case, step="answer").order_by("-id").first()
        if answered and answered.account_id == current_principal().account:
            raise CannotError(_("报结果的人不能自己核实"))


def moved(case: Case, move: Move) -> None:
    """The answer waits for the other post; only the confirmation ends the promise."""
    promise, decision = promise_of(case), move.decision
    if decision is None or move.item is None:
        return
    day = decision.happened_on
    if move.item.step == "answer":
        if decision.outcome in ENDS:
            promise.state, promise.answer = Promise.State.ANSWERED, decision.outcome
            promise.answered_by_post_id, promise.answered_on = decision.post_id, day
        _close_review(case, decision.outcome, decision.opinion, decision)
    elif decision.outcome == "agree":
        promise.state = Promise.State(promise.answer)
        promise.confirmed_by_post_id, promise.ended_on = decision.post_id, day
        PromiseEvidence.objects.filter(promise=promise, confirmed=None).exclude(
            added_by_post_id=decision.post_id
        ).update(confirmed=True, confirmed_by_post_id=decision.post_id, confirmed_on=day)
        PromiseReview.objects.filter(promise=promise, case=None, done_on=None).update(dropped_on=day)
    else:
        promise.state, promise.answer = Promise.State.OPEN, ""
        PromiseEvidence.objects.filter(promise=promise, confirmed=None).exclude(
            added_by_post_id=decision.post_id
        ).update(confirmed=False, confirmed_by_post_id=decision.post_id, confirmed_on=day)
    promise.save()


def _close_review(case: Case, outcome: str, words: str, decision: Decision) -> None:
    PromiseReview.objects.filter(case=case, done_on=None).update(
        outcome=outcome, words=words, done_on=decision.happened_on
    )


def readers_changed(case: Case) -> None:
    """Whoever is asked about a promise sees it; those who saw it before still do."""
    promise = promise_of(case)
    wider = sorted({*promise.readers, *case.readers})
    Promise.objects.filter(pk=promise.pk).update(readers=wider)
    PromiseEvidence.objects.filter(promise=promise).update(readers=wider)
    PromiseReview.objects.filter(promise=promise).update(readers=wider)


def preview(case: Case) -> Preview:
    promise = promise_of(case)
    lines = [
        (str(promise.get_by_display()), promise.what[:200]),
        (_("对方"), promise.counterpart),
        (_("到期"), day_text(promise.due) if promise.due else _("没有定日子")),
    ]
    if promise.answer:
        lines.append((_("所报结果"), f"{Promise.State(promise.answer).label}：{promise.reason[:120]}"))
    return Preview(lines=lines)


PROMISE = Subject(
    kind="promise",
    name=gettext_lazy("承诺事项"),
    url_name="partners:promise",
    freeze=freeze,
    values=values,
    post_for=post_for,
    check=before_act,
    moved=moved,
    readers_changed=readers_changed,
    preview=preview,
)
