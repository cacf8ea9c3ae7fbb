"""The night's work on travellers, as the system: days of deletion, deletions that are due, and who still sees whom."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.audit.record import record
from waiban.core.offices.models import Office
from waiban.core.offices.queries import settings_for
from waiban.core.people import retention
from waiban.core.people.actions.erase_traveller import empty, locked
from waiban.core.people.models import Traveller, TravellerRecord
from waiban.core.people.policies import may_keep_travellers

BATCH = 500


def keep_travellers(office: Office, on: date) -> tuple[int, int]:
    """How many were erased, and from how many a view was taken. A batch is a transaction."""
    if not may_keep_travellers(current_principal(), office.pk):
        raise PermissionError("traveller.expire")
    kept = settings_for(office, [retention.YEARS, retention.SIGHT_DAYS])
    erased = hidden = 0
    for batch in _batches(office):
        with transaction.atomic():
            hidden += _narrow(office, batch, on, kept[retention.SIGHT_DAYS])
            erased += _expire(batch, on, kept[retention.YEARS])
    return erased, hidden


def _batches(office: Office) -> Iterator[list[Traveller]]:
    last = None
    while True:
        rows = Traveller.objects.filter(unit__office=office, erased_on=None).order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        batch = list(rows[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _expire(batch: list[Traveller], on: date, years: int) -> int:
    holds = retention.holds_of([row.pk for row in batch])
    erased = 0
    for row in batch:
        end = retention.end_of(row, holds[row.pk], years)
        if end is not None and end <= on:
            erased += _erase(row, years, end)
        elif end != row.kept_until:
            Traveller.objects.filter(pk=row.pk).update(kept_until=end)
    return erased


def _erase(row: Traveller, years: int, end: date) -> int:
    """Asked again under the lock: somebody may have begun a case with this person since the batch was read."""
    traveller = locked(row.pk)
    holds = retention.holds_of([row.pk])[row.pk]
    if traveller.erased_on or retention.end_of(traveller, holds, years) != end:
        return 0
    empty(traveller)
    record(
        "traveller.expire", current_principal(), subject=("traveller", traveller.pk), office=traveller.unit.office_id,
        readers=traveller.readers, data={"kept_until": end},
    )  # fmt: skip
    return 1


def _narrow(office: Office, batch: list[Traveller], on: date, days: int) -> int:
    """Whoever was shown a person with a case loses sight of that person when the case has ended long enough ago."""
    own = {unit: set(readers(office.pk, office=True, units=(unit,))) for unit in {row.unit_id for row in batch}}
    wider = [row for row in batch if set(row.readers) - own[row.unit_id]]
    if not wider:
        return 0
    needed = retention.sight_keys([row.pk for row in wider], on, days)
    hidden = 0
    for row in wider:
        traveller = Traveller.objects.select_for_update(of=("self",)).get(pk=row.pk)
        shown = sorted(set(traveller.readers) & (own[row.unit_id] | needed[row.pk]))
        if shown == sorted(traveller.readers):
            continue
        Traveller.objects.filter(pk=row.pk).update(readers=shown)
        TravellerRecord.objects.filter(traveller=row.pk).update(readers=shown)
        record(
            "traveller.hide", current_principal(), subject=("traveller", row.pk), office=office.pk, readers=shown,
            data={"keys": len(traveller.readers) - len(shown)},
        )  # fmt: skip
        hidden += 1
    return hidden
