"""Old records: 100,000 member rows brought into an office that already holds 100,000.

    .venv/bin/python bench/import.py [ROWS]

Two workbooks of invented people are made. The first is brought in to fill the office; the second is timed on the road
that an office takes: the workbook is uploaded (read at the door, in its own process), previewed by a job, saved by a
job: identities encrypted, reader keys, one register event a trip, the search kept, progress told on the second
connection. Times are the jobs' own, with their commits. Goals: preview within 30 s, saved within 120 s.
Last line: rows, trips, preview_s, save_s, peak_mib.
"""

import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from waiban.site import postgres  # noqa: E402 - the sources' path comes first

STATE = Path(f"/var/tmp/waiban-import-{os.getpid()}")  # noqa: S108 - the server's user can't read a private home
DATABASE = "waiban_import"
UNITS = 300
HEADINGS = (
    "批件号", "组团单位", "团组名称", "类别", "任务", "出访国家", "离境日期", "入境日期", "批准日期", "经费", "邀请方",
    "姓名", "身份证号", "职务", "级别", "人员性质", "团内职务",
)  # fmt: skip
PLACES = ("日本", "韩国", "德国", "法国", "美国", "英国", "新加坡", "泰国", "香港", "澳门", "巴西", "南非")
RANKS = ("县处级正职", "县处级副职", "乡科级正职", "乡科级副职", "科员及以下")


def main(rows: int) -> None:
    try:
        measure(rows)
    finally:
        shutil.rmtree(STATE, ignore_errors=True)


def measure(rows: int) -> None:
    with postgres.running(STATE) as server:
        prepare(server)
        from waiban.core.people.personas import build_people

        people = build_people()
        add_units(people)
        fill_s = bring_in(people, workbook(rows, 1), "first")[1]
        print(f"filled with {rows:,} rows in {sum(fill_s):.1f} s", flush=True)
        batch, (preview_s, save_s) = bring_in(people, workbook(rows, 2), "second")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"preview {preview_s:.1f} s (goal 30), saved {save_s:.1f} s (goal 120)")
    print(
        json.dumps(
            {
                "rows": batch.counts["new"], "trips": batch.counts["new_trips"], "preview_s": round(preview_s, 1),
                "save_s": round(save_s, 1), "peak_mib": peak,
            }
        )
    )  # fmt: skip


def prepare(server: postgres.Server) -> None:
    postgres.prepare_database(server, DATABASE)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
        "DATABASE_URL": server.url(postgres.OWNER, DATABASE),
        "WAIBAN_APP_URL": server.url(postgres.APP, DATABASE),
        "WAIBAN_FILES": str(STATE / "files"),
        "WAIBAN_DEBUG": "0",
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "waiban.site.manage", "migrate", "--database", "owner", "-v", "0", "--skip-checks"]
    subprocess.run(command, check=True)
    import django

    django.setup()


def add_units(people: Any) -> None:
    from waiban.core.people.actions.add_unit import add_unit

    with people.as_system():
        for n in range(UNITS):
            add_unit(people.office, name=f"澄江市第{n}局", kind="government")


def bring_in(people: Any, data: bytes, name: str) -> tuple[Any, list[float]]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from waiban.core.jobs.run import run, use_principals
    from waiban.core.people.principals import principal_of
    from waiban.domains.outbound.actions import import_trips as acts
    from waiban.domains.outbound.models import ImportBatch

    use_principals(principal_of)
    began = time.monotonic()
    with people.as_("desk_officer"):
        batch = acts.upload_old_records(people.office, SimpleUploadedFile(f"{name}.xlsx", data))
    print(f"{name}: uploaded and read at the door in {time.monotonic() - began:.1f} s", flush=True)
    seconds = []
    for ask in (lambda pk: acts.check_old_records(pk, sheet=batch.sheet, columns=batch.columns), acts.save_old_records):  # noqa: B023 - called at once
        with people.as_("desk_officer"):
            job = ask(batch.pk)
        began = time.monotonic()
        run(job.pk, people.office.pk)
        seconds.append(time.monotonic() - began)
        with people.as_("desk_officer"):
            job.refresh_from_db()
            batch = ImportBatch.objects.get(pk=batch.pk)
        if job.state != "done" or batch.problems:
            sys.exit(f"{name}: {job.state} {job.fault} {batch.problems[:3]}")
    print(f"{name}: {batch.counts} in {seconds[0]:.1f} + {seconds[1]:.1f} s", flush=True)
    return batch, seconds


def workbook(rows: int, seed: int) -> bytes:
    """About four a trip over ten years; most people travel more than once."""
    import xlsxwriter

    dice = random.Random(seed)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, HEADINGS)
        line, trip = 1, 0
        while line <= rows:
            trip += 1
            depart = date(2014, 1, 6) + timedelta(days=dice.randrange(3650))
            unit = dice.randrange(UNITS)
            of_trip = (
                f"旧批〔{depart.year}〕{seed}{trip:06d}号", f"澄江市第{unit}局", f"赴外工作团{seed}-{trip}", "访问",
                "商谈合作事项", "、".join(dice.sample(PLACES, dice.randint(1, 3))), depart.isoformat(),
                (depart + timedelta(days=dice.randint(3, 9))).isoformat(),
                (depart - timedelta(days=40)).isoformat(), f"{dice.randrange(20_000, 400_000)}", "友城国际交流协会",
            )  # fmt: skip
            for place in range(min(dice.randint(2, 6), rows - line + 1)):
                number = (unit * 1_000 + dice.randrange(150) * 6 + place) * 2 + seed - 1
                role = "团员" if place else "团长"
                person = (f"人{number}", identity_number(number), "处长", RANKS[number % 5], "公务人员", role)
                sheet.write_row(line, 0, [*of_trip, *person])
                line += 1
    return out.getvalue()


def identity_number(n: int) -> str:
    """Valid, and of nobody: an area that was never given out, and days long past; another for each `n`."""
    first = f"99{n // 336_000:04d}1900{n // 28_000 % 12 + 1:02d}{n // 1000 % 28 + 1:02d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(figure) * weight for figure, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
