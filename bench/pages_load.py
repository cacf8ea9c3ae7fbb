"""A city's trips for `bench/pages.py`: a few made by the product's own acts, the rest copies of their rows.

Each template trip was walked by the real actions to where it stands. A copy keeps every row of it and moves
it elsewhere: ids keep their order and get other times, days move by whole weeks, the unit with its seats,
reader key and travellers becomes another. Left out, because no measured page reads them: events of the
register, mails, notices of ended trips (read long ago), and the long texts kept with decisions and versions
(`known`, `content`), which lie outside the row and weigh on nothing but the disk.
"""

import itertools
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from waiban.site import postgres

UNITS, PAIRS, OWN_PAIRS, DESKS = 400, 12, 40, 4
A_YEAR = 10_000
"""Trips that the city has in a year: the larger size is more years, with the same share of it still running."""
DAY_MS = 86_400_000
SLOTS = ("unit", "officer", "finance", "head", "personnel", "desk", "lead", "member")
ISO_DAY = re.compile(r"20\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Model:
    """A template: where its trip waits or how it ended, and how many of a thousand trips are like it."""

    share: int
    leaves: int
    country: str
    city: str
    until: str = ""
    end: str = ""
    own: int = 4
    """How many of the running copies belong to the measured unit: the same at every size."""

    @property
    def running(self) -> bool:
        return not self.end


MODELS = (
    Model(198, -330, "JP", "大阪", end="closed"),
    Model(197, -300, "DE", "汉堡", end="closed"),
    Model(197, -270, "HK", "", end="closed"),
    Model(198, -240, "KR", "首尔", end="closed"),
    Model(25, -200, "SG", "", end="refused"),
    Model(25, -160, "TH", "曼谷", end="withdrawn"),
    Model(10, 80, "GB", "伦敦", until="draft", own=20),
    Model(10, 76, "JP", "东京", until="finance_review"),
    Model(15, 76, "FR", "巴黎", until="notice", own=20),
    Model(10, 72, "IT", "罗马", until="unit_approval"),
    Model(10, 70, "ES", "马德里", until="submit", own=20),
    Model(15, 66, "AU", "悉尼", until="accept"),
    Model(20, 62, "NL", "阿姆斯特丹", until="desk_review"),
    Model(10, 60, "VN", "河内", until="section_review"),
    Model(10, 58, "MY", "吉隆坡", until="head_review"),
    Model(15, 54, "US", "旧金山", until="approve"),
    Model(15, 30, "BR", "巴西利亚", until="travel_papers"),
    Model(5, -3, "ID", "雅加达", until="come_back", own=12),
    Model(15, -30, "AE", "迪拜", until="report", own=20),
)
TABLES = {
    "outbound_trip": "SELECT t.template, r.* FROM bench.template t JOIN outbound_trip r ON r.id = t.trip",
    "casework_case": "SELECT t.template, r.* FROM bench.template t JOIN casework_case r ON r.id = t.case_id",
    **{f"casework_{name}": f"SELECT t.template, r.* FROM bench.template t JOIN casework_{name} r ON r.case_id = t.case_id"  # noqa: S608
       for name in ("dossierversion", "workitem", "decision", "deadline", "pause", "timer")},
    **{f"outbound_{name}": f"SELECT t.template, r.* FROM bench.template t JOIN outbound_{name} r ON r.trip_id = t.trip"  # noqa: S608
       for name in ("tripmember", "attachment", "attestation", "internalnotice")},
    "files_storedfile": "SELECT t.template, r.* FROM bench.template t JOIN outbound_attachment a ON a.trip_id = t.trip JOIN files_storedfile r ON r.id = a.file_id",
    "papers_paper": "SELECT t.template, r.* FROM bench.template t JOIN papers_paper r ON r.case_id = t.case_id",
    "search_entry": "SELECT t.template, r.* FROM bench.template t JOIN search_entry r ON r.of IN (t.trip, t.case_id)",
    "notify_notice": "SELECT t.template, r.* FROM bench.template t JOIN notify_notice r ON r.thread = t.case_id WHERE NOT t.ended",
}  # fmt: skip
NUMBER = (
    "(SELECT string_agg(format('%L:%s', left(r.kind, 1) || substr(d, i, 2), i + 2), ' ')::tsvector "
    "FROM (SELECT c.year || lpad(c.number::text, 4, '0')) AS n(d), generate_series(1, length(d)) AS i)"
)
"""The pairs of a number such as 20270312, as `waiban.core.search.bigrams` writes them."""
EMPTIED = {("casework_decision", "known"): "'{}'::jsonb", ("casework_dossierversion", "content"): "'{}'"}
RENUMBERED = {
    ("outbound_trip", "year"): "c.year",
    ("outbound_trip", "number"): "c.number",
    ("outbound_trip", "dossier"): "replace(replace(d.dossier, m.lead, p.lead::text), m.member, p.member::text)::jsonb",
    ("casework_case", "number"): "'澄外案〔' || c.year || '〕' || c.number || ' 号'",
    ("search_entry", "bigrams"): f"r.bigrams || {NUMBER}",
    ("papers_paper", "year"): "c.year",
    ("papers_paper", "serial"): "CASE WHEN r.serial IS NOT NULL THEN c.number END",
}


@dataclass
class World:
    """The city, and what the bench asks of it. `own` is the unit whose officer is measured."""

    city: Any
    trips: list[Any] = field(default_factory=list)
    copied: Counter[int] = field(default_factory=Counter)
    numbers: Counter[int] = field(default_factory=lambda: Counter[int]())  # noqa: PLW0108
    weeks_filled: int = 0


def build_world() -> World:
    """The office, its seats and travellers, the process in force, and one trip of each model."""
    from waiban.core.people.actions.add_post import add_post
    from waiban.core.people.actions.save_traveller import Facts
    from waiban.core.people.models import Role
    from waiban.core.people.personas import CAST, People, TravellerPlan, build
    from waiban.domains.outbound.tests import world

    lead, member = (plan.facts for plan in CAST.travellers)
    travellers = [
        TravellerPlan(f"{code}_{n}", "unit", f"{surname}{'一二三四五六七八九十'[n % 10]}{'川山林海云月星河石竹'[n // 10 % 10]}", facts)
        for code, surname, facts in (("lead", "程", replace(lead, heads_unit=False, rank="deputy_county")), ("member", "唐", member))
        for n in range(OWN_PAIRS)
    ]  # fmt: skip
    assert isinstance(lead, Facts)
    city = build(replace(CAST, travellers=tuple(travellers)))
    with city.as_system("bench"):
        city.posts["desk_0"] = city.posts["desk_officer"]
        for n in range(1, DESKS):
            city.posts[f"desk_{n}"] = add_post(
                city.units["office"], role=Role.DESK_OFFICER, name=f"经办{'一二三四五'[n]}岗"
            )
    world.ready(People(city, city))
    made = World(city)
    for place, model in enumerate(MODELS):
        made.trips.append(_walk(city, place, model))
    return made


def _walk(city: Any, place: int, model: Model) -> Any:
    from waiban.core.people.personas import City
    from waiban.domains.outbound.models import Trip
    from waiban.site.demo import trips as demo
    from waiban.site.demo.stories import Story, Visit

    units = {**city.units, "commerce": city.units["unit"]}
    story = Story(
        f"赴{model.city or model.country}经贸洽谈", "commerce", "negotiation", "与 3 家机电企业谈二期扩产选址，签 1 份供货备忘录。",
        (f"lead_{place}", f"member_{place}"), (Visit(model.country, model.city, 4, f"{model.city}产业振兴会", "association"),),
        model.leaves, until=model.until, end=model.end,
    )  # fmt: skip
    demo.item_of = lambda _story: "第 7 项"  # no plan of the demo's year knows these trips
    player = demo.Player(City(city.office, units, city.posts, city.accounts, city.travellers), story)
    player.play()
    with city.as_system("bench"):
        trip = Trip.objects.select_related("case").get(pk=player.pk)
        _stands_where_it_should(trip, model)
    return trip


def _stands_where_it_should(trip: Any, model: Model) -> None:
    """A template that stopped elsewhere would make the copies tell of another city."""
    from waiban.core.casework.models import WorkItem

    if model.until == "draft":
        assert trip.case_id is None
    elif model.running:
        steps = set(WorkItem.objects.filter(case=trip.case_id, state="open").values_list("step", flat=True))
        assert model.until in steps, (model, steps)
    else:
        assert trip.case.result, model


class Loader:
    """Copies templates by statements of the superuser, triggers and secondary indexes put aside meanwhile."""

    def __init__(self, server: postgres.Server, database: str, world: World) -> None:
        self.world = world
        self.url = server.url(postgres.SUPERUSER, database)
        self.connect()
        for line in ("max_wal_size = '8GB'", "checkpoint_timeout = '30min'", "autovacuum = off"):
            self.connection.execute(f"ALTER SYSTEM SET {line}")
        self.connection.execute("SELECT pg_reload_conf()")
        self._make_units()
        self._stage_templates()

    def connect(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        for line in ("session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '512MB'",
                     "work_mem = '64MB'", "search_path = public, pg_catalog"):  # fmt: skip
            self.connection.execute(f"SET {line}")

    # What copies are moved to ---------------------------------------------------------------------------------

    def _make_units(self) -> None:
        """Slot 0 is the measured unit with its own seats; the others are rows like its rows."""
        city, run = self.world.city, self.connection.execute
        seats = {
            "officer": "designated_officer",
            "finance": "unit_finance",
            "head": "unit_head",
            "personnel": "unit_personnel",
        }
        own = {"unit": city.units["unit"].pk, **{slot: city.posts[seat].pk for slot, seat in seats.items()}}
        run("CREATE SCHEMA bench")
        run(
            "CREATE TABLE bench.unit (u int PRIMARY KEY, unit uuid, officer uuid, finance uuid, head uuid, personnel uuid, key int)"
        )
        run("CREATE TABLE bench.pair (u int, pair int, lead uuid, member uuid, PRIMARY KEY (u, pair))")
        run("CREATE TABLE bench.desk (desk int PRIMARY KEY, post uuid)")
        key = run("SELECT id FROM access_readerkey WHERE kind = 'unit' AND of = %s", [own["unit"]]).fetchone()
        assert key
        self.key, self.own = key[0], own
        run("INSERT INTO bench.unit VALUES (0, %s, %s, %s, %s, %s, %s)", [*own.values(), self.key])
        run("INSERT INTO bench.unit SELECT n, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), "
            "gen_random_uuid(), nextval(pg_get_serial_sequence('access_readerkey', 'id')) FROM generate_series(1, %s) n", [UNITS])  # fmt: skip
        run(
            "INSERT INTO access_readerkey (id, office_id, kind, of) SELECT key, %s, 'unit', unit FROM bench.unit WHERE u > 0",
            [city.office.pk],
        )
        self._like(
            "people_unit", own["unit"], {"id": "u.unit", "name": "r.name || u.u", "short_name": "r.short_name || u.u"}
        )
        for slot in seats:
            self._like("people_post", own[slot], {"id": f"u.{slot}", "unit_id": "u.unit"})
        for n in range(OWN_PAIRS):
            run(
                "INSERT INTO bench.pair VALUES (0, %s, %s, %s)",
                [n, city.travellers[f"lead_{n}"].pk, city.travellers[f"member_{n}"].pk],
            )
        run(
            "INSERT INTO bench.pair SELECT u, n, gen_random_uuid(), gen_random_uuid() FROM bench.unit, generate_series(0, %s) n WHERE u > 0",
            [PAIRS - 1],
        )
        for slot in ("lead", "member"):
            old = city.travellers[f"{slot}_0"].pk
            pairs = "bench.unit u JOIN bench.pair q USING (u)"
            self._like("people_traveller", old, {"id": f"q.{slot}", "unit_id": "u.unit", "identity_hash": "''"}, pairs)
            records = {"id": "gen_random_uuid()", "traveller_id": f"q.{slot}", "unit_id": "u.unit"}
            self._like("people_travellerrecord", old, records, pairs, by="traveller_id")
        self._find_travellers()
        for n in range(DESKS):
            run("INSERT INTO bench.desk VALUES (%s, %s)", [n, city.posts[f"desk_{n}"].pk])

    def _find_travellers(self) -> None:
        from waiban.core.search.rebuild import rebuild

        with self.world.city.as_system("bench"):
            for _id in rebuild("traveller", write=True):
                pass

    def _like(
        self, table: str, old: uuid.UUID, change: dict[str, str], source: str = "bench.unit u", by: str = "id"
    ) -> None:
        change = {"readers": f"array_replace(r.readers, {self.key}, u.key)", **change}
        columns = [name for name, _kind in self._columns(table)]
        values = ", ".join(change.get(name, f"r.{name}") for name in columns)
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} r, {source} WHERE r.{by} = %s AND u.u > 0",  # noqa: S608
            [old],
        )

    def _columns(self, table: str) -> list[tuple[str, str]]:
        query = "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        return self.connection.execute(query, [table]).fetchall()

    # What is copied -------------------------------------------------------------------------------------------

    def _stage_templates(self) -> None:
        run, city = self.connection.execute, self.world.city
        run(
            "CREATE TABLE bench.template (template int PRIMARY KEY, trip uuid, case_id uuid, ended bool, lead text, member text)"
        )
        run("CREATE TABLE bench.slot (id uuid PRIMARY KEY, slot int)")
        run("CREATE TABLE bench.dossier (template int, days int, dossier text, PRIMARY KEY (template, days))")
        run(
            "CREATE TABLE bench.copy (template int, n int, days int, ms bigint, u int, pair int, desk int, year int, number int)"
        )
        for slot, known in self.own.items():
            run("INSERT INTO bench.slot VALUES (%s, %s)", [known, SLOTS.index(slot) + 2])
        run("INSERT INTO bench.slot SELECT post, %s FROM bench.desk", [SLOTS.index("desk") + 2])
        for place, trip in enumerate(self.world.trips):
            pair = [city.travellers[f"{slot}_{place}"].pk for slot in ("lead", "member")]
            run(
                "INSERT INTO bench.template VALUES (%s, %s, %s, %s, %s, %s)",
                [place, trip.pk, trip.case_id, not MODELS[place].running, *map(str, pair)],
            )
            for slot, known in zip(("lead", "member"), pair, strict=True):
                run("INSERT INTO bench.slot VALUES (%s, %s)", [known, SLOTS.index(slot) + 2])
        TABLES.update(_others())
        for table, query in TABLES.items():
            run(f"CREATE TABLE bench.{table} AS {query}")
        self._take_numbers_out()
        ids = " UNION ".join(f"SELECT id FROM bench.{table}" for table in TABLES if table != "search_entry")  # noqa: S608
        run(f"CREATE TABLE bench.inside AS {ids}")
        self.statements = {table: self._statement(table) for table in TABLES}

    def _take_numbers_out(self) -> None:
        """What the copies are found by: all but the template's own numbers; each gets its own."""
        from waiban.core.search.bigrams import vector
        from waiban.core.search.registry import registered

        for trip in self.world.trips:
            with self.world.city.as_system("bench"):
                words = {trip.pk: ("t", registered()["trip"].texts(trip)[3:])}
                if trip.case_id:
                    words[trip.case_id] = ("c", registered()["case"].texts(trip.case)[1:])
            for pk, (mark, texts) in words.items():
                pairs = vector((word for word in texts if word), mark)
                self.connection.execute(
                    "UPDATE bench.search_entry SET bigrams = %s::tsvector WHERE of = %s", [pairs, pk]
                )

    def _statement(self, table: str) -> str:
        columns = self._columns(table)
        values = [self._value(table, name, kind) for name, kind in columns]
        return (
            f"INSERT INTO {table} ({', '.join(name for name, _kind in columns)}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM bench.{table} r JOIN bench.copy c USING (template) JOIN bench.template m USING (template) "
            "JOIN bench.unit u USING (u) JOIN bench.pair p USING (u, pair) JOIN bench.desk k USING (desk) "
            + ("JOIN bench.dossier d USING (template, days)" if table == "outbound_trip" else "")
        )

    def _value(self, table: str, name: str, kind: str) -> str:
        given = EMPTIED.get((table, name)) or RENUMBERED.get((table, name))
        if given:
            return given
        match kind:
            case "uuid":
                return self._id(table, name)
            case "date":
                return f"r.{name} + c.days"
            case "timestamp with time zone":
                return f"r.{name} + c.days * interval '1 day'"
            case "integer[]":
                return f"array_replace(r.{name}, {self.key}, u.key)" if name == "readers" else f"r.{name}"
            case "text" | "character varying" | "jsonb":
                return self._text(table, name, kind)
        return f"r.{name}"

    def _id(self, table: str, name: str) -> str:
        """Ids of copied rows keep their order and move in time; seats and travellers become the other unit's."""
        run, staged = self.connection.execute, f"bench.{table}"
        run(f"ALTER TABLE {staged} ADD {name}__k int DEFAULT 0, ADD {name}__ms bigint, ADD {name}__rest text")
        digits = f"replace({name}::text, '-', '')"
        run(f"UPDATE {staged} SET {name}__k = 1, {name}__ms = ('x' || left({digits}, 12))::bit(48)::bigint, "  # noqa: S608
            f"{name}__rest = substr({digits}, 13) WHERE {name} IN (SELECT id FROM bench.inside)")  # fmt: skip
        run(f"UPDATE {staged} r SET {name}__k = s.slot FROM bench.slot s WHERE s.id = r.{name}")  # noqa: S608
        found = {row[0] for row in run(f"SELECT DISTINCT {name}__k FROM {staged}")}  # noqa: S608
        where = {
            2: "u.unit",
            3: "u.officer",
            4: "u.finance",
            5: "u.head",
            6: "u.personnel",
            7: "k.post",
            8: "p.lead",
            9: "p.member",
        }
        where[1] = f"(lpad(to_hex(r.{name}__ms + c.ms), 12, '0') || r.{name}__rest)::uuid"
        whens = " ".join(f"WHEN {place} THEN {where[place]}" for place in sorted(found - {0}))
        return f"CASE r.{name}__k {whens} ELSE r.{name} END" if whens else f"r.{name}"

    def _text(self, table: str, name: str, kind: str) -> str:
        """Ids of seats inside texts: the marking, entries of a countersign."""
        value = f"r.{name}::text"
        for slot in SLOTS[:5]:
            old = str(self.own[slot])
            query = f"SELECT 1 FROM bench.{table} WHERE {name}::text LIKE %s LIMIT 1"  # noqa: S608
            if self.connection.execute(query, [f"%{old}%"]).fetchone():
                value = f"replace({value}, '{old}', u.{slot}::text)"
        if value == f"r.{name}::text":
            return f"r.{name}"
        return f"({value})::{'jsonb' if kind == 'jsonb' else 'text'}"

    # Copying --------------------------------------------------------------------------------------------------

    def load(self, size: int) -> None:
        """Copies until the city has `size` trips."""
        self.connection.execute("TRUNCATE bench.copy, bench.dossier")
        copies = list(self._copies(size))
        with self.connection.cursor() as cursor, cursor.copy("COPY bench.copy FROM STDIN") as out:
            for row in copies:
                out.write_row(row)
        with self.connection.cursor() as cursor, cursor.copy("COPY bench.dossier FROM STDIN") as out:
            for template, days in sorted({(row[0], row[2]) for row in copies}):
                out.write_row((template, days, _moved(self.world.trips[template].dossier, days)))
        self.connection.execute("ANALYZE bench.copy")
        indexes = self._secondary_indexes()
        for name, _definition in indexes:
            self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for statement in self.statements.values():
            self.connection.execute(statement)
        for _name, definition in indexes:
            self.connection.execute(definition)
        for table in (
            *TABLES,
            "people_unit",
            "people_post",
            "people_traveller",
            "people_travellerrecord",
            "access_readerkey",
        ):
            self.connection.execute(f"VACUUM (ANALYZE) {table}")
        self.connection.execute("CHECKPOINT")

    def _copies(self, size: int) -> Iterator[tuple[int, ...]]:
        """(template, n, days, ms, unit, pair, desk, year, number). Ended trips fill the years backwards, running
        ones lie around today; the measured unit has two a week and a fixed number running.
        """
        weeks = max(52, size * 52 // A_YEAR)
        fresh = range(self.world.weeks_filled, weeks) or range(weeks)
        self.world.weeks_filled = weeks
        spread = itertools.count()
        for template, (model, trip) in enumerate(zip(MODELS, self.world.trips, strict=True)):
            first = self.world.copied[template]
            for n in range(first, size * model.share // 1000):
                place = next(spread)
                if model.running:
                    days = 7 * (n % 12 - 1)
                    own = n < model.own
                else:
                    days = -7 * fresh[(n - first) % len(fresh)]
                    own = template < 2 and n - first < len(fresh)
                u = 0 if own else 1 + place % UNITS
                pair = (n if own else place // UNITS) % (OWN_PAIRS if own else PAIRS)
                year = (trip.depart + timedelta(days=days)).year
                self.world.numbers[year] += 1
                yield template, n, days, days * DAY_MS + n + 1, u, pair, n % DESKS, year, 100 + self.world.numbers[year]
            self.world.copied[template] = max(first, size * model.share // 1000)

    def _secondary_indexes(self) -> list[tuple[str, str]]:
        query = (
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = c.oid)"
        )
        return self.connection.execute(query, [list(TABLES)]).fetchall()

    def count(self, table: str) -> int:
        row = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0


def _others() -> dict[str, str]:
    """Every other table of which a template trip has rows, so that no page finds less of a copy than of a trip."""
    from django.apps import apps
    from django.db import connections

    from waiban.core.access.rows import upkeep

    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if table in TABLES or not table.startswith(("outbound_", "casework_")):
            continue
        points = {field.related_model._meta.db_table: field.column for field in model._meta.concrete_fields
                  if field.related_model}  # fmt: skip
        mine = {"outbound_trip": "trip", "casework_case": "case_id"}
        root = next((root for root in mine if root in points), None)
        if root:
            with upkeep(), connections["owner"].cursor() as cursor:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {points[root]} IS NOT NULL)")  # noqa: S608
                if cursor.fetchone()[0]:
                    on = f"r.{points[root]} = t.{mine[root]}"
                    found[table] = f"SELECT t.template, r.* FROM bench.template t JOIN {table} r ON {on}"  # noqa: S608
    return found


def _moved(dossier: dict[str, Any], days: int) -> str:
    def move(match: re.Match[str]) -> str:
        return (date.fromisoformat(match[0]) + timedelta(days=days)).isoformat()

    return ISO_DAY.sub(move, json.dumps(dossier, ensure_ascii=False))
