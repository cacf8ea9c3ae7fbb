"""Make an issued paper without effect. Its number is never given again."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.papers import policies
from waiban.core.papers.models import Paper
from waiban.core.papers.source import PaperError


@transaction.atomic
def void_paper(paper_id: uuid.UUID, *, reason: str, on: date) -> Paper:
    """Raises PaperError without a reason or for a paper that is void already."""
    principal = current_principal()
    paper = Paper.objects.select_for_update().get(pk=paper_id)
    if paper.state == Paper.State.VOID:
        raise PaperError(_("%(number)s已于%(day)s作废") % {"number": paper, "day": paper.voided_on})
    if not policies.may_void(principal, paper):
        raise PermissionError("paper.void")
    if not reason.strip():
        raise PaperError(_("请写明作废原因"))
    paper.state = Paper.State.VOID
    paper.voided_on = on
    paper.void_reason = reason.strip()
    paper.save(update_fields=["state", "voided_on", "void_reason"])
    record(
        "paper.void",
        principal,
        subject=("paper", paper.pk),
        readers=paper.readers,
        office=paper.office_id,
        case=paper.case_id,
        happened_on=on,
        data={"number": paper.document_number, "reason": paper.void_reason},
    )
    return paper
