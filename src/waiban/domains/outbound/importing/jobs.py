"""The long parts of bringing in old records, as jobs: preview, saving, taking back."""

import io
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.files.actions.erase import erase
from waiban.core.files.actions.keep import keep
from waiban.core.files.blobs import read_blob
from waiban.core.jobs.registry import Result
from waiban.core.jobs.run import Run
from waiban.core.offices.queries import today
from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.domains.outbound.importing.planning import Plan, differences, plan
from waiban.domains.outbound.importing.reading import read_sheet
from waiban.domains.outbound.importing.saving import save
from waiban.domains.outbound.importing.undoing import undo
from waiban.domains.outbound.models import ImportBatch

CHECK, SAVE, UNDO = "outbound.import_check", "outbound.import_save", "outbound.import_undo"
SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def check(run: Run) -> Result | None:
    """The preview; where there are problems, all of them as a spreadsheet."""
    batch = _batch(run)
    if batch.state not in (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED):
        raise ValueError(_("这一批已经办过"))
    made = _plan(batch, run)
    batch.counts = made.counts()
    batch.problems = [[one.row, one.column, one.expected] for one in made.problems[:SHOWN]]
    batch.changes = differences(made, SHOWN)
    batch.state, batch.checked_at = ImportBatch.State.CHECKED, timezone.now()
    batch.save()
    return _problem_list(made, batch, run) if made.problems else None


def save_batch(run: Run) -> None:
    """Planned anew, saved, the workbook erased. Whatever is wrong leaves everything as it was."""
    batch = _batch(run)
    if batch.state != ImportBatch.State.CHECKED:
        raise ValueError(_("请先预览"))
    made = _plan(batch, run)
    if made.problems and not batch.good_only:
        raise ValueError(_("还有 %(n)d 处问题，改好再导入，或选只导入无误的团组") % {"n": len(made.problems)})
    principal = current_principal()
    save(batch.office, batch, made, principal, today=today(batch.office), told=run.progress)
    batch.counts = made.counts()
    batch.state, batch.saved_at = ImportBatch.State.SAVED, timezone.now()
    stored, batch.file = batch.file, None
    batch.problems = []
    batch.save()
    if stored is not None:
        erase(stored)
    record(
        "import.save", principal, subject=("import", batch.pk), office=batch.office_id, readers=batch.readers,
        data={"number": batch.number, "sha256": batch.sha256, **batch.counts},
    )  # fmt: skip


def undo_batch(run: Run) -> None:
    batch = _batch(run)
    if batch.state != ImportBatch.State.SAVED:
        raise ValueError(_("只能撤销已导入的批次"))
    gone = undo(batch, told=run.progress)
    batch.state, batch.undone_at, batch.changes = ImportBatch.State.UNDONE, timezone.now(), []
    batch.save()
    record(
        "import.undo", current_principal(), subject=("import", batch.pk), office=batch.office_id, readers=batch.readers,
        data={"number": batch.number, **gone},
    )  # fmt: skip


def _batch(run: Run) -> ImportBatch:
    wanted = uuid.UUID(run.params["batch"])
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("office", "file").get(pk=wanted)


def _plan(batch: ImportBatch, run: Run) -> Plan:
    if batch.file is None:
        raise ValueError(_("工作簿已经删除，请重新上传"))
    sheet = read_sheet(read_blob(batch.file.sha256), batch.sheet)
    return plan(batch.office, sheet, batch.columns, today=today(batch.office), told=run.progress)


def _problem_list(made: Plan, batch: ImportBatch, run: Run) -> Result:
    out = io.BytesIO()
    columns = [SheetColumn(_("行"), "count"), SheetColumn(_("列"), "text", 20), SheetColumn(_("应为"), "text", 60)]
    rows: Any = ((one.row, one.column, one.expected) for one in made.problems)
    write_xlsx(out, _("问题"), columns, rows)
    name = _("第 %(n)d 批问题.xlsx") % {"n": batch.number}
    stored = keep(
        out.getvalue(),
        name=name,
        content_type=XLSX,
        office_id=batch.office_id,
        readers=run.readers,
        kind="import_problems",
    )
    return Result(stored.pk, stored.sha256, name)
