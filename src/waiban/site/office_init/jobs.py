"""Preview and saving of the first day's workbook as jobs: the report is the job's result file."""

import json
import uuid

from waiban.core.access.principals import current_principal
from waiban.core.files.actions.erase import erase
from waiban.core.files.actions.keep import keep
from waiban.core.files.blobs import read_blob
from waiban.core.files.models import StoredFile
from waiban.core.jobs.registry import Result
from waiban.core.jobs.run import Run
from waiban.core.offices.models import Office
from waiban.site.office_init.load import Load
from waiban.site.office_init.workbook import read_workbook

CHECK, SAVE = "office.init_check", "office.init_save"
REPORT = "office_init_report"


def check(run: Run) -> Result:
    return _run(run, save=False)


def save(run: Run) -> Result:
    """The workbook is erased once it is saved: its numbers and names live in their own rows from then on."""
    return _run(run, save=True)


def _run(run: Run, *, save: bool) -> Result:
    account = current_principal().account
    assert account is not None  # a job is done for a person
    office = Office.objects.get(pk=run.office_id)
    stored = StoredFile.objects.get(pk=uuid.UUID(run.params["file"]))
    load = Load(office, read_workbook(read_blob(stored.sha256)), account, with_calendar=False)
    report = load.run(save=save, told=run.progress)
    if report.saved:
        erase(stored)
    data = json.dumps(report.to_dict() | {"sha256": stored.sha256}, ensure_ascii=False).encode()
    kept = keep(
        data, name="report.json", content_type="application/json", office_id=office.pk, readers=run.readers, kind=REPORT
    )
    return Result(kept.pk, kept.sha256, kept.name)
