"""Real threads and real deaths on a database with real commits: one decision wins, none is lost."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from waiban.core.access.principals import acting_as
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.actions.send_back import send_back
from waiban.core.casework.actions.withdraw import withdraw
from waiban.core.casework.errors import AlreadyDoneError, CannotError
from waiban.core.casework.models import Decision, WorkItem
from waiban.core.casework.tests.world import MONDAY, TO_APPROVAL, TO_OFFICE, World, add_account, make_world, substitute
from waiban.site import postgres

pytestmark = pytest.mark.real_database


@pytest.fixture
def busy(real_database: postgres.Server) -> World:
    return make_world()


def together(*acts: Callable[[], object]) -> list[object]:
    """All at once, each on its own thread and connection; what each answered or raised."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[number] = act()
        except (CannotError, psycopg.Error) as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_of_concurrent_decisions_on_one_item_exactly_one_wins(busy: World) -> None:
    for name in "abcdefg":
        add_account_as_substitute(busy, name)
    principals = [busy.principal(who) for who in ("leader", *"abcdefg")]
    for _ in range(5):
        case = busy.open()
        busy.walk(case, *TO_APPROVAL)
        item = busy.item(case, "approve")

        def act(number: int, pk: uuid.UUID = item.pk) -> Callable[[], object]:
            outcome = ("agree", "refuse")[number % 2]

            def run() -> object:
                with acting_as(principals[number]):
                    return decide(pk, outcome, opinion="理由", on=MONDAY)

            return run

        answers = together(*(act(number) for number in range(8)))
        won = [answer for answer in answers if isinstance(answer, Decision)]
        assert len(won) == 1, answers
        assert all(isinstance(answer, AlreadyDoneError) for answer in answers if answer is not won[0])
        with busy.as_system():
            stored = Decision.objects.get(case=case, step="approve")
            assert stored.outcome == won[0].outcome
            issued = WorkItem.objects.filter(case=case, step="issue_permit", state="open").count()
        assert issued == (stored.outcome == "agree")


def add_account_as_substitute(world: World, name: str) -> None:
    with world.as_system():
        add_account(world, name)
    substitute(world, name, "leader")


def test_a_decision_a_return_and_a_withdrawal_at_once_leave_one_story(busy: World) -> None:
    """Different items of one case, and the case itself: nobody deadlocks and the rows say what the marking says."""
    principals = {who: busy.principal(who) for who in ("desk", "personnel", "officer")}
    for _ in range(5):
        case = busy.open()
        busy.walk(case, *TO_OFFICE, "accept")
        desk, filing = busy.item(case, "desk_review"), busy.item(case, "personnel_filing")

        def as_(who: str, act: Callable[[], object]) -> Callable[[], object]:
            def run() -> object:
                with acting_as(principals[who]):
                    return act()

            return run

        together(
            as_("desk", lambda pk=desk.pk: send_back(pk, "start", reason="改", on=MONDAY)),
            as_("personnel", lambda pk=filing.pk: decide(pk, "agree", on=MONDAY)),
            as_("officer", lambda pk=case.pk: withdraw(pk, on=MONDAY)),
        )
        with busy.as_system():
            waiting = list(WorkItem.objects.filter(case=case, state="open"))
            assert [item.step for item in waiting] == ["start"]
        busy.walk(case, *TO_APPROVAL)


DECIDER = """
import sys, uuid
import django
django.setup()
from datetime import date
from waiban.core.access.principals import acting_as
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.tests import world as w
from waiban.core.offices.models import Office
from waiban.core.people.models import Account, Post, Unit
from waiban.core.people.principals import principal_of, system

office = Office.objects.get()
accounts = {a.username.removeprefix("yt-"): a for a in Account.objects.all()}
world = w.World(office, {}, {}, accounts, {uuid.UUID(line): w.Memo() for line in sys.argv[1:]})
with world.as_system():
    names = {w.NAMES.get(who, who) + "岗": who for who in w.ROLES}
    world.posts.update({names[p.name]: p for p in Post.objects.all()})
w.register(world)
print("ready", flush=True)
for line in sys.stdin:
    who, item = line.split()
    with world.as_(who):
        decide(uuid.UUID(item), sys.stdin.readline().strip(), on=w.MONDAY)
    print("done", item, flush=True)   # only after the commit: this is the acknowledgement
"""


class Decider:
    """The application in a process of its own, so that it can be killed."""

    def __init__(self, server: postgres.Server, database: str, subjects: list[str]) -> None:
        environment = os.environ | {
            "WAIBAN_APP_URL": server.url(postgres.APP, database),
            "DATABASE_URL": server.url(postgres.OWNER, database),
            "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", DECIDER, *subjects],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, who: str, item: uuid.UUID, outcome: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{who} {item}\n{outcome}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def consistent(world: World, acknowledged: set[uuid.UUID]) -> None:
    """Every acknowledged decision is there; each decision's item is closed and its successor is open once."""
    with world.as_system():
        decided = set(Decision.objects.filter(step="approve").values_list("item_id", flat=True))
        assert acknowledged <= decided
        for item in WorkItem.objects.filter(step="approve").select_related("case"):
            next_open = WorkItem.objects.filter(case=item.case, step="issue_permit", state="open").count()
            assert (item.state == "done", next_open == 1) == (item.pk in decided, item.pk in decided)
            assert ('"issue_permit"' in item.case.marking) == (item.pk in decided)


def test_killing_the_application_in_mid_approval_loses_no_acknowledged_decision(
    busy: World, real_database: postgres.Server
) -> None:
    cases = [busy.open() for _ in range(12)]
    for case in cases:
        busy.walk(case, *TO_APPROVAL)
    items = [busy.item(case, "approve").pk for case in cases]
    acknowledged: set[uuid.UUID] = set()
    database = connections["default"].settings_dict["NAME"]
    left = list(items)
    for wait in (0.0, 0.004, 0.011, 0.017):
        decider = Decider(real_database, database, [str(case.subject_id) for case in cases])
        for item in left[:2]:
            decider.ask("leader", item, "agree")
            assert decider.read() == f"done {item}"
            acknowledged.add(item)
        decider.ask("leader", left[2], "agree")  # dies somewhere in the middle of this one
        time.sleep(wait)
        decider.kill()
        left = left[3:]
    time.sleep(0.3)  # the server notices the lost connections and rolls back
    consistent(busy, acknowledged)


@pytest.fixture
def state() -> Iterator[Path]:
    """Outside pytest's folder, which the server's user can't read."""
    folder = Path(f"/var/tmp/waiban-kill-{os.getpid()}")  # noqa: S108 - made by us, and removed
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pointed_at(server: postgres.Server, database: str) -> Iterator[None]:
    """Django's connections go to that server meanwhile."""
    roles = {"default": postgres.APP, "register": postgres.APP, "owner": postgres.OWNER}
    connections.close_all()
    before = {alias: dict(connections[alias].settings_dict) for alias in roles}
    for alias, role in roles.items():
        connections[alias].settings_dict.update(
            HOST="127.0.0.1", PORT=str(server.port), NAME=database, USER=role, PASSWORD=server.passwords[role]
        )
    try:
        yield
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict.update(old)


def migrate(server: postgres.Server, database: str) -> None:
    postgres.prepare_database(server, database)
    environment = os.environ | {
        "DATABASE_URL": server.url(postgres.OWNER, database),
        "WAIBAN_APP_URL": server.url(postgres.APP, database),
        "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "waiban.site.manage", "migrate", "--database", "owner", "-v", "0"]
    subprocess.run([*command, "--skip-checks"], env=environment, check=True)


def test_killing_the_database_in_mid_approval_loses_no_acknowledged_decision(
    state: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    database, acknowledged = "waiban_kill", set()
    with django_db_blocker.unblock():
        with postgres.running(state) as server:
            migrate(server, database)
            with pointed_at(server, database):
                world = make_world("yt")
                cases = [world.open() for _ in range(8)]
                for case in cases:
                    world.walk(case, *TO_APPROVAL)
                items = [world.item(case, "approve").pk for case in cases]
            decider = Decider(server, database, [str(case.subject_id) for case in cases])
            for item in items:
                decider.ask("leader", item, "agree")
            for item in items[:3]:
                assert decider.read() == f"done {item}"
                acknowledged.add(item)
            postmaster = int((state / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            while (line := decider.read()).startswith("done"):
                acknowledged.add(uuid.UUID(line.split()[1]))
            decider.kill()
        with postgres.running(state) as server, pointed_at(server, database):
            consistent(world, acknowledged)
            left = [case for case in cases if '"approve"' in world.fresh(case).marking.split('"passed"')[0]]
            for case in left:
                world.walk(case, "approve")
