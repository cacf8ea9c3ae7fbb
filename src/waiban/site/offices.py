"""`waiban office open`: the first act of a deployment for a city. What comes after it is done on screen by its head."""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from waiban.rulebook.law import load_law
from waiban.rulebook.sources import REGULATIONS, LawError

PASSWORD = "WAIBAN_HEAD_PASSWORD"  # noqa: S105 - the name of a variable


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if options.action == "template":
        return _template(options.file)
    try:
        load_law(REGULATIONS / options.law)
    except LawError as error:
        print(f"waiban office: --law {options.law}: {error}", file=sys.stderr)
        return 2
    password = os.environ.get(PASSWORD) or getpass.getpass(f"Password of {options.head} (or set {PASSWORD}): ")

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    django.setup()
    from waiban.core.offices.errors import CannotError

    try:
        _open(options, password)
    except CannotError as error:
        print(f"waiban office: {error}; nothing was made", file=sys.stderr)
        return 2
    print(f"{options.name}: open. {options.head} signs in and sets up units, posts and people.")
    return 0


def _template(file: Path) -> int:
    """The empty workbook for `bin/office-init`."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    django.setup()
    from waiban.site.office_init.workbook import write_template

    with file.open("wb") as out:
        write_template(out)
    print(f"{file}: fill it in, then bin/office-init {file}")
    return 0


def _open(options: argparse.Namespace, password: str) -> None:
    """All or nothing: the office, its own unit, its head with an account, and the processes of a trip."""
    from waiban.core.access.principals import PUBLIC, acting_as
    from waiban.core.casework.actions.publish_release import seed_release
    from waiban.core.offices.actions.open_office import open_office
    from waiban.core.offices.errors import CannotError
    from waiban.core.offices.models import Office
    from waiban.core.people.actions.add_account import add_account
    from waiban.core.people.actions.add_post import add_post
    from waiban.core.people.actions.add_unit import add_unit
    from waiban.core.people.actions.appoint import appoint
    from waiban.core.people.models import Role, UnitKind
    from waiban.core.people.principals import principal_of, system
    from waiban.domains.outbound.processes import RELEASED, bpmn_of
    from waiban.domains.partners import processes as promises

    with acting_as(PUBLIC):
        if Office.objects.filter(slug=options.slug).exists():
            raise CannotError(f"an office {options.slug} is open already")
        office = open_office(
            slug=options.slug,
            name=options.name,
            name_en=options.name_en,
            short_name=options.short,
            city=options.city,
            city_en=options.city_en,
            law_path=options.law,
            telephone=options.telephone,
        )
        with acting_as(system(office.pk, "open office")):
            unit = add_unit(
                office, name=options.name, short_name=f"{options.short}办", kind=UnitKind.GOVERNMENT, is_office=True
            )
            post = add_post(unit, role=Role.OFFICE_HEAD, name="主任岗")
            account = add_account(office, username=options.head, name=options.head_name, password=password)
            appoint(account, post, since=date.today())  # noqa: DTZ011 - the operator's day
        with acting_as(principal_of(account.pk, post.pk)):
            for process in RELEASED:
                seed_release(office.pk, process, bpmn_of(process), reason="启用通用流程")
            for process in promises.RELEASED:
                seed_release(office.pk, process, promises.bpmn_of(process), reason="启用通用流程")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="waiban office")
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    action = actions.add_parser("open", help="an office, its head's account, and the process of a trip")
    for name, text in (
        ("slug", "short name in Latin letters, e.g. yunting"),
        ("name", "full name, e.g. 云汀市人民政府外事办公室"),
        ("name-en", "English name"),
        ("short", "as document numbers begin, e.g. 云外"),
        ("city", "e.g. 云汀市"),
        ("city-en", "e.g. Yunting"),
        ("head", "username of the office head"),
        ("head-name", "name of the office head"),
    ):
        action.add_argument(f"--{name}", required=True, help=text)
    template = actions.add_parser("template", help="write the empty workbook of an office's first day")
    template.add_argument("file", type=Path, metavar="FILE.xlsx")
    action.add_argument("--law", default="cn/nation", help="a shipped level, e.g. cn/shandong; default cn/nation")
    action.add_argument("--telephone", default="", help="shown on the sign-in page")
    return parser
