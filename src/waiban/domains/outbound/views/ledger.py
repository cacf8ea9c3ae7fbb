"""The office's own ledger of documents: handed in, previewed with every fault, saved whole or not at all."""

import io
import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import current_principal
from waiban.core.access.routes import open_to
from waiban.core.files.actions.admit import admit
from waiban.core.files.errors import RefusedError
from waiban.core.files.models import StoredFile
from waiban.core.offices.views.pages import my_office
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.domains.outbound.actions.import_documents import import_documents, preview_documents
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.ledger import COLUMNS

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
KIND = "document_ledger"


@open_to(Permission.DOCUMENT_KEEP)
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    trouble = ""
    if request.method == "POST":
        principal, office, upload = current_principal(), my_office(), request.FILES.get("file")
        post = principal.for_post or principal.post
        try:
            if upload is None or post is None:
                raise CannotError(_("请选一个文件"))
            stored = admit(upload, office_id=office.pk, readers=readers(office.pk, posts=(post,)), kind=KIND)
            return HttpResponseRedirect(reverse("outbound:documents_preview", args=[stored.pk]))
        except (CannotError, RefusedError) as error:
            trouble = str(error)
    context = {"section": "documents", "trouble": trouble, "columns": COLUMNS}
    return render(request, "outbound/ledger.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """What would be saved, row by row; the numbers are masked here too."""
    stored = StoredFile.objects.filter(pk=file_id, kind=KIND).first()
    if stored is None:
        raise Http404
    office, trouble = my_office(), ""
    if request.method == "POST":
        if request.POST.get("act") == "drop":
            stored.delete()
            return HttpResponseRedirect(reverse("outbound:documents_import"))
        try:
            n = import_documents(stored.pk, office)
            messages.success(request, _("已登记 %(n)d 本；上传的表已删除") % {"n": n})
            return HttpResponseRedirect(reverse("outbound:documents"))
        except CannotError as error:
            trouble = error.message
    try:
        ledger = preview_documents(stored.pk, office)
    except CannotError as error:
        stored.delete()
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("outbound:documents_import"))
    context = {
        "section": "documents",
        "file": stored,
        "trouble": trouble,
        "faults": ledger.faults[:SHOWN],
        "fault_count": len(ledger.faults),
        "lines": ledger.lines[:SHOWN],
        "line_count": len(ledger.lines),
        "known": ledger.known,
    }
    return render(request, "outbound/ledger_preview.html", context)


@open_to(Permission.DOCUMENT_KEEP)
@require_GET
def empty_ledger(request: HttpRequest) -> FileResponse:  # noqa: ARG001
    out = io.BytesIO()
    write_xlsx(out, _("证照台账"), [SheetColumn(title, "text", width=18) for _key, title, _needed in COLUMNS], [])
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=_("证照台账.xlsx"), content_type=EXCEL)
