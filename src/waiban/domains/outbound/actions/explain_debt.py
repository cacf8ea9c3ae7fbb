"""Explain a delay or a loss with proof; the office answers, and an accepted explanation ends the debt."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.files.models import StoredFile
from waiban.core.offices.policies import refuse
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import may_carry, may_keep, require_keeper
from waiban.domains.outbound.models import Debt, Explanation, TravelDocument


@transaction.atomic
def explain_debt(debt_id: uuid.UUID, *, words: str, proof: StoredFile, on: date | None = None) -> Explanation:
    """By the unit's own officer, or by the office for it."""
    debt = Debt.objects.select_for_update(of=("self",)).select_related("owing_unit").get(pk=debt_id)
    principal = current_principal()
    if not may_keep(principal, debt.office_id) and not may_carry(principal, debt.owing_unit_id, debt.office_id):
        refuse("debt.explain", principal, debt.office_id)
    if debt.ended_on is not None:
        raise CannotError(_("这一项已经办结"))
    if Explanation.objects.filter(debt=debt, answer=Explanation.Answer.OPEN).exists():
        raise CannotError(_("已有一份情况说明待核"))
    return _explain(debt=debt, document=debt.document, words=words, proof=proof, on=on, readers=debt.readers)


def explain_loss(document: TravelDocument, *, words: str, proof: StoredFile, on: date) -> Explanation:
    """Called in the act that records the loss. Where the document was owed, the explanation is of that debt too."""
    debt = Debt.objects.filter(document=document, ended_on=None).order_by("-due_on").first()
    return _explain(debt=debt, document=document, words=words, proof=proof, on=on, readers=document.readers)


def _explain(
    *,
    debt: Debt | None,
    document: TravelDocument | None,
    words: str,
    proof: StoredFile,
    on: date | None,
    readers: list[int],
) -> Explanation:
    principal = current_principal()
    if not words.strip():
        raise CannotError(_("请写明经过和原因"), "words")
    day = on or today()
    given = Explanation.objects.create(
        debt=debt, document=document, words=words.strip()[:600], proof=proof, given_on=day,
        given_by_post_id=principal.for_post or principal.post, readers=readers,
    )  # fmt: skip
    record(
        "debt.explain", principal, subject=("explanation", given.pk), office=proof.office_id, readers=readers,
        happened_on=day, data={"debt": debt.pk if debt else None, "document": document.pk if document else None},
    )  # fmt: skip
    return given


@transaction.atomic
def answer_explanation(
    explanation_id: uuid.UUID, *, accept: bool, words: str = "", on: date | None = None
) -> Explanation:
    """The office's word; a refusal says why, and the debt goes on."""
    given = Explanation.objects.select_for_update(of=("self",)).select_related("debt", "proof").get(pk=explanation_id)
    principal = require_keeper("debt.answer", given.proof.office_id)
    if given.answer != Explanation.Answer.OPEN:
        raise CannotError(_("这份说明已经核过"))
    if not accept and not words.strip():
        raise CannotError(_("不认可的，请写明原因"), "words")
    day = on or today()
    given.answer = Explanation.Answer.ACCEPTED if accept else Explanation.Answer.REFUSED
    given.answer_words, given.answered_on = words.strip()[:400], day
    given.answered_by_post_id = principal.for_post or principal.post
    given.save()
    if accept and given.debt is not None and given.debt.ended_on is None:
        given.debt.ended_on, given.debt.ended = day, Debt.Ended.EXPLAINED
        given.debt.save(update_fields=["ended_on", "ended"])
    record(
        "debt.answer", principal, subject=("explanation", given.pk), office=given.proof.office_id,
        readers=given.readers, happened_on=day, data={"accepted": accept, "words": words.strip()},
    )  # fmt: skip
    return given
