"""File the scan of the stamped paper: from now on it is the copy to rely on."""

import uuid
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.files.models import StoredFile
from waiban.core.offices.queries import today
from waiban.core.papers import policies
from waiban.core.papers.models import Paper
from waiban.core.papers.source import PaperError


@transaction.atomic
def file_stamped_scan(
    paper_id: uuid.UUID, scan: StoredFile, *, stamped_on: date | None = None, reason: str = ""
) -> Paper:
    """`scan` came through the door of files; `stamped_on` is today where it isn't said.

    A scan that replaces another wants a reason; the register keeps both.
    Raises PaperError for a void paper, a day before the paper's own, or a replacement without a reason.
    """
    principal = current_principal()
    paper = Paper.objects.select_for_update().get(pk=paper_id)
    if paper.state == Paper.State.VOID:
        raise PaperError(_("%(number)s已作废，不再存盖章件") % {"number": paper})
    if not policies.may_file_scan(principal, paper):
        raise PermissionError("paper.file")
    on = stamped_on or today(paper.office)
    if on < paper.day:
        raise PaperError(_("盖章日期不能早于成文日期 %(day)s") % {"day": paper.day.isoformat()})
    before = paper.stamped_scan_id
    if before is not None and not reason.strip():
        raise PaperError(_("已有盖章件；换一份请写明原因"))
    paper.state = Paper.State.STAMPED
    paper.stamped_scan = scan
    paper.stamped_on = on
    paper.save(update_fields=["state", "stamped_scan", "stamped_on"])
    record(
        "paper.file_scan",
        principal,
        subject=("paper", paper.pk),
        readers=paper.readers,
        office=paper.office_id,
        case=paper.case_id,
        happened_on=on,
        data={"number": paper.document_number, "scan": scan.pk, "before": before, "reason": reason.strip()},
    )
    return paper
