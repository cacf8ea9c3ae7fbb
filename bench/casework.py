"""A nine-step approval, saved at every step: this platform, SpiffWorkflow with the same rows, and Tryton.

    bin/setup --bench && .venv/bin/python bench/casework.py [CASES]

One PostgreSQL, its writes durable; the three are measured in turns, so that a slow moment of the machine
meets each. A step is one act in one committed transaction.

ours     the product's own `decide`: policy, locks, row security, decision, work item, clock, register, outbox
spiff    the very same acts and rows, only the engine exchanged: SpiffWorkflow's state, restored from text and
         stored as text at each step, stands in the case's row
trytond  nine acts on a purchase request: requested, ordered, quoted, sent back and quoted again twice, confirmed,
         processed; each by Tryton's own model code, with access checks, as Tryton's server does it
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "src")]

from waiban.site import postgres  # noqa: E402 - the sources' path comes first

STATE = Path(f"/var/tmp/waiban-bench-{os.getpid()}")  # noqa: S108 - the server's user can't read a private home
STEPS = (
    ("s1", "officer", "done"), ("s2", "finance", "agree"), ("s3", "head", "agree"), ("s4", "officer", "done"),
    ("s5", "desk", "done"), ("s6", "desk", "agree"), ("s7", "section", "agree"), ("s8", "director", "agree"),
    ("s9", "leader", "agree"),
)  # fmt: skip


def main(cases: int) -> None:
    try:
        with postgres.running(STATE) as server:
            prepare_ours(server)
            tryton = Tryton(server)
            runs = {"ours": Ours(), "spiff": Spiff(), "trytond": tryton}
            times = measure(runs, cases)
            tryton.close()
            report(times, runs["ours"], runs["spiff"])  # type: ignore[arg-type]
    finally:
        shutil.rmtree(STATE, ignore_errors=True)


def measure(runs: dict[str, Any], cases: int) -> dict[str, list[float]]:
    """Seconds for the nine steps of each case."""
    for run in runs.values():
        for _ in range(5):
            run.one()
    for run in runs.values():
        run.reset()
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(cases):
        for name, run in runs.items():
            times[name].append(run.one())
    return times


def report(times: dict[str, list[float]], ours: "Ours", spiff: "Spiff") -> None:
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(f"{'':10}{'per case':>12}{'per step':>12}{'p95 case':>12}")
    for name, found in times.items():
        p95 = statistics.quantiles(found, n=20)[-1]
        print(f"{name:10}{middle[name] * 1e3:9.1f} ms{middle[name] / 9 * 1e3:9.2f} ms{p95 * 1e3:9.1f} ms")
    share = {run.name: statistics.median(run.engine) for run in (ours, spiff)}
    print(f"the engine alone, a case: ours {share['ours'] * 1e3:.2f} ms, SpiffWorkflow {share['spiff'] * 1e3:.2f} ms")
    print(f"statements a case: {ours.statements}; state: ours {ours.size} B, SpiffWorkflow {spiff.size} B")
    print(json.dumps({
        "cases": len(times["ours"]),
        "ms_per_case": {name: round(value * 1e3, 2) for name, value in middle.items()},
        "engine_ms_per_case": {name: round(value * 1e3, 3) for name, value in share.items()},
        "engine_share": round(share["ours"] / middle["ours"], 4),
        "statements_per_case": ours.statements,
        "ratio_spiff": round(middle["spiff"] / middle["ours"], 2),
        "ratio_trytond": round(middle["trytond"] / middle["ours"], 2),
        "ratio_engine_spiff": round(share["spiff"] / share["ours"], 1),
    }))  # fmt: skip


def prepare_ours(server: postgres.Server) -> None:
    postgres.prepare_database(server, "bench")
    os.environ |= {
        "DATABASE_URL": server.url(postgres.OWNER, "bench"),
        "WAIBAN_APP_URL": server.url(postgres.APP, "bench"),
        "DJANGO_SETTINGS_MODULE": "waiban.site.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "waiban.site.manage", "migrate", "--database", "owner", "-v", "0"]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    subprocess.run([*command, "--skip-checks"], env=environment, check=True)
    import django

    django.setup()


class Ours:
    """The product's acts with the product's engine."""

    name = "ours"
    world: Any = None

    def __init__(self) -> None:
        from waiban.core.casework.actions.publish_release import seed_release
        from waiban.core.casework.tests.world import make_world

        if Ours.world is None:
            Ours.world = make_world("bench")
            with Ours.world.as_system():
                text = (HERE / "nine_steps.bpmn").read_text(encoding="utf-8")
                seed_release(Ours.world.office.pk, "nine", text, reason="bench")
        self.principals = {who: Ours.world.principal(who) for who in {who for _step, who, _outcome in STEPS}}
        self.number = 0
        self.reset()

    def reset(self) -> None:
        self.engine: list[float] = []
        self.size = 0
        self.statements = 0

    def one(self) -> float:
        from django.db import connection

        from waiban.core.access.principals import acting_as
        from waiban.core.casework.actions.decide import decide
        from waiban.core.casework.models import Case, WorkItem

        with self.engine_in_place() as spent:
            case = self.open()
            spent.seconds, total, statements = 0.0, 0.0, 0
            for step, who, outcome in STEPS:
                with Ours.world.as_system():
                    item = WorkItem.objects.only("id").get(case=case, step=step, state="open").pk
                counter = Counter()
                with connection.execute_wrapper(counter):
                    began = time.perf_counter()
                    with acting_as(self.principals[who]):
                        decide(item, outcome, on=DAY)
                    total += time.perf_counter() - began
                statements += counter.count
            with Ours.world.as_system():
                done = Case.objects.get(pk=case.pk)
            assert done.result == "closed"
            self.engine.append(spent.seconds)
            self.size, self.statements = len(done.marking), statements
            return total

    def open(self) -> Any:
        from waiban.core.access.principals import acting_as
        from waiban.core.casework.actions.open_case import open_case
        from waiban.core.casework.tests.world import Memo
        from waiban.kernel.ids import uuid7

        self.number += 1
        subject = uuid7()
        Ours.world.memos[subject] = Memo()
        with acting_as(self.principals["officer"]):
            return open_case(
                "memo", subject, applicant_post=Ours.world.posts["officer"], number=f"{self.name} {self.number}",
                title="九步审批", process="nine", on=DAY,
            )  # fmt: skip

    @contextmanager
    def engine_in_place(self) -> Iterator["Spent"]:
        """Our engine, with a clock around every call into it."""
        from waiban.core.casework import moves
        from waiban.core.casework.actions import decide as module
        from waiban.core.casework.engine import walk
        from waiban.core.casework.engine.marking import Marking

        spent = Spent()
        engine = {name: spent.timed(getattr(walk, name)) for name in ("start", "complete", "enabled")}
        restore = {"marking_of": spent.timed(moves.marking_of)}
        with (
            swapped(walk, engine),
            swapped(moves, restore),
            swapped(module, restore),
            swapped(Marking, {"to_json": spent.timed(Marking.to_json)}),
        ):
            yield spent


@dataclass
class Spent:
    """Seconds spent inside the engine; calls that the engine makes to itself count once."""

    seconds: float = 0.0
    depth: int = 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **rest: Any) -> Any:
            self.depth += 1
            began = time.perf_counter()
            try:
                return function(*args, **rest)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.seconds += time.perf_counter() - began

        return run


@dataclass
class Counter:
    count: int = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        return execute(*args)


@contextmanager
def swapped(owner: Any, names: dict[str, Any]) -> Iterator[None]:
    before = {name: getattr(owner, name) for name in names}
    for name, value in names.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


@dataclass
class SpiffMarking:
    """What the acts ask of a marking, answered by a SpiffWorkflow workflow."""

    workflow: Any
    serializer: Any
    result: str | None = None
    round: int = 1
    passed: dict[str, str] = field(default_factory=dict)
    held: None = None

    @property
    def ended(self) -> bool:
        return bool(self.workflow.is_completed())

    def to_json(self) -> str:
        return str(self.serializer.serialize_json(self.workflow))


class Spiff(Ours):
    """The same acts and rows; SpiffWorkflow says what is enabled and keeps the state."""

    name = "spiff"

    def __init__(self) -> None:
        from lxml import etree
        from SpiffWorkflow.bpmn import BpmnWorkflow
        from SpiffWorkflow.bpmn.parser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
        from SpiffWorkflow.util.task import TaskState

        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring((HERE / "nine_steps.bpmn").read_bytes()))
        self.spec, self.workflow_class, self.ready = parser.get_spec("nine"), BpmnWorkflow, TaskState.READY
        self.serializer = BpmnWorkflowSerializer()
        super().__init__()

    def settle(self, workflow: Any) -> None:
        while (task := workflow.get_next_task(state=self.ready, manual=False)) is not None:
            task.run()

    def start(self, _process: Any, _values: Any) -> SpiffMarking:
        workflow = self.workflow_class(self.spec)
        self.settle(workflow)
        return SpiffMarking(workflow, self.serializer)

    def enabled(self, _process: Any, marking: Any) -> tuple[Any, ...]:
        from waiban.core.casework.engine.walk import Open

        if not isinstance(marking, SpiffMarking):  # nothing is open before a case begins
            return ()
        return marking.open if hasattr(marking, "open") else tuple(
            Open(task.task_spec.bpmn_id) for task in marking.workflow.get_tasks(state=self.ready, manual=True)
        )  # fmt: skip

    def complete(
        self, process: Any, marking: Any, step: str, outcome: str, _values: Any, *, entry: str = ""
    ) -> SpiffMarking:
        assert not entry
        marking.open = self.enabled(process, marking)  # the workflow moves in place; the old marking keeps its answer
        task = next(t for t in marking.workflow.get_tasks(state=self.ready, manual=True) if t.task_spec.bpmn_id == step)
        task.data["outcome"] = outcome
        task.run()
        self.settle(marking.workflow)
        result = "closed" if marking.workflow.is_completed() else None
        return SpiffMarking(marking.workflow, self.serializer, result=result)

    def marking_of(self, case: Any) -> SpiffMarking:
        return SpiffMarking(self.serializer.deserialize_json(case.marking), self.serializer)

    @contextmanager
    def engine_in_place(self) -> Iterator[Spent]:
        from waiban.core.casework import moves
        from waiban.core.casework.actions import decide as module
        from waiban.core.casework.engine import walk

        spent = Spent()
        engine = {name: spent.timed(getattr(self, name)) for name in ("start", "complete", "enabled")}
        restore = {"marking_of": spent.timed(self.marking_of)}
        with (
            swapped(walk, engine | {"armed_timers": lambda _process, _marking: ()}),
            swapped(moves, restore),
            swapped(module, restore),
            swapped(SpiffMarking, {"to_json": spent.timed(SpiffMarking.to_json)}),
        ):
            yield spent


class Tryton:
    """Tryton in a process of its own (it wants its own settings), spoken to by lines."""

    def __init__(self, server: postgres.Server) -> None:
        with __import__("psycopg").connect(server.url(postgres.SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE tryton")
        uri = server.url(postgres.SUPERUSER, "").removesuffix("/")
        configuration = STATE / "trytond.conf"
        configuration.write_text(f"[database]\nuri = {uri}\n")
        password = STATE / "password"
        password.write_text("a-password-for-the-bench\n")
        environment = os.environ | {"TRYTONPASSFILE": str(password)}
        admin = [str(Path(sys.executable).parent / "trytond-admin"), "-c", str(configuration), "-d", "tryton"]
        modules = ["-u", "purchase_request", "--activate-dependencies", "--email", "bench@example.org", "-p"]
        subprocess.run([*admin, *modules], env=environment, check=True, capture_output=True)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "casework_tryton.py"), str(configuration)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.answer("ready")

    def answer(self, wanted: str) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line.startswith(wanted):
            sys.exit(f"Tryton answered {line!r}")
        return line.removeprefix(wanted).strip()

    def reset(self) -> None:
        pass

    def one(self) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write("one\n")
        self.process.stdin.flush()
        return float(self.answer("took"))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    from datetime import date

    DAY = date(2026, 11, 2)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 150)
