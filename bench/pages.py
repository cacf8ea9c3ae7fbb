"""How long the pages of the main job take, at 10,000 and at 200,000 trips.

    bin/setup --dev && .venv/bin/python bench/pages.py [--small]

A PostgreSQL of its own, the app's role, row security on; requests go through the whole of the application in
process, middlewares, sign-in and rendering included, and each is committed. One city, ten thousand trips a
year: the larger size is twenty years of them, and twenty times the trips that still run. The measured unit has
the same two trips a week at both sizes, so that its law looks back on as much. Each persona asks for each page
in turn, other cases every time. `growth` is the largest ratio of a page's p95 at the larger size to that at the
smaller.
"""

import argparse
import itertools
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

from waiban.site import postgres  # noqa: E402 - the sources' path comes first

STATE = Path(f"/var/tmp/waiban-pages-{os.getpid()}")  # noqa: S108 - the server's user can't read a private home
DATABASE = "pages"
PERSONAS = {"desk officer": "desk_officer", "unit officer": "designated_officer", "city leader": "city_leader"}
OK = 200
BLOCK, WARM = 10, 2
"""Requests of each page before the other size has its turn; and those before them that only warm a fresh connection."""
REVISION = re.compile(r'name="revision" value="(\d+)"')


def main(sizes: tuple[int, int], rounds: int, *, explain: bool) -> None:
    try:
        with postgres.running(STATE) as server:
            prepare(server)
            from pages_load import Loader, build_world

            began = time.perf_counter()
            world = build_world()
            print(f"templates walked by the acts: {time.perf_counter() - began:.0f} s", flush=True)
            loader = Loader(server, DATABASE, world)
            pages = Pages(world)
            databases = {}
            for size, name in zip(sizes, (f"{DATABASE}_small", DATABASE), strict=True):
                began = time.perf_counter()
                loader.load(size)
                print(
                    f"{loader.count('outbound_trip')} trips, {loader.count('casework_workitem')} work items, "
                    f"{loader.count('casework_decision')} decisions: {time.perf_counter() - began:.0f} s",
                    flush=True,
                )
                if name != DATABASE:
                    keep_copy(server, name, loader)
                databases[size] = name
            found = pages.measure(databases, rounds, explain=explain)
            report(found, sizes)
    finally:
        shutil.rmtree(STATE, ignore_errors=True)


def prepare(server: postgres.Server) -> None:
    postgres.prepare_database(server, DATABASE)
    (STATE / "var" / "static").mkdir(parents=True)
    os.environ |= {
        "DATABASE_URL": server.url(postgres.OWNER, DATABASE),
        "WAIBAN_APP_URL": server.url(postgres.APP, DATABASE),
        "WAIBAN_FILES": str(STATE / "var"),
        "WAIBAN_DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "waiban.site.manage", "migrate", "--database", "owner", "-v", "0"]
    subprocess.run([*command, "--skip-checks"], env=os.environ | {"PYTHONPATH": str(HERE.parent / "src")}, check=True)
    import django

    django.setup()


def keep_copy(server: postgres.Server, name: str, loader: Any) -> None:
    """The smaller city beside the larger: a copy of the database as it is now."""
    from django.db import connections

    connections.close_all()
    loader.connection.close()
    postgres.prepare_database(server, name, DATABASE)
    loader.connect()


def use(name: str) -> None:
    from django.db import connections

    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name


class Pages:
    """One signed-in client a persona, and the requests that it makes."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.clients = {name: world.city.client(seat) for name, seat in PERSONAS.items()}
        for client in self.clients.values():
            client.defaults["HTTP_HOST"] = "127.0.0.1"

    def requests(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        for name, client in self.clients.items():
            yield f"inbox, {name}", lambda client=client: client.get("/")
            yield f"list, {name}", lambda client=client: client.get("/trips/")
            yield f"list by due day, {name}", lambda client=client: client.get("/trips/?sort=due")
            yield f"list, a common word, {name}", lambda client=client: client.get("/trips/?q=洽谈")
            numbers = itertools.cycle(self.numbers(PERSONAS[name]))
            yield (
                f"list, a number, {name}",
                lambda client=client, numbers=numbers: client.get(f"/trips/?q={next(numbers)}"),
            )
            yield f"search, a name, {name}", lambda client=client: client.get("/search?q=程一")
            cases = itertools.cycle(self.cases(PERSONAS[name]))
            yield f"case, {name}", lambda client=client, cases=cases: client.get(f"/trips/{next(cases)}/")
        drafts = itertools.cycle(self.drafts())
        yield "live check, unit officer", lambda: self.check(next(drafts))

    def measure(self, databases: dict[int, str], rounds: int, *, explain: bool) -> dict[str, dict[int, list[float]]]:
        """Seconds of each request by page and size. Both sizes and all pages in turns, so that a slow moment of the
        machine meets each alike.
        """
        seconds: dict[str, dict[int, list[float]]] = {}
        asked = {}
        for size, name in databases.items():
            use(name)
            asked[size] = list(self.requests())
            if explain:
                self.explain(size)
        for _block in range(rounds // BLOCK):
            for size, name in databases.items():
                use(name)
                for turn in range(BLOCK + WARM):
                    for page, ask in asked[size]:
                        began = time.perf_counter()
                        answer = ask()
                        spent = time.perf_counter() - began
                        assert answer.status_code == OK, (page, answer.status_code, answer.content[:2000].decode())
                        if turn >= WARM:
                            seconds.setdefault(page, {}).setdefault(size, []).append(spent)
        return seconds

    def cases(self, seat: str) -> list[Any]:
        """Running cases that the persona sees, in an order that isn't the index's."""
        from waiban.domains.outbound.models import Trip

        with self.world.city.as_(seat):
            seen = list(
                Trip.objects.exclude(case=None)
                .filter(case__result="")
                .order_by("-id")
                .values_list("pk", flat=True)[:400]
            )
        random.Random(1).shuffle(seen)
        return seen[:60]

    def numbers(self, seat: str) -> list[str]:
        """Numbers of trips that the persona sees, old and new: 2019-0312."""
        from waiban.domains.outbound.models import Trip

        with self.world.city.as_(seat):
            seen = list(Trip.objects.order_by("depart", "id").values_list("year", "number"))
        picked = seen[:: max(1, len(seen) // 60)]
        random.Random(2).shuffle(picked)
        return [f"{year}-{number:04d}" for year, number in picked]

    def drafts(self) -> list[dict[str, Any]]:
        """What the browser posts back: every field of the form as it stands. One field changes at each request."""
        from waiban.domains.outbound.drafting import draft_page
        from waiban.domains.outbound.models import Trip

        with self.world.city.as_("designated_officer"):
            trips = list(Trip.objects.filter(state="draft").select_related("unit", "office")[:10])
            found = []
            for trip in trips:
                page = draft_page(trip)
                fields = [*page.fields.values(), *page.rates]
                fields += [one for lines in page.lists.values() for line in lines for one in line.fields.values()]
                form = {one.pointer: list(one.values) if one.kind == "many" else one.value for one in fields}
                found.append({"path": f"/trips/{trip.pk}/draft/", "form": form, "revision": trip.revision})
        return found

    def check(self, draft: dict[str, Any]) -> Any:
        form = draft["form"] | {"/purpose": f"与 3 家机电企业谈二期扩产选址，签 {draft['revision'] + 1} 份供货备忘录。"}
        form["revision"] = draft["revision"]
        answer = self.clients["unit officer"].post(draft["path"], form, HTTP_HX_REQUEST="true")
        revision = REVISION.search(answer.content.decode())
        assert revision is not None
        assert int(revision[1]) == draft["revision"] + 1, "the draft wasn't saved"
        draft["revision"] += 1
        return answer

    def explain(self, size: int) -> None:
        """Statements of each page with their times, and the plans of the slow ones, as the app's role."""
        from django.db import connection

        for page, ask in list(self.requests()):
            ask()
            log = Statements(connection)
            with connection.execute_wrapper(log):
                ask()
            print(
                f"\n== {page}, {size} trips: {len(log.spent)} statements, {sum(s for s, _q in log.spent) * 1e3:.0f} ms"
            )
            for spent, statement in sorted(log.spent, reverse=True)[:6]:
                print(f"   {spent * 1e3:7.1f} ms  {statement[:300]}")
            for plan in log.plans:
                print(plan)


class Statements:
    """Counts and times statements, and explains those that took longer than 15 ms."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.spent: list[tuple[float, str]] = []
        self.plans: list[str] = []

    def __call__(self, execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        found = execute(statement, params, many, context)
        spent = time.perf_counter() - began
        self.spent.append((spent, statement))
        if spent > 0.015 and statement.startswith("SELECT"):
            with self.connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", params)
                self.plans.append("\n".join(["--", statement[:2000], *(row[0] for row in cursor.fetchall())]))
        return found


def figures(seconds: list[float]) -> tuple[float, float]:
    """(p50, p95) in milliseconds."""
    return statistics.median(seconds) * 1e3, statistics.quantiles(seconds, n=20)[-1] * 1e3


def report(seconds: dict[str, dict[int, list[float]]], sizes: tuple[int, int]) -> None:
    small, large = sizes
    found = {page: {size: figures(spent) for size, spent in at.items()} for page, at in seconds.items()}
    print(f"\n{'ms':34}{f'p50 at {small}':>16}{'p95':>8}{f'p50 at {large}':>16}{'p95':>8}{'growth':>8}")
    ratios = {}
    for page, at in found.items():
        ratios[page] = at[large][1] / at[small][1]
        print(
            f"{page:34}{at[small][0]:16.1f}{at[small][1]:8.1f}{at[large][0]:16.1f}{at[large][1]:8.1f}{ratios[page]:8.2f}"
        )
    sys.stdout.flush()
    sys.stderr.flush()
    print(json.dumps({
        "pages": {page: {str(size): {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1)} for size, (p50, p95) in at.items()} for page, at in found.items()},
        "growth": round(max(ratios.values()), 2),
        "slowest_p95_ms": round(max(at[large][1] for at in found.values()), 1),
    }, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a quick run: 1,000 and 4,000 trips, few requests")
    parser.add_argument("--explain", action="store_true", help="print statements and plans of slow ones at each size")
    parser.add_argument("--rounds", type=int, help="requests of each kind at each size")
    options = parser.parse_args()
    if options.small:
        main((1_000, 4_000), options.rounds or 20, explain=options.explain)
    else:
        main((10_000, 200_000), options.rounds or 100, explain=options.explain)
