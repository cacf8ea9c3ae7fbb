"""Write what a plan would bring, all in the transaction that is open: a few statements a thousand rows."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from waiban.core.access.bulk import insert_rows
from waiban.core.access.keys import readers
from waiban.core.access.principals import Principal
from waiban.core.audit.record import record_many
from waiban.core.offices.models import Office
from waiban.core.people import identity
from waiban.core.people.models import Traveller, Unit
from waiban.core.search.keep import keep
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.importing.building import MemberRow, columns_of, member_columns
from waiban.domains.outbound.importing.planning import Plan, Row
from waiban.domains.outbound.models import ImportBatch, ImportedRow, Trip, TripMember
from waiban.kernel.ids import uuid7

Told = Callable[[int, int], None]
INDEXED_AT_ONCE = 1_000


def save(office: Office, batch: ImportBatch, made: Plan, principal: Principal, *, today: date, told: Told) -> None:
    """Travellers, trips, members, rows, one event a trip, and what they are found by."""
    shown = _Readers(office.pk)
    rows = [row for group in made.trips.values() for row in group]
    of = len(rows) * 5
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        told(min(done, of), of)

    _travellers(made, rows, shown)
    step(len(rows))
    known = {row.trip_key for row in rows if row.trip_key in made.known_trips}
    fresh = {key: group for key, group in made.trips.items() if key not in known}
    trips = _trips(office, fresh, made, principal, shown)
    step(len(rows))
    _members(fresh, trips, shown)
    step(len(rows))
    ids = dict(made.known_trips) | {key: trip["id"] for key, trip in trips.items()}
    _rows(batch, rows, ids, made, shown)
    rebuild([ids[key] for key in known], shown, made.units)
    step(len(rows))
    record_many(
        "trip.import",
        principal,
        [
            (
                ("trip", ids[key]),
                shown(group[0].unit),
                {"batch": batch.number, "rows": len(group), "new": key not in known},
            )
            for key, group in made.trips.items()
        ],
        office=office.pk,
        happened_on=today,
    )
    _index(office, [trips[key] for key in fresh], [ids[key] for key in known])
    told(of, of)


class _Readers:
    """The keys of an imported trip's rows: the office and the unit. Asked for once a unit."""

    def __init__(self, office: uuid.UUID) -> None:
        self.office = office
        self.found: dict[uuid.UUID, list[int]] = {}

    def __call__(self, unit: uuid.UUID) -> list[int]:
        if unit not in self.found:
            self.found[unit] = readers(self.office, office=True, units=(unit,))
        return self.found[unit]


def _travellers(made: Plan, rows: Sequence[Row], shown: _Readers) -> None:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        first.setdefault(row.token, row)
    fresh = []
    for token, pk in made.fresh.items():
        row, number = first[token], made.numbers.get(token, "")
        fresh.append(
            {
                "id": pk, "readers": shown(row.member_unit), "unit_id": row.member_unit, "name": row.name, "pinyin": "",
                "born_on": row.born_on, "identity_number": identity.encrypt(number) if number else None,
                "identity_masked": identity.masked(number) if number else "", "identity_hash": row.number_digest,
                "salt": os.urandom(16), "erased_on": None,
            }
        )  # fmt: skip
    insert_rows(Traveller, fresh)
    units = Unit.objects.in_bulk({row["unit_id"] for row in fresh})
    for start in range(0, len(fresh), INDEXED_AT_ONCE):
        part = [Traveller(**row) for row in fresh[start : start + INDEXED_AT_ONCE]]
        for traveller in part:
            traveller.unit = units[traveller.unit_id]
        keep("traveller", *part)


def _trips(
    office: Office, groups: Mapping[str, Sequence[Row]], made: Plan, principal: Principal, shown: _Readers
) -> dict[str, dict[str, Any]]:
    """New trips by their key, numbered after what the office has in the year of departure."""
    now = timezone.now()
    numbers = _numbers(office, groups)
    found: dict[str, dict[str, Any]] = {}
    for key, rows in groups.items():
        first = rows[0]
        year = int(first.trip["depart"][:4])
        found[key] = {
            "id": uuid7(), "readers": shown(first.unit), "office_id": office.pk, "unit_id": first.unit, "case_id": None,
            "year": year, "number": next(numbers[year]), "created_by_post_id": principal.for_post or principal.post,
            "unread": {}, "recheck": [], "editable": False, "revision": 1, "saved_at": now,
            "state": Trip.State.CLOSED.value, "imported": True, "import_key": key,
            **columns_of(first.trip, made.units[first.unit], _member_rows(rows, made.units)),
        }  # fmt: skip
    insert_rows(Trip, list(found.values()))
    return found


def _numbers(office: Office, groups: Mapping[str, Sequence[Row]]) -> dict[int, Iterator[int]]:
    years = sorted({int(rows[0].trip["depart"][:4]) for rows in groups.values()})
    wanted = {year: sum(1 for rows in groups.values() if int(rows[0].trip["depart"][:4]) == year) for year in years}
    numbers: dict[int, Any] = {}
    for year in years:  # in one order, so that two batches at once wait for each other and not in a ring
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"trip {office.pk} {year}"])
            cursor.execute("SELECT outbound_last_number(%s, %s)", [office.pk, year])
            (last,) = cursor.fetchone()
        if last + wanted[year] > 99_999:
            raise CannotError(_("本年案号已满"))
        numbers[year] = iter(range(last + 1, last + 1 + wanted[year]))
    return numbers


def _member_rows(rows: Sequence[Row], units: Mapping[uuid.UUID, str]) -> list[MemberRow]:
    made = []
    for row in rows:
        assert row.traveller is not None
        made.append(MemberRow(row.traveller, units[row.member_unit], row.member))
    return made


def _members(groups: Mapping[str, Sequence[Row]], trips: Mapping[str, Mapping[str, Any]], shown: _Readers) -> None:
    found = []
    for key, rows in groups.items():
        for place, row in enumerate(rows):
            assert row.traveller is not None
            says = member_columns(place, MemberRow(row.traveller, "", row.member), row.trip)
            found.append(
                {"id": uuid7(), "readers": shown(row.unit), "trip_id": trips[key]["id"], "traveller_id": row.traveller}
                | says
            )
    insert_rows(TripMember, found)


def _rows(
    batch: ImportBatch,
    rows: Sequence[Row],
    trips: Mapping[str, uuid.UUID],
    made: Plan,
    shown: _Readers,
) -> None:
    old = [row.before.pk for row in rows if row.before is not None]
    ImportedRow.objects.filter(pk__in=old).update(current=False)
    fresh, told = set(made.fresh.values()), set()
    found = []
    for row in rows:
        new = row.traveller in fresh and row.traveller not in told
        told.add(row.traveller)
        found.append(
            {
                "id": uuid7(), "readers": shown(row.unit), "batch_id": batch.pk, "office_id": batch.office_id, "key": row.key,
                "trip_id": trips[row.trip_key], "traveller_id": row.traveller, "values": row.values,
                "digest": row.digest, "new_traveller": new,
                "replaces_id": row.before.pk if row.before is not None else None, "current": True,
            }
        )  # fmt: skip
    insert_rows(ImportedRow, found)


def rebuild(trip_ids: Sequence[uuid.UUID], shown: "_Readers", units: Mapping[uuid.UUID, str]) -> None:
    """Make trips say what their current rows say; the newest row speaks for the trip as a whole."""
    rows_of: dict[uuid.UUID, list[ImportedRow]] = {}
    for row in ImportedRow.objects.filter(trip__in=trip_ids, current=True).order_by("id"):
        rows_of.setdefault(row.trip_id, []).append(row)
    for trip in Trip.objects.select_for_update().filter(pk__in=list(rows_of)):
        rows = rows_of[trip.pk]
        says = rows[-1].values
        unit = uuid.UUID(says["unit"])
        members = [
            MemberRow(row.traveller_id, units[uuid.UUID(row.values["member_unit"])], row.values["member"]) for row in rows
        ]  # fmt: skip
        for name, value in columns_of(says["trip"], units[unit], members).items():
            setattr(trip, name, value)
        trip.unit_id, trip.readers, trip.revision = unit, shown(unit), trip.revision + 1
        trip.save()
        TripMember.objects.filter(trip=trip).delete()
        TripMember.objects.bulk_create(
            TripMember(
                trip=trip, traveller_id=row.traveller, readers=shown(unit),
                **member_columns(place, row, says["trip"]),
            )
            for place, row in enumerate(members)
        )  # fmt: skip
        ImportedRow.objects.filter(trip=trip).update(readers=shown(unit))


def readers_of(office: uuid.UUID) -> _Readers:
    return _Readers(office)


def _index(office: Office, fresh: Sequence[Mapping[str, Any]], known: Sequence[uuid.UUID]) -> None:
    """What they are found by: new ones as they were just written, without reading them again."""
    units = Unit.objects.in_bulk({row["unit_id"] for row in fresh})
    for start in range(0, len(fresh), INDEXED_AT_ONCE):
        part = [Trip(**row) for row in fresh[start : start + INDEXED_AT_ONCE]]
        for trip in part:
            trip.unit, trip.office = units[trip.unit_id], office
        keep("trip", *part)
    for start in range(0, len(known), INDEXED_AT_ONCE):
        rows = Trip.objects.filter(pk__in=known[start : start + INDEXED_AT_ONCE]).select_related("unit", "office")
        keep("trip", *rows.defer("unread"))
