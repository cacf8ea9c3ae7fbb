"""A parsed process: nodes, flows, and what waiban adds to each task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Literal

from waiban.rulebook.condition import Condition

NodeKind = Literal["start", "end", "task", "exclusive", "parallel", "timer", "boundary"]
StepKind = Literal["start", "review", "notice", "submit", "accept", "approve", "file", "paper", "outside", "act"]
STEP_KINDS: tuple[StepKind, ...] = (
    "start", "review", "notice", "submit", "accept", "approve", "file", "paper", "outside", "act",
)  # fmt: skip
Value = str | int | bool

NEGATIVE_RESULTS = frozenset({"refused", "cancelled", "withdrawn"})
"""Results at which work may be left over: a refusal voids what still lies on other desks."""


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    condition: Condition | None = None
    condition_text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What waiban adds to a user task. `outcomes` run from best to worst: a countersign counts as its worst."""

    kind: StepKind
    post: str
    """Key of the post that is asked; who that is follows from `scope`."""
    scope: Literal["unit", "office", "subject"]
    stage: str
    outcomes: tuple[str, ...]
    workdays: int | None
    """Working days from the opening of the item, or None where no text sets any."""
    edits: bool
    """The applicant may change the dossier here, so the gateways' variables may change."""
    each: str
    """Countersign: name of the list variable, one item for each entry; empty for a single item."""
    name_en: str


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: NodeKind
    name: str
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    step: Step | None = None
    default: str | None = None
    result: str | None = None
    """End events: how the case ended; None ends only this token."""
    terminate: bool = False
    timers: tuple[str, ...] = ()
    """Tasks: their boundary timers."""
    attached_to: str = ""
    interrupting: bool = True
    duration: str = ""
    """Timers: ISO 8601 duration in days (P5D), or `workdays` where that is set."""
    workdays: int | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that gateways may look at, with every value it can take; a list variable has none."""

    name: str
    values: tuple[Value, ...]
    is_list: bool
    title: str = ""
    words: tuple[str, ...] = ()
    """What people call the variable and, in the same order, its values."""

    def say(self, value: Value) -> str:
        word = self.words[self.values.index(value)] if len(self.words) == len(self.values) else str(value)
        return f"{self.title or self.name}：{word}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Nobody reaches `before` unless `task` was passed in the walk in force, whenever `when` holds."""

    task: str
    before: str
    outcome: str | None = None
    when: Condition | None = None
    when_text: str = ""

    @property
    def key(self) -> tuple[str, str, str | None, str]:
        return (self.task, self.before, self.outcome, self.when_text)


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Process:
    """Immutable once parsed; share one for all cases of a release."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    start: str
    variables: Mapping[str, Variable]
    requirements: tuple[Requirement, ...]
    stages: tuple[Stage, ...]
    text: str = field(repr=False, default="")

    @cached_property
    def tasks(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes.values() if node.kind == "task"}

    @cached_property
    def back_flows(self) -> frozenset[str]:
        """Flows that close a loop, found by one depth-first walk in document order."""
        back: set[str] = set()
        on_path: set[str] = set()
        done: set[str] = set()
        stack: list[tuple[str, int]] = [(self.start, 0)]
        on_path.add(self.start)
        while stack:
            node, index = stack.pop()
            flows = self._leaving(node)
            if index == len(flows):
                on_path.discard(node)
                done.add(node)
                continue
            stack.append((node, index + 1))
            target = self.flows[flows[index]].target
            if target in on_path:
                back.add(flows[index])
            elif target not in done:
                on_path.add(target)
                stack.append((target, 0))
        return frozenset(back)

    def _leaving(self, node_id: str) -> tuple[str, ...]:
        node = self.nodes[node_id]
        return node.outgoing + tuple(flow for timer in node.timers for flow in self.nodes[timer].outgoing)

    @cached_property
    def onward(self) -> Mapping[str, frozenset[str]]:
        """For each task and timer: every node and flow that lies ahead of it, loops left out."""
        ahead: dict[str, frozenset[str]] = {}

        def from_node(node_id: str) -> frozenset[str]:
            if node_id not in ahead:
                found: set[str] = set(self.nodes[node_id].timers)
                for flow in self._leaving(node_id):
                    if flow in self.back_flows:
                        continue
                    target = self.flows[flow].target
                    found |= {flow, target} | from_node(target)
                ahead[node_id] = frozenset(found)
            return ahead[node_id]

        for node_id in self.nodes:
            from_node(node_id)
        return ahead

    @cached_property
    def assignments(self) -> tuple[Mapping[str, Value], ...]:
        """Every combination of the gateway variables' values."""
        names = [name for name, variable in self.variables.items() if not variable.is_list]
        choices = (self.variables[name].values for name in names)
        return tuple(dict(zip(names, values, strict=True)) for values in product(*choices))

    @cached_property
    def first_edit(self) -> str:
        """The task to which a withdrawal takes the case: the first at which the dossier may be changed."""
        for task in self.tasks.values():
            if task.step and task.step.edits:
                return task.id
        return next(iter(self.tasks))
