"""The first day's workbook on screen: take the empty one, hand in the filled one, see what it would do, save it."""

import io
import json
import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.routes import open_to
from waiban.core.audit.record import record
from waiban.core.files.actions.keep import keep
from waiban.core.files.blobs import read_blob
from waiban.core.files.door.inspect import inspect
from waiban.core.files.errors import RefusedError
from waiban.core.files.models import StoredFile
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.core.offices.views.pages import my_office
from waiban.core.offices.views.settings import tabs
from waiban.site.office_init.jobs import CHECK, SAVE
from waiban.site.office_init.sheets import SHEETS
from waiban.site.office_init.workbook import write_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 50 * 1024 * 1024


@open_to(Permission.OFFICE_SET)
def first(request: HttpRequest) -> HttpResponse:
    office = my_office()
    wrong = ""
    if request.method == "POST":
        upload = request.FILES.get("workbook")
        try:
            if upload is None:
                raise RefusedError(_("请选填好的工作簿"), "empty")
            if (upload.size or 0) > LARGEST:
                raise RefusedError(_("工作簿超过 50 MB"), "size")
            job = take_in(office, upload.name or "", upload.read())
        except RefusedError as error:
            wrong = str(error)
        else:
            return HttpResponseRedirect(reverse("office_init:report", args=[job.pk]))
    context = {"section": "settings", "tabs": tabs("first"), "sheets": SHEETS, "wrong": wrong}
    return render(request, "office_init/first.html", context)


@transaction.atomic
def take_in(office: Office, name: str, data: bytes) -> Job:
    """Through the door, kept for the head alone, and previewed."""
    principal = require("office.init", Permission.OFFICE_SET, office.pk)
    found = inspect(name, data)
    if not found.readable or found.content_type != XLSX:
        raise RefusedError(_("请上传 XLSX 工作簿"), "kind")
    posts = (principal.post,) if principal.post else ()
    stored = keep(
        data, name=found.name, content_type=XLSX, office_id=office.pk, readers=readers(office.pk, posts=posts),
        kind="office_init", sensitive=True,
    )  # fmt: skip
    record(
        "office.init_upload", principal, subject=("file", stored.pk), office=office.pk,
        readers=readers(office.pk, office=True), data={"sha256": stored.sha256},
    )  # fmt: skip
    return start(CHECK, title=_("预览初始工作簿"), office_id=office.pk, params={"file": str(stored.pk)})


@open_to(Permission.OFFICE_SET)
def report(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job = Job.objects.filter(pk=job_id, kind__in=[CHECK, SAVE]).first()
    if job is None:
        raise Http404
    found = _report(job)
    if request.method == "POST":
        require("office.init", Permission.OFFICE_SET, job.office_id)
        if job.kind != CHECK or found is None or found["faults"]:
            messages.error(request, _("先改好所列的问题"))
            return HttpResponseRedirect(request.path)
        if not StoredFile.objects.filter(pk=job.params["file"]).exists():
            messages.error(request, _("工作簿已经删除，请重新上传"))
            return HttpResponseRedirect(reverse("office_init:first"))
        saving = start(SAVE, title=_("导入初始工作簿"), office_id=job.office_id, params=job.params)
        return HttpResponseRedirect(reverse("office_init:report", args=[saving.pk]))
    context = {
        "section": "settings", "job": job, "running": job.ended_at is None, "of": max(job.of, 1), "report": found,
        "saving": job.kind == SAVE,
    }  # fmt: skip
    return render(request, "office_init/report.html", context)


@require_safe
@open_to(Permission.OFFICE_SET)
def template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    out = io.BytesIO()
    write_template(out)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="office-init.xlsx"'
    return response


def _report(job: Job) -> dict[str, Any] | None:
    if not job.result_sha256:
        return None
    found: dict[str, Any] = json.loads(read_blob(job.result_sha256))
    return found
