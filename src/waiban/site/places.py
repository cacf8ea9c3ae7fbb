"""`waiban places`: reference data that is the same for every office. Run by the operator as the database's owner."""

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

OWNER = "owner"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="waiban places")
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    actions.add_parser("load", help="cities from the installed package")
    announce = actions.add_parser("announce", help="a year's holidays and make-up days, as the notice has them")
    announce.add_argument("file", type=Path, help="CSV with the columns day, kind (holiday or workday), name")
    announce.add_argument("--source", required=True, help="the notice's number")
    options = parser.parse_args(arguments)

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    django.setup()
    if options.action == "load":
        from waiban.core.places.load import load_cities

        print(f"{load_cities(OWNER)} cities")
        return 0
    try:
        print(f"{_announce(options.file, options.source)} days")
    except (OSError, ValueError, KeyError) as error:
        print(f"waiban places: {error}; nothing was changed", file=sys.stderr)
        return 2
    return 0


def _announce(file: Path, source: str) -> int:
    from waiban.core.places.calendar import Announced, announce

    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wrong = [row["kind"] for row in rows if row["kind"] not in ("holiday", "workday")]
    if wrong:
        raise ValueError(f"kind {wrong[0]!r}: expected holiday or workday")
    days = [Announced(date.fromisoformat(row["day"]), row["kind"] == "workday", row["name"]) for row in rows]
    years = {row.day.year for row in days}
    if len(years) != 1:
        raise ValueError("a file holds the days of one year")
    return announce(years.pop(), days, source, using=OWNER)
