"""Our engine beside SpiffWorkflow: random processes, random decisions, the same tasks enabled.

Two oracles. SpiffWorkflow for what it gets right: with a parallel block inside a loop it fires the
join early in the second round (3.2.0), so there a second oracle of ours, which walks the blocks as a
tree and knows no tokens, stands alone. Gateways look only at what SpiffWorkflow can't lose: the
outcome just given and values fixed at the start. (It merges whole data copies at a join, the last
one wins, which is why it isn't our engine.)
"""

from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from waiban.core.casework.engine import walk
from waiban.core.casework.engine.check import check
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.tests.build import Both, Branch, Choice, Loop, Seq, Task, bpmn

VARIABLES = (
    '<waiban:variable name="v" values="y n"/><waiban:variable name="w" values="y n"/>'
    '<waiban:variable name="units" type="list"/>'
)


@st.composite
def blocks(draw: st.DrawFn, *, both_in_loops: bool = False) -> object:
    numbers = count(1)

    def task(*, alone: bool = False) -> Task:
        many = not alone and draw(st.integers(0, 5)) == 0
        return Task(f"t{next(numbers)}", each="units" if many else "")

    def block(depth: int, *, in_loop: bool = False) -> object:
        kinds = ["task", "seq", "choice", "branch", "both", "loop"] if depth else ["task"]
        kind = draw(st.sampled_from([k for k in kinds if k != "both" or both_in_loops or not in_loop]))
        if kind == "task":
            return task()
        if kind == "seq":
            return Seq(tuple(block(depth - 1, in_loop=in_loop) for _ in range(draw(st.integers(2, 3)))))
        if kind == "choice":
            return Choice(
                task(alone=True),
                block(depth - 1, in_loop=in_loop),
                block(depth - 1, in_loop=in_loop) if draw(st.booleans()) else None,
            )
        if kind == "branch":
            return Branch(
                draw(st.sampled_from("vw")), block(depth - 1, in_loop=in_loop), block(depth - 1, in_loop=in_loop)
            )
        if kind == "both":
            return Both(tuple(block(depth - 1, in_loop=in_loop) for _ in range(draw(st.integers(2, 3)))))
        return Loop(block(depth - 1, in_loop=True), task(alone=True))

    return block(3)


class Spiff:
    """The oracle, driven by the same decisions."""

    def __init__(self, text: str, values: dict[str, object]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(text.encode()))
        self.workflow = BpmnWorkflow(parser.get_spec("p"))
        self.workflow.get_next_task(state=TaskState.READY).data.update(values)
        self.settle()

    def settle(self) -> None:
        self.workflow.refresh_timers()
        while (task := self.workflow.get_next_task(state=TaskState.READY, manual=False)) is not None:
            task.run()
            self.workflow.refresh_timers()

    def open(self) -> Counter[str]:
        return Counter(t.task_spec.bpmn_id for t in self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def complete(self, name: str, outcome: str) -> None:
        task = next(
            t for t in self.workflow.get_tasks(state=TaskState.READY, manual=True) if t.task_spec.bpmn_id == name
        )
        task.data["outcome"] = outcome
        task.data.pop(f"one_{name}", None)  # left behind, it stops the next round of a loop
        task.run()
        self.settle()


class Tree:
    """A second oracle: the blocks walked as a tree of what is going on, without tokens or joins."""

    def __init__(self, block: object, values: dict[str, object]) -> None:
        self.block, self.values = block, values
        self.inner: list[Tree] = []
        self.left: list[str] = []
        self.task: Task | None = None
        self.seen: list[str] = []
        match block:
            case Task():
                self.ask(block)
            case Choice(task=task):
                self.ask(task)
            case Seq(blocks=blocks):
                self.inner = [Tree(blocks[0], values)]
            case Both(blocks=blocks):
                self.inner = [Tree(part, values) for part in blocks]
            case Branch(variable=variable, yes=yes, no=no):
                self.inner = [Tree(yes if values[variable] == "y" else no, values)]
            case Loop(body=body):
                self.inner = [Tree(body, values)]
        self.at = 0

    def ask(self, task: Task) -> None:
        self.task, self.left, self.seen = task, list(self.values["units"]) if task.each else [""], []

    def open(self) -> Counter[tuple[str, str]]:
        found = Counter((self.task.name, entry) for entry in self.left) if self.task else Counter()
        for tree in self.inner:
            found += tree.open()
        return found

    def complete(self, name: str, entry: str, outcome: str) -> None:
        if self.task and self.task.name == name:
            self.left.remove(entry)
            self.seen.append(outcome)
            if not self.left:
                worst = "refuse" if "refuse" in self.seen else "agree"
                self.task = None
                self.after(worst)
            return
        for tree in self.inner:
            tree.complete(name, entry, outcome)
        self.inner = [tree for tree in self.inner if tree.going()]
        if not self.inner and not self.task:
            self.after(None)

    def going(self) -> bool:
        return bool(self.task or self.inner)

    def after(self, outcome: str | None) -> None:
        match self.block:
            case Choice(yes=yes, no=no) if outcome is not None:
                chosen = yes if outcome == "agree" else no
                self.inner = [Tree(chosen, self.values)] if chosen is not None else []
            case Seq(blocks=blocks) if self.at + 1 < len(blocks):
                self.at += 1
                self.inner = [Tree(blocks[self.at], self.values)]
            case Loop(until=until) if outcome is None:
                self.ask(until)
            case Loop(body=body) if outcome == "refuse":
                self.inner = [Tree(body, self.values)]


VALUES = st.fixed_dictionaries({"v": st.sampled_from("yn"), "w": st.sampled_from("yn"), "units": st.just(["u1", "u2"])})
OUTCOMES = st.sampled_from(["agree", "agree", "refuse"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks(), VALUES, st.data())
def test_the_same_tasks_are_enabled_as_in_spiffworkflow(
    block: object, values: dict[str, object], data: st.DataObject
) -> None:
    text = bpmn(block, VARIABLES)
    process = parse(text)
    ours, spiff = walk.start(process, values), Spiff(text, values)
    for _ in range(30):
        waiting = walk.enabled(process, ours)
        assert Counter(item.task for item in waiting) == spiff.open(), (block, ours)
        if not waiting:
            break
        item, outcome = data.draw(st.sampled_from(waiting)), data.draw(OUTCOMES)
        ours = walk.complete(process, ours, item.task, outcome, values, entry=item.entry)
        spiff.complete(item.task, outcome)
    assert ours.ended == spiff.workflow.is_completed()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks(both_in_loops=True), VALUES, st.data())
def test_the_same_tasks_are_enabled_as_in_the_tree(
    block: object, values: dict[str, object], data: st.DataObject
) -> None:
    process = parse(bpmn(block, VARIABLES))
    ours, tree = walk.start(process, values), Tree(block, values)
    for _ in range(60):
        waiting = walk.enabled(process, ours)
        assert Counter((item.task, item.entry) for item in waiting) == tree.open(), (block, ours)
        if not waiting:
            break
        item, outcome = data.draw(st.sampled_from(waiting)), data.draw(OUTCOMES)
        ours = walk.complete(process, ours, item.task, outcome, values, entry=item.entry)
        ours = Marking.from_json(ours.to_json())
        tree.complete(item.task, item.entry, outcome)
    assert ours.ended == (not tree.open())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks(both_in_loops=True))
def test_what_is_built_of_blocks_is_sound(block: object) -> None:
    """Block-structured processes can't go wrong, so the checker may blame them only for dead branches."""
    report = check(parse(bpmn(block, VARIABLES)))
    assert {problem.code for problem in report.problems} <= {"never_reached", "too_large"}, report
