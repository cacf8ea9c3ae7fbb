"""Compare every search entry with what its object says, and put right what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from waiban.core.access.principals import acting_as
from waiban.core.offices.models import Office
from waiban.core.people.principals import system
from waiban.core.search.rebuild import rebuild
from waiban.core.search.registry import registered


class Command(BaseCommand):
    help = "Rebuild what the search finds objects by."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what differs; exit 1 if anything does")

    def handle(self, *_args: Any, **options: Any) -> None:
        wrong = 0
        for office in Office.objects.all():
            with acting_as(system(office.pk, "rebuild_search")), transaction.atomic():
                for kind in registered():
                    differing = sum(1 for _id in rebuild(kind, write=not options["check"]))
                    wrong += differing
                    if differing:
                        self.stdout.write(f"{office.name}: {differing} of {kind}")
        self.stdout.write(f"{wrong} of the entries differed")
        if wrong and options["check"]:
            raise SystemExit(1)
