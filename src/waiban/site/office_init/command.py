"""`bin/office-init FILE.xlsx`: the first day of an office, by the operator.

    bin/office-init FILE.xlsx            shows what would be done, and every fault by sheet, row and column
    bin/office-init FILE.xlsx --save     does it, all or nothing; a second time changes nothing

An office that isn't open yet is opened by the sheet 外办, with its head's account (password from WAIBAN_HEAD_PASSWORD).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

PASSWORD = "WAIBAN_HEAD_PASSWORD"  # noqa: S105 - the name of a variable
WRONG = 2


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/office-init", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE.xlsx")
    parser.add_argument("--save", action="store_true", help="do it; without this it is only shown")
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        print(
            f"office-init: {options.file} isn't there; `waiban office template {options.file}` writes an empty one",
            file=sys.stderr,
        )
        return WRONG

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    django.setup()
    from django.utils import translation

    with translation.override("zh-hans"):
        return _run(options.file, save=options.save)


def _run(file: Path, *, save: bool) -> int:
    from django.db import transaction

    from waiban.core.access.principals import PUBLIC, acting_as
    from waiban.core.files.door.inspect import inspect
    from waiban.core.files.errors import RefusedError
    from waiban.site.office_init.load import Load
    from waiban.site.office_init.workbook import read_workbook

    data = file.read_bytes()
    try:
        inspect(file.name, data)
    except RefusedError as error:
        print(f"office-init: {error}", file=sys.stderr)
        return WRONG
    read = read_workbook(data)
    with acting_as(PUBLIC):
        opened = _office(read)
        if isinstance(opened, str):
            print(f"office-init: {opened}", file=sys.stderr)
            return WRONG
        office, head = opened
        report = Load(office, read, head, with_calendar=True).run(save=save)
        if not report.saved:
            transaction.set_rollback(True)  # an office that was opened for the look
    _show(report)
    return WRONG if report.faults else 0


def _office(read: Any) -> Any:
    """The office and its head's account, opened where they aren't yet; or what is in the way."""
    from waiban.core.access.principals import acting_as
    from waiban.core.casework.actions.publish_release import seed_release
    from waiban.core.offices.actions.open_office import open_office
    from waiban.core.offices.models import Office
    from waiban.core.people.actions.add_account import add_account
    from waiban.core.people.actions.add_post import add_post
    from waiban.core.people.actions.add_unit import add_unit
    from waiban.core.people.actions.appoint import appoint
    from waiban.core.people.models import Account, Role, UnitKind
    from waiban.core.people.principals import principal_of, system
    from waiban.domains.outbound.processes import RELEASED, bpmn_of
    from waiban.domains.partners import processes as promises

    lines = read.lines["office"]
    if len(lines) != 1 or not {"slug", "head", "name"} <= set(lines[0].values):
        return "工作表“外办”要有完整的一行"
    line = lines[0]
    office = Office.objects.filter(slug=line["slug"]).first()
    if office is not None:
        head = Account.objects.filter(username=line["head"]).first()
        if head is None or principal_of(head.pk).office != office.pk:
            return "工作表“外办”：主任用户名不是本办在任主任的账号"
        return office, head.pk
    office = open_office(
        slug=line["slug"], name=line["name"], name_en=line.get("name_en") or "", short_name=line["short_name"],
        city=line["city"], city_en=line.get("city_en") or "", law_path=line.get("law_path") or "cn/nation",
        telephone=line.get("telephone") or "",
    )  # fmt: skip
    with acting_as(system(office.pk, "open office")):
        unit = add_unit(
            office, name=office.name, short_name=f"{office.short_name}办", kind=UnitKind.GOVERNMENT, is_office=True
        )
        post = add_post(unit, role=Role.OFFICE_HEAD, name="主任岗")
        account = add_account(
            office, username=line["head"], name=line["head_name"], password=os.environ.get(PASSWORD) or None
        )
        appoint(account, post, since=date.today())  # noqa: DTZ011 - the operator's day
    with acting_as(principal_of(account.pk, post.pk)):
        for process in RELEASED:
            seed_release(office.pk, process, bpmn_of(process), reason="启用通用流程")
        for process in promises.RELEASED:
            seed_release(office.pk, process, promises.bpmn_of(process), reason="启用通用流程")
    return office, account.pk


def _show(report: Any) -> None:
    said = report.to_dict()
    for fault in said["faults"]:
        sheet, row, column, expected = fault
        where = "，".join(filter(None, [sheet, f"第 {row} 行" if row else "", column]))
        print(f"{where}：{expected}")
    for sheet in said["sheets"]:
        print(f"{sheet['title']}：新建 {sheet['new']}，改动 {sheet['changed']}，不变 {sheet['same']}")
    if said["faults"]:
        print(f"有 {len(said['faults'])} 处问题，什么都没有导入。")
    else:
        print("已导入。" if said["saved"] else "没有问题；加 --save 导入。")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
