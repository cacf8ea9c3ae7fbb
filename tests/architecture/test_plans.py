"""Lists stay fast under row security: with thousands of rows, as the app's role and with the planner left alone, no
page reads a large table from end to end, and each goes by the index that is meant for it.

What PostgreSQL itself counts is asked, so that what runs inside its functions counts too.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from waiban.core.access import keys
from waiban.core.people.personas import People, build_people
from waiban.domains.outbound.models import Trip
from waiban.domains.outbound.tests import world
from waiban.site import postgres

pytestmark = pytest.mark.real_database

COPIES, OWN = 4000, 100
"""Copies of one trip with all that hangs on it; and how many of them are the measured unit's."""
MOST = 8000
"""Rows that a page may read of one table however many there are: what its counts, menus and first looks stop at,
with several of them on one page; a desk of four thousand items pays most.
"""
LARGE = (
    *("audit_event", "casework_case", "casework_decision", "casework_dossierversion", "casework_workitem"),
    *("files_storedfile", "notify_notice", "outbound_attachment", "outbound_internalnotice", "outbound_trip"),
    *("outbound_tripmember", "search_entry"),
)
"""Tables that grow with every case. Of each there are copies."""
OF_NOBODY_ELSE = ("audit_event", "notify_notice")
"""Copied for whom they are; in all others a unit's keys and posts become another unit's."""


@dataclass
class Read:
    """What one request read: whole tables, rows of each table, and which indexes it went by."""

    whole: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    indexes: set[str] = field(default_factory=set)


class House:
    def __init__(self, people: People, server: postgres.Server) -> None:
        self.people = people
        name = str(connections["default"].settings_dict["NAME"])
        self.superuser = psycopg.connect(server.url(postgres.SUPERUSER, name), autocommit=True)

    def fill(self) -> None:
        run = self.superuser.execute
        run("SET session_replication_role = replica")
        unit = self.people.city.units["unit"]
        key = run("SELECT id FROM access_readerkey WHERE kind = 'unit' AND of = %s", [unit.pk]).fetchone()
        posts = [row[0] for row in run("SELECT id FROM people_post WHERE unit_id = %s", [unit.pk])]
        assert key
        for table in LARGE:
            run(self._copy(table, key[0], unit.pk, posts))
            run(f"ANALYZE {table}")
        run("SET session_replication_role = origin")

    def _copy(self, table: str, key: int, unit: uuid.UUID, posts: list[uuid.UUID]) -> str:
        """Every id of a copied row is made from the old one, so that rows keep pointing to one another."""
        query = (
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        columns = self.superuser.execute(query, [table]).fetchall()
        foreign = f"n > {OWN}" if table not in OF_NOBODY_ELSE else "false"
        listed = ", ".join(f"'{post}'" for post in posts)
        values = []
        for name, kind in columns:
            old = f"r.{name}"
            if name in ("office_id", "release_id") or name.endswith("account_id"):
                values.append(old)
            elif kind == "uuid":
                moved = f"md5({old}::text || n)::uuid"
                kept = f"{old} IN ({listed}, '{unit}') OR EXISTS (SELECT 1 FROM people_post p WHERE p.id = {old})"
                values.append(
                    f"CASE WHEN {kept} THEN CASE WHEN {foreign} AND {old} IN ({listed}, '{unit}') THEN {moved} ELSE {old} END "
                    f"ELSE {moved} END"
                )
            elif name == "readers":
                values.append(f"CASE WHEN {foreign} THEN array_replace({old}, {key}, {key} + 100000) ELSE {old} END")
            elif name == "number" and kind == "integer" and table == "outbound_trip":
                values.append(f"{old} + n")
            elif name == "number" and table == "casework_case":
                values.append(f"{old} || '-' || n")
            elif kind == "date" and name in ("due", "depart", "return_on", "opened_on", "closed_on"):
                values.append(f"{old} + n % 400")
            else:
                values.append(old)
        names = ", ".join(name for name, _kind in columns)
        chosen = "id IN (SELECT id FROM audit_event LIMIT 1)" if table == "audit_event" else "true"
        return (
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} r, generate_series(1, {COPIES}) n "
            f"WHERE {chosen}"
        )

    def read(self, who: str, address: str) -> Read:
        client = self.people.client(who)
        client.get(address)
        before = self._counted()
        assert client.get(address).status_code == 200, address
        after = self._counted()
        found = Read()
        for (kind, table, index), (scans, rows) in after.items():
            more = scans - before.get((kind, table, index), (0, 0))[0]
            read = rows - before.get((kind, table, index), (0, 0))[1]
            if kind == "whole":
                if read >= COPIES:  # a few rows from the beginning are no harm
                    found.whole.add(table)
            elif kind == "table":
                found.rows[table] = read
            elif more:
                found.indexes.add(index)
        return found

    def _counted(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
        rows = self.superuser.execute(
            "SELECT 'whole', relname, '', seq_scan, seq_tup_read FROM pg_stat_user_tables "
            "UNION ALL SELECT 'table', relname, '', 0, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables "
            "UNION ALL SELECT 'index', relname, indexrelname, idx_scan, idx_tup_read FROM pg_stat_user_indexes"
        )
        return {(kind, table, index): (scans, read) for kind, table, index, scans, read in rows if table in LARGE}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    from waiban.site.testing import database_of_its_own

    with django_db_blocker.unblock(), database_of_its_own("plans") as (server, _name):
        keys._whole.cache_clear()  # numbers of keys are another database's
        people = build_people()
        world.ready(people)
        world.submitted(people, world.draft(people))
        made = House(people, server)
        made.fill()
        yield made
        made.superuser.close()


@pytest.mark.parametrize(
    ("who", "address", "by"),
    [
        ("desk_officer", "/", {"item_todo"}),
        ("desk_officer", "/?view=done", {"item_done"}),
        ("designated_officer", "/", {"item_todo"}),
        ("desk_officer", "/trips/", {"trip_by_number"}),
        ("desk_officer", "/trips/?sort=due", {"case_by_due"}),
        ("desk_officer", "/trips/?sort=depart", {"trip_by_departure"}),
        ("desk_officer", "/trips/?sort=-depart", {"trip_by_departure_down"}),
        ("desk_officer", "/trips/?state=closed", {"trip_by_state"}),
        ("desk_officer", "/trips/?q=日本", {"trip_by_number", "search_entry_newest"}),
        ("desk_officer", "/trips/?q=冰岛", {"search_entry_found"}),
        ("desk_officer", "/search?q=日本", {"search_entry_newest"}),
        ("designated_officer", "/trips/", {"outbound_trip_r"}),
        ("designated_officer", "/trips/?sort=due", {"outbound_trip_r"}),
        ("designated_officer", "/trips/?q=日本", {"outbound_trip_r", "search_entry_found"}),
        ("designated_officer", "/search?q=冰岛", {"search_entry_found"}),
        ("designated_officer", "/notices/", set()),
        ("auditor", "/register/", set()),
    ],
)
def test_each_list_goes_by_its_index(house: House, who: str, address: str, by: set[str]) -> None:
    read = house.read(who, address)
    assert read.whole == set(), "tables read whole"
    assert by - read.indexes == set(), f"went by {sorted(read.indexes)}"
    assert {table: rows for table, rows in read.rows.items() if rows > MOST} == {}, "it reads on as the years go by"


def test_the_guard_sees_a_table_that_is_read_whole(house: House) -> None:
    before = house._counted()
    with house.people.as_("desk_officer"):
        assert Trip.objects.filter(dossier__purpose="没有这样的任务").count() == 0
    after = house._counted()
    assert after["whole", "outbound_trip", ""][1] - before["whole", "outbound_trip", ""][1] >= COPIES
