"""Workbooks of old records as offices keep them, and the road that a batch takes, without a queue."""

import io
import uuid
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from waiban.core.jobs.run import run, use_principals
from waiban.core.people.personas import People
from waiban.core.people.principals import principal_of
from waiban.domains.outbound.actions.import_trips import check_old_records, save_old_records, upload_old_records
from waiban.domains.outbound.models import ImportBatch

HEADINGS = (
    "批件号",
    "组团单位",
    "团组名称",
    "出访国家",
    "离境日期",
    "入境日期",
    "经费",
    "姓名",
    "身份证号",
    "职务",
    "级别",
    "团内职务",
)
COLUMNS = {
    "trip_key": "批件号", "outside_number": "批件号", "unit": "组团单位", "title": "团组名称", "countries": "出访国家",
    "depart": "离境日期", "return": "入境日期", "total_cny": "经费", "name": "姓名", "identity_number": "身份证号",
    "post": "职务", "rank": "级别", "role": "团内职务",
}  # fmt: skip


def identity_number(n: int) -> str:
    """A valid number of nobody: an area that was never given out, and a day long past."""
    first = f"990000190001{n // 1000 % 28 + 1:02d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(figure) * weight for figure, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


def row(trip: str, n: int, name: str, **more: Any) -> list[Any]:
    says = {
        "批件号": trip, "组团单位": "市商务局", "团组名称": f"{trip}团", "出访国家": "日本、韩国", "离境日期": "2019-03-02",
        "入境日期": "2019-03-08", "经费": 86000, "姓名": name, "身份证号": identity_number(n), "职务": "科长",
        "级别": "乡科级正职", "团内职务": "团员",
    } | more  # fmt: skip
    return [says[heading] for heading in HEADINGS]


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("台账")
        for place, cells in enumerate([HEADINGS, *rows]):
            for column, cell in enumerate(cells):
                sheet.write(place, column, cell) if isinstance(cell, int) else sheet.write_string(
                    place, column, str(cell)
                )
    return out.getvalue()


def upload(people: People, rows: Sequence[Sequence[Any]], who: str = "desk_officer") -> ImportBatch:
    with people.as_(who):
        return upload_old_records(people.office, SimpleUploadedFile("台账.xlsx", workbook(rows)))


def do(people: People, job_id: uuid.UUID) -> None:
    use_principals(principal_of)
    with TestCase.captureOnCommitCallbacks(execute=True):
        run(job_id, people.office.pk)


def previewed(people: People, rows: Sequence[Sequence[Any]]) -> ImportBatch:
    batch = upload(people, rows)
    with people.as_("desk_officer"):
        job = check_old_records(batch.pk, sheet=batch.sheet, columns=batch.columns)
    do(people, job.pk)
    with people.as_("desk_officer"):
        return ImportBatch.objects.get(pk=batch.pk)


def saved(people: People, rows: Sequence[Sequence[Any]], *, good_only: bool = False) -> ImportBatch:
    batch = previewed(people, rows)
    with people.as_("desk_officer"):
        job = save_old_records(batch.pk, good_only=good_only)
    do(people, job.pk)
    with people.as_("desk_officer"):
        return ImportBatch.objects.get(pk=batch.pk)
