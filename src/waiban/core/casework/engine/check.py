"""The proof that a process can be published: every run of it, over every value of its variables.

A state is a marking with the variables' values. Moves are every outcome of every open task (a
countersign counts as one move with its worst outcome), every running timer, and every return. Values
change only where the dossier may be changed (`edits`). Refused are: a dead end, a task never reached,
an ending with work left over, one desk open twice at once, and a way past a required desk. The message
carries the shortest path that shows the fault.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from waiban.core.casework.engine import walk
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.engine.model import NEGATIVE_RESULTS, Process, Requirement
from waiban.core.casework.engine.problems import Problem, ProcessRefused, StepRefused

STATE_LIMIT = 60_000
"""Beyond this a process is refused as too large to be proved; the default one has some hundreds of states."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the proof covered."""

    states: int
    assignments: int
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, object]:
        return {
            "states": self.states,
            "assignments": self.assignments,
            "problems": [
                {"code": p.code, "element": p.element, "zh": p.zh, "en": p.en, "path": list(p.path)}
                for p in self.problems
            ],
        }


def check(process: Process, extra: Iterable[Requirement] = ()) -> Report:
    """`extra`: required desks that the release which this one changes had stated; they can't be dropped."""
    return _Checker(process, tuple(extra)).run()


def prove(process: Process, extra: Iterable[Requirement] = ()) -> Report:
    """The report of a sound process; raises ProcessRefused otherwise."""
    report = check(process, extra)
    if report.problems:
        raise ProcessRefused(list(report.problems))
    return report


@dataclass(frozen=True, slots=True)
class _Move:
    state: int
    onward: bool
    """False for returns: a way home isn't a way on."""


@dataclass(frozen=True, slots=True)
class _Try:
    label: str
    place: str
    assignment: int
    act: Callable[[Mapping[str, object]], Marking]
    onward: bool


class _Checker:
    def __init__(self, process: Process, extra: tuple[Requirement, ...]) -> None:
        self.process = process
        known = {requirement.key for requirement in process.requirements}
        self.requirements = process.requirements + tuple(r for r in extra if r.key not in known)
        self.lists = {name: ("*",) for name, variable in process.variables.items() if variable.is_list}
        self.states: list[tuple[Marking, int]] = []
        self.index: dict[tuple[object, ...], int] = {}
        self.moves: list[list[_Move]] = []
        self.parent: list[tuple[int | None, str]] = []
        self.problems: dict[tuple[str, str], Problem] = {}
        named = {r.task for r in self.requirements if r.outcome is not None}
        for flow in process.flows.values():
            named |= set(flow.condition.names) if flow.condition else set()
        for requirement in self.requirements:
            named |= set(requirement.when.names) if requirement.when else set()
        self.outcome_matters = named

    def fault(self, code: str, element: str, zh: str, en: str, path: tuple[str, ...] = ()) -> None:
        """Breadth first: the first path found to a fault is the shortest, and is kept."""
        self.problems.setdefault((code, element), Problem(code, element, zh, en, path))

    def name(self, node_id: str) -> str:
        node = self.process.nodes.get(node_id)
        return (node.name if node else "") or node_id

    def values(self, assignment: int) -> Mapping[str, object]:
        return {**self.process.assignments[assignment], **self.lists}

    def run(self) -> Report:
        assignments = len(self.process.assignments)
        for requirement in self.requirements:
            for node_id in (requirement.task, requirement.before):
                if node_id not in self.process.nodes:
                    self.fault("dropped", node_id, f"必经环节“{node_id}”被删去了", f"Required {node_id} was removed")
        if assignments > 4096:
            self.fault(
                "too_large", "", f"变量取值组合 {assignments} 种，太多，不能逐一验证", "Too many combinations of values"
            )
        if not self.problems:
            for assignment in range(assignments):
                self.begin(assignment)
            self.explore()
        if not self.problems:
            self.check_ends_reached()
            self.check_tasks_reached()
        return Report(len(self.states), assignments, tuple(self.problems.values()))

    def begin(self, assignment: int) -> None:
        self.attempt(None, _Try("开始", "", assignment, partial(walk.start, self.process), onward=True))

    def explore(self) -> None:
        number = 0
        while number < len(self.states):
            if len(self.states) > STATE_LIMIT:
                self.fault(
                    "too_large", "", f"状态超过 {STATE_LIMIT} 个，太大，不能逐一验证", "Too many states to prove"
                )
                return
            for move in self.tries(*self.states[number]):
                self.attempt(number, move)
            number += 1

    def tries(self, marking: Marking, assignment: int) -> Iterator[_Try]:
        process = self.process
        for task in (t for t in process.tasks if t in marking.at):
            step = process.nodes[task].step
            assert step is not None
            entry = "*" if step.each else ""
            after = range(len(process.assignments)) if step.edits else (assignment,)
            for outcome in step.outcomes:
                label = self.name(task) if len(step.outcomes) == 1 else f"{self.name(task)}（{_word(outcome)}）"
                act = partial(walk.complete, process, marking, task, outcome, entry=entry)
                for chosen in after:
                    yield _Try(label, task, chosen, act, onward=True)
            for target in walk.targets(process, marking, task):
                act = partial(walk.send_back, process, marking, task, target)
                yield _Try(f"{self.name(task)}退回{self.name(target)}", task, assignment, act, onward=False)
        for timer in walk.armed_timers(process, marking):
            act = partial(walk.fire, process, marking, timer)
            yield _Try(f"{self.name(timer)}到时", timer, assignment, act, onward=True)

    def attempt(self, number: int | None, move: _Try) -> None:
        path = (*self.path(number), move.label) if number is not None else (move.label,)
        try:
            marking = move.act(self.values(move.assignment))
        except StepRefused as refusal:
            problem, given = refusal.problem, self.given(move.assignment)
            self.fault(problem.code, problem.element, problem.zh + given[0], problem.en + given[1], path)
            return
        before = self.states[number][0] if number is not None else Marking()
        self.check_required(before, marking, move.assignment, path)
        self.check_ending(before, marking, move.place, path)
        state = self.state(marking, move.assignment, number, move.label)
        if number is not None:
            self.moves[number].append(_Move(state, move.onward))

    def given(self, assignment: int) -> tuple[str, str]:
        values = self.process.assignments[assignment]
        if not values:
            return "", ""
        said = "，".join(self.process.variables[name].say(value) for name, value in values.items())
        text = ", ".join(f"{name} = {value}" for name, value in values.items())
        return f"（{said}）", f" ({text})"

    def state(self, marking: Marking, assignment: int, number: int | None, label: str) -> int:
        passed = {task: outcome if task in self.outcome_matters else "" for task, outcome in marking.passed.items()}
        marking = replace(marking, round=1, held=None, passed=passed)
        key = (marking.key(), assignment)
        if key not in self.index:
            self.index[key] = len(self.states)
            self.states.append((marking, assignment))
            self.moves.append([])
            self.parent.append((number, label))
        return self.index[key]

    def path(self, number: int) -> tuple[str, ...]:
        steps: deque[str] = deque()
        at: int | None = number
        while at is not None:
            at, label = self.parent[at]
            steps.appendleft(label)
        return tuple(steps)

    def reached(self, before: Marking, after: Marking) -> Iterator[str]:
        """Nodes that this move came to: what newly waits, and the end it reached."""
        yield from (place for place in after.at if place not in before.at)
        if after.result is not None and before.result is None:
            yield from (n.id for n in self.process.nodes.values() if n.kind == "end" and n.result == after.result)

    def check_required(self, before: Marking, after: Marking, assignment: int, path: tuple[str, ...]) -> None:
        came_to = set(self.reached(before, after))
        for requirement in self.requirements:
            if requirement.before not in came_to:
                continue
            values = {**self.values(assignment), **after.passed}
            if requirement.when is not None and requirement.when(values) is False:
                continue
            outcome = after.passed.get(requirement.task)
            if outcome is not None and requirement.outcome in (None, outcome):
                continue
            task, goal = self.name(requirement.task), self.name(requirement.before)
            self.fault(
                "past_required", requirement.task,
                f"可以不经“{task}”{'同意' if requirement.outcome else ''}就到“{goal}”{self.given(assignment)[0]}",
                f"“{goal}” can be reached without “{task}”{self.given(assignment)[1]}", path,
            )  # fmt: skip

    def check_ending(self, before: Marking, after: Marking, place: str, path: tuple[str, ...]) -> None:
        result = after.result
        if result is None:
            if after.ended:
                self.fault("no_result", "", "流程走完了却没有写明结果", "The case ends without a result", path)
            return
        left = [other for other in after.at if other in self.process.nodes]
        if after.ended and result not in NEGATIVE_RESULTS:
            # A terminate event may sweep open work away only when the case fails.
            left = [other for other in before.at if other in self.process.nodes and other not in self.moved(place)]
        if left or not after.ended:
            names = "、".join(self.place(other) for other in left or after.at)
            self.fault(
                "left_over", result, f"办结时还留有未办事项：{names}", f"Ends with work left over: {names}", path
            )

    def moved(self, place: str) -> set[str]:
        """What a move from this place takes up by itself: the task with its timers."""
        if not place:
            return set()
        task = self.process.nodes[place].attached_to or place
        return {place, task, *self.process.nodes[task].timers}

    def check_ends_reached(self) -> None:
        """From every state an end can be reached without anybody sending anything back."""
        behind: list[list[int]] = [[] for _ in self.states]
        for number, moves in enumerate(self.moves):
            for move in moves:
                if move.onward:
                    behind[move.state].append(number)
        queue = deque(n for n, (marking, _a) in enumerate(self.states) if marking.ended)
        good = set(queue)
        while queue:
            for number in behind[queue.popleft()]:
                if number not in good:
                    good.add(number)
                    queue.append(number)
        lost = [number for number in range(len(self.states)) if number not in good]
        if lost:
            # Shown is where nothing moves any more, if there is such a state: plainer than where it became certain.
            number = next((n for n in lost if not any(move.onward for move in self.moves[n])), lost[0])
            marking = self.states[number][0]
            where = "、".join(self.place(place) for place in marking.at)
            self.fault(
                "dead_end", next(iter(marking.at), ""), f"走到{where}就再也办不结", f"Stuck for good at {where}",
                self.path(number),
            )  # fmt: skip

    def place(self, place: str) -> str:
        if place in self.process.flows:
            join = self.process.flows[place].target
            return f"“{self.name(join)}”（等其他分支）"
        return f"“{self.name(place)}”"

    def check_tasks_reached(self) -> None:
        seen = {place for marking, _assignment in self.states for place in marking.at}
        for task in self.process.tasks:
            if task not in seen:
                self.fault(
                    "never_reached", task, f"“{self.name(task)}”永远走不到", f"“{self.name(task)}” is never reached"
                )


def _word(outcome: str) -> str:
    return {"agree": "同意", "refuse": "不同意", "done": "办"}.get(outcome, outcome)
