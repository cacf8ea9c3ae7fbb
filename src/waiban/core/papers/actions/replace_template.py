"""An office's own DOCX takes the place of a shipped paper's, for cases that begin from now on."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal
from waiban.core.audit.record import record
from waiban.core.files.actions.keep import keep
from waiban.core.files.door.inspect import inspect
from waiban.core.files.models import StoredFile
from waiban.core.offices.errors import CannotError
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.core.papers.known import papers
from waiban.core.papers.models import PaperTemplate
from waiban.core.papers.templates import Checked, check_template, in_force

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST = 10 * 1024 * 1024


class UnfitTemplateError(CannotError):
    """`checked` names every fault."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(checked.faults[0].text)
        self.checked = checked


@transaction.atomic
def replace_template(office: Office, paper: str, *, name: str, data: bytes, reason: str) -> PaperTemplate:
    """Raises RefusedError (the door), UnfitTemplateError (what the template may not hold) or CannotError."""
    principal = require("paper.replace_template", Permission.OFFICE_SET, office.pk)
    source = papers().get(paper)
    if source is None:
        raise CannotError(_("没有这种公文"))
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    if not name.lower().endswith(".docx"):
        raise CannotError(_("模板是 .docx 文件，带宏的 .docm 不收"))
    if len(data) > LARGEST:
        raise CannotError(_("模板超过 10 MB"))
    found = inspect(name, data)
    if not found.readable or found.content_type != DOCX:
        raise CannotError(found.advice or _("模板是 .docx 文件，带宏的 .docm 不收"))
    checked = check_template(source, data)
    if checked.faults:
        raise UnfitTemplateError(checked)
    shown = readers(office.pk, staff=True)
    stored = keep(
        data, name=found.name, content_type=DOCX, office_id=office.pk, readers=shown, kind="paper_template"
    )  # fmt: skip
    return _next(office, paper, stored, reason, principal)


@transaction.atomic
def restore_template(office: Office, paper: str, *, reason: str) -> PaperTemplate:
    """Back to the shipped paper, for cases that begin from now on."""
    principal = require("paper.replace_template", Permission.OFFICE_SET, office.pk)
    if not reason.strip():
        raise CannotError(_("写一句理由，以后查得到"))
    if in_force(office, paper) is None:
        raise CannotError(_("现在用的就是随附的模板"))
    return _next(office, paper, None, reason, principal)


def _next(office: Office, paper: str, stored: StoredFile | None, reason: str, principal: Principal) -> PaperTemplate:
    with connection.cursor() as cursor:  # two at once would ask for one version number
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"template {office.pk} {paper}"])
    last = PaperTemplate.objects.filter(office=office, paper=paper).order_by("-version").first()
    row = PaperTemplate.objects.create(
        office=office,
        paper=paper,
        version=last.version + 1 if last else 1,
        file=stored,
        reason=reason.strip(),
        set_by_post_id=principal.post,
        set_by_account_id=principal.account,
        readers=readers(office.pk, staff=True),
    )
    record(
        "paper.replace_template" if stored else "paper.restore_template",
        principal, subject=("template", row.pk), office=office.pk, readers=readers(office.pk, office=True),
        data={"paper": paper, "version": row.version, "reason": row.reason, "sha256": stored.sha256 if stored else ""},
    )  # fmt: skip
    return row
