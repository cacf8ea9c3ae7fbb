"""Compare every case's readers with what its items say, and put right what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from waiban.core.access.principals import acting_as
from waiban.core.casework.models import Case
from waiban.core.casework.moves import set_readers
from waiban.core.casework.readers import readers_of
from waiban.core.offices.models import Office
from waiban.core.people.principals import system


class Command(BaseCommand):
    help = "Rebuild who may see each case and all that hangs on it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what differs; exit 1 if anything does")

    def handle(self, *_args: Any, **options: Any) -> None:
        wrong = 0
        for office in Office.objects.all():
            with acting_as(system(office.pk, "rebuild_case_readers")), transaction.atomic():
                for case in Case.objects.filter(office=office).select_related("unit").iterator():
                    wanted = readers_of(case)
                    if wanted == case.readers:
                        continue
                    wrong += 1
                    self.stdout.write(f"{case.number}: {case.readers} → {wanted}")
                    if not options["check"]:
                        set_readers(case, wanted)
        self.stdout.write(f"{wrong} of the cases differed")
        if wrong and options["check"]:
            raise SystemExit(1)
