"""The owner says how it stands: kept, broken, overtaken, or still going on. What ended waits for another post's look."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import today
from waiban.core.casework.models import WorkItem
from waiban.core.files.models import StoredFile
from waiban.domains.partners import policies
from waiban.domains.partners.actions.open_review import open_review
from waiban.domains.partners.errors import CannotError
from waiban.domains.partners.models import Promise, PromiseEvidence, PromiseReview

OUTCOMES = ("kept", "broken", "overtaken", "continue")


@transaction.atomic
def answer_promise(
    promise_id: uuid.UUID,
    outcome: str,
    *,
    reason: str,
    file: StoredFile | None = None,
    link: str = "",
    seen_on: date | None = None,
    words: str = "",
    on: date | None = None,
) -> Promise:
    """`reason` is asked for every answer. Evidence is a file or a dated link; what is said to be kept needs one."""
    principal = current_principal()
    promise = (
        Promise.objects.select_for_update(of=("self",)).select_related("owner_post__unit", "office").get(pk=promise_id)
    )
    if not policies.may_answer(principal, promise):
        raise CannotError(_("由责任岗位报结果"))
    if promise.state != Promise.State.OPEN:
        raise CannotError(_("已报过结果，等核实") if promise.state == Promise.State.ANSWERED else _("这项承诺已经了结"))
    if outcome not in OUTCOMES:
        raise CannotError(_("请选结果"), "outcome")
    if not reason.strip():
        raise CannotError(_("请写明理由"), "reason")
    if link.strip() and not link.strip().startswith(("https://", "http://")):
        raise CannotError(_("网址以 https:// 开头"), "link")
    day = on or today()
    acting = principal.at(promise.owner_post_id)
    if file is not None or link.strip():
        PromiseEvidence.objects.create(
            promise=promise,
            file=file,
            link=link.strip(),
            seen_on=seen_on or day,
            words=words.strip(),
            added_by_post_id=promise.owner_post_id,
            readers=promise.readers,
        )
    promise.reason = reason.strip() if outcome != "continue" else promise.reason
    promise.save(update_fields=["reason"])
    item = WorkItem.objects.filter(
        case__subject_id=promise.pk, case__result="", step="answer", state=WorkItem.State.OPEN
    ).first()
    if item is None:
        review = (
            PromiseReview.objects.filter(promise=promise, case=None, done_on=None, dropped_on=None, on__lte=day)
            .order_by("on")
            .first()
        )
        case = open_review(promise, review, on=day)
        item = WorkItem.objects.get(case=case, step="answer", state=WorkItem.State.OPEN)
    record(
        "promise.answer",
        acting,
        subject=("promise", promise.pk),
        case=item.case_id,
        readers=promise.readers,
        office=promise.office_id,
        happened_on=day,
        data={"number": f"{promise.year}-{promise.number}", "outcome": outcome, "reason": reason.strip()},
    )
    decide(item.pk, outcome, opinion=reason.strip(), on=day)
    return Promise.objects.get(pk=promise.pk)
