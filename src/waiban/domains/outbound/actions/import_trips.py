"""Old records from a workbook: taken in, its columns settled and previewed, saved, dropped, taken back."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers
from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Principal
from waiban.core.audit.record import record
from waiban.core.files.actions.erase import erase
from waiban.core.files.actions.keep import keep
from waiban.core.files.door.inspect import inspect
from waiban.core.jobs.actions.start import start
from waiban.core.jobs.models import Job
from waiban.core.offices.models import Office
from waiban.core.offices.policies import require
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.importing.fields import BY_CODE, guessed
from waiban.domains.outbound.importing.jobs import CHECK, SAVE, UNDO, XLSX
from waiban.domains.outbound.importing.reading import read_sheet
from waiban.domains.outbound.importing.undoing import stands_on
from waiban.domains.outbound.models import ImportBatch, ImportMapping

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST = 100 * 1024 * 1024
PENDING = (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED)


@transaction.atomic
def upload_old_records(office: Office, upload: "UploadedFile[Any]") -> ImportBatch:
    """Raises RefusedError (the door) or CannotError. The bytes stay until the batch is saved or dropped."""
    principal = require("import.upload", Permission.TRIP_IMPORT, office.pk)
    if (upload.size or 0) > LARGEST:
        raise CannotError(_("工作簿超过 100 MB，请分开"))
    data = upload.read()
    found = inspect(upload.name or "", data)
    if not found.readable or found.content_type != XLSX:
        raise CannotError(_("请上传 XLSX 工作簿"))
    try:
        sheet = read_sheet(data)
    except ValueError as error:
        raise CannotError(str(error)) from error
    shown = readers(office.pk, office=True)
    stored = keep(
        data, name=found.name, content_type=XLSX, office_id=office.pk, readers=shown, kind="old_records", sensitive=True
    )
    remembered = ImportMapping.objects.filter(office=office).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {office.pk}"])
    last = ImportBatch.objects.filter(office=office).aggregate(last=Max("number"))["last"] or 0
    batch = ImportBatch.objects.create(
        office=office,
        number=last + 1,
        file=stored,
        sha256=stored.sha256,
        name=found.name,
        sheet=sheet.name,
        columns=guessed(sheet.headings, remembered.columns if remembered else {}),
        uploaded_by_post_id=principal.for_post or principal.post,
        readers=shown,
    )
    _log("import.upload", batch, principal, sha256=batch.sha256)
    return batch


@transaction.atomic
def check_old_records(batch_id: uuid.UUID, *, sheet: str, columns: Mapping[str, str]) -> Job:
    """Settle which column says what, remember it, and begin the preview."""
    batch, principal = _pending(batch_id, "import.check")
    batch.sheet = sheet
    batch.columns = {code: heading for code, heading in columns.items() if code in BY_CODE and heading}
    for field in BY_CODE.values():
        if field.needed and not batch.columns.get(field.code):
            raise CannotError(_("请指定哪一列是“%(name)s”") % {"name": field.label}, field.code)
    ImportMapping.objects.update_or_create(
        office=batch.office, defaults={"columns": batch.columns, "readers": readers(batch.office_id, office=True)}
    )
    job = start(
        CHECK, title=_("预览第 %(n)d 批") % {"n": batch.number}, office_id=batch.office_id, params=_params(batch)
    )
    batch.job_id = job.pk
    batch.save()
    _log("import.check", batch, principal, columns=batch.columns)
    return job


@transaction.atomic
def save_old_records(batch_id: uuid.UUID, *, good_only: bool = False) -> Job:
    """`good_only`: trips that a bad row holds back stay out; without it a single problem stops everything."""
    batch, principal = _pending(batch_id, "import.ask")
    if batch.state != ImportBatch.State.CHECKED:
        raise CannotError(_("请先预览"))
    if batch.counts.get("bad_rows") and not good_only:
        raise CannotError(_("还有 %(n)d 行有问题，改好再导入，或选只导入无误的团组") % {"n": batch.counts["bad_rows"]})
    if not batch.counts.get("trips"):
        raise CannotError(_("没有可导入的团组"))
    batch.good_only = good_only
    job = start(
        SAVE, title=_("导入第 %(n)d 批") % {"n": batch.number}, office_id=batch.office_id, params=_params(batch)
    )
    batch.job_id = job.pk
    batch.save()
    _log("import.ask", batch, principal, good_only=good_only)
    return job


@transaction.atomic
def drop_old_records(batch_id: uuid.UUID) -> ImportBatch:
    """Not to be saved: the workbook is erased, its digest stays."""
    batch, principal = _pending(batch_id, "import.drop")
    stored, batch.file = batch.file, None
    batch.state, batch.problems, batch.changes = ImportBatch.State.DROPPED, [], []
    batch.save()
    if stored is not None:
        erase(stored)
    _log("import.drop", batch, principal)
    return batch


@transaction.atomic
def undo_old_records(batch_id: uuid.UUID) -> Job:
    """Begin to take a saved batch back. Raises CannotError with what stands on it."""
    batch = _locked(batch_id)
    principal = require("import.undo", Permission.TRIP_IMPORT, batch.office_id)
    if batch.state != ImportBatch.State.SAVED:
        raise CannotError(_("只能撤销已导入的批次"))
    if reason := stands_on(batch):
        raise CannotError(reason)
    job = start(
        UNDO, title=_("撤销第 %(n)d 批") % {"n": batch.number}, office_id=batch.office_id, params=_params(batch)
    )
    batch.job_id = job.pk
    batch.save()
    _log("import.ask_undo", batch, principal)
    return job


def _params(batch: ImportBatch) -> dict[str, str]:
    return {"batch": str(batch.pk)}


def _locked(batch_id: uuid.UUID) -> ImportBatch:
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("office", "file").get(pk=batch_id)


def _pending(batch_id: uuid.UUID, act: str) -> tuple[ImportBatch, Principal]:
    batch = _locked(batch_id)
    principal = require(act, Permission.TRIP_IMPORT, batch.office_id)
    if batch.state not in PENDING:
        raise CannotError(_("这一批已经办过"))
    running = Job.objects.filter(pk=batch.job_id, ended_at=None) if batch.job_id else Job.objects.none()
    if running.exists():
        raise CannotError(_("正在办，请稍候"))
    return batch, principal


def _log(name: str, batch: ImportBatch, principal: Principal, **data: Any) -> None:
    record(
        name, principal, subject=("import", batch.pk), office=batch.office_id, readers=batch.readers,
        data={"number": batch.number, **data},
    )  # fmt: skip
