"""
The command line: `waiban check`, `schema`, `regulations`, `audit`, `places`, `worker`, `serve`.

Only what a command needs is imported when it runs: `check` is used in scripts and hooks and starts in a blink, without
Django, polars or OR-Tools (a test holds it to that).
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = ("plan", "submit", "accept", "approve", "papers", "depart", "return", "close")
UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 something blocks or fails, 2 unusable input."""
    options, rest = _parser().parse_known_args(arguments)
    if rest and not hasattr(options, "rest"):
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = [*rest, *getattr(options, "rest", [])]
    try:
        return int(options.run(options))
    except BrokenPipeError:
        # The reader of our output went away (`waiban … | head`); nothing of ours went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="waiban", description="外办 · the open platform for a city's foreign-affairs office"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="judge dossiers against the law; needs no database")
    check.add_argument("files", nargs="+", metavar="FILE", help="JSON, or YAML by its suffix")
    check.add_argument("--json", action="store_true", help="one JSON array, one object a file")
    check.add_argument("--stage", choices=STAGES, default="submit", help="what is due: default submit")
    check.add_argument("--as-of", metavar="DATE", help="the day whose law counts, instead of each rule's own")
    check.add_argument(
        "--office", metavar="FOLDER", help="the office's law: a folder, or a shipped level such as cn/shandong"
    )
    check.add_argument("--repair", action="store_true", help="the smallest set of edits that clears every block")
    check.add_argument("--all", action="store_true", help="also what is met, not applicable or due later")
    check.set_defaults(run=_check)

    schema = commands.add_parser("schema", help="print the JSON Schema of an exchange format")
    schema.add_argument("format", choices=["trip"])
    schema.set_defaults(run=_schema)

    regulations = commands.add_parser("regulations", help="the law as data")
    actions = regulations.add_subparsers(required=True, metavar="ACTION")
    for name, text in (
        ("list", "every row: kind, level, stage, title"),
        ("show", "one rule: dates, article, lines"),
        ("verify", "prove that overlays only tighten and nothing weak bites"),
        ("coverage", "how every entry of the fact base is accounted for"),
        ("export", "write a level, or an office's own overlay, as a folder"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--office", metavar="FOLDER", help="a folder, or a shipped level such as cn/shandong")
        if name == "show":
            action.add_argument("rule", metavar="ID")
        if name == "coverage":
            action.add_argument("--markdown", action="store_true", help="as a page of the documentation")
        if name == "export":
            action.add_argument("folder", metavar="TO", help="a folder that doesn't exist yet")
        action.set_defaults(run=_regulations, action=name)

    audit = commands.add_parser(
        "audit", help="seal and verify the register of everything done; judge stored trips again", add_help=False
    )
    audit.add_argument("rest", nargs=argparse.REMAINDER)
    audit.set_defaults(run=_audit)

    office = commands.add_parser("office", help="open an office for a city", add_help=False)
    office.add_argument("rest", nargs=argparse.REMAINDER)
    office.set_defaults(run=_office)

    places = commands.add_parser("places", help="cities, and the year's holidays and make-up days", add_help=False)
    places.add_argument("rest", nargs=argparse.REMAINDER)
    places.set_defaults(run=_places)

    worker = commands.add_parser("worker", help="deliver notices, run jobs, seal the register", add_help=False)
    worker.add_argument("rest", nargs=argparse.REMAINDER)
    worker.set_defaults(run=_worker)

    serve = commands.add_parser("serve", help="serve the product", add_help=False)
    serve.add_argument("rest", nargs=argparse.REMAINDER)
    serve.set_defaults(run=_serve)
    return parser


def language() -> str:
    """Zh or en, by the locale that the environment names."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _check(options: argparse.Namespace) -> int:
    from waiban.site.commands.check import run

    return run(options)


def _schema(_: argparse.Namespace) -> int:
    from waiban.dossiers.load import SCHEMA_FILE

    sys.stdout.write(SCHEMA_FILE.read_text("utf-8"))
    return 0


def _regulations(options: argparse.Namespace) -> int:
    from waiban.site.commands.regulations import run

    return run(options)


def _audit(options: argparse.Namespace) -> int:
    from waiban.site.register import main as run

    return run(options.rest)


def _office(options: argparse.Namespace) -> int:
    from waiban.site.offices import main as run

    return run(options.rest)


def _places(options: argparse.Namespace) -> int:
    from waiban.site.places import main as run

    return run(options.rest)


def _worker(options: argparse.Namespace) -> int:
    from waiban.site.worker import main as run

    return run(options.rest)


def _serve(options: argparse.Namespace) -> int:
    from waiban.site.serve import main as run

    return int(run(options.rest))


if __name__ == "__main__":
    sys.exit(main())
