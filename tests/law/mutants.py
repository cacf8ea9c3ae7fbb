"""
Mutants of the law: every limit one unit off, every comparison flipped, every condition dropped.

A mutant is one rule with one change, compiled alone and run over the cases that name the rule. One that no case notices
shows a rule that isn't tested, or a part of it that does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.law.cases import OVERLAYS, Case, all_cases, law_for
from waiban.dossiers.load import trip_schema
from waiban.rulebook.build import Description, Line, describe
from waiban.rulebook.code import SEVERITY, write_module
from waiban.rulebook.findings import Judgement, plain
from waiban.rulebook.freeze import compile_text
from waiban.rulebook.sources import ANSWERS, NATION, REGULATIONS, STAGES, Period, read_level, stack
from waiban.rulebook.types import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from waiban.rulebook.grammar import Node

FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "==", "in": "not in", "not in": "in"}


@dataclass(frozen=True)
class Mutant:
    """What was changed, and the rule's lines with the change."""

    label: str
    lines: list[Line]
    facts: dict[str, Node]


@cache
def description_of(office: str) -> Description:
    if (REGULATIONS / office / "level.yaml").exists():
        return describe(stack([office]), trip_schema())
    return describe(stack([], own=read_level(OVERLAYS / office.removeprefix("overlays/"), office)), trip_schema())


def mutants(description: Description, rule: str, mine: Sequence[Line]) -> Iterator[Mutant]:
    """Every mutant of the lines `mine` of a rule; its other lines stay as they are."""
    lines = [line for line in description.lines if line.rule == rule and line.judged]
    for index, line in enumerate(lines):
        if line in mine:
            for label, changed in _line_mutants(line):
                yield Mutant(label, [*lines[:index], changed, *lines[index + 1 :]], description.facts)
    for name in own_facts(description, rule):
        for label, changed_fact in variants(description.facts[name]):
            yield Mutant(f"{name}: {label}", lines, {**description.facts, name: changed_fact})


def own_facts(description: Description, rule: str) -> list[str]:
    """Derived facts that this rule alone uses: a condition doesn't escape by being given a name."""
    users: dict[str, set[str]] = {}

    def visit(node: Node, user: str) -> None:
        for part in node.walk():
            if part.op == "name" and part.value[0] == "fact":
                users.setdefault(part.value[1], set()).add(user)
                visit(description.facts[part.value[1]], user)

    for line in description.lines:
        if line.judged:
            for node in (line.applies, line.over, line.where, line.test, *line.lets.values()):
                if node is not None:
                    visit(node, line.rule)
            for clause in line.clauses:
                visit(clause.claimed, line.rule)
                visit(clause.holds, line.rule)
    for reference in description.references.values():
        visit(reference, "a reference day")
    return [name for name, found in users.items() if found == {rule}]


def _line_mutants(line: Line) -> Iterator[tuple[str, Line]]:
    single = [node for node in (line.applies, line.where, line.test, *line.lets.values()) if node is not None]
    exempt = [node for clause in line.clauses for node in (clause.claimed, clause.holds)]
    named = {part.value for node in (*single, *exempt) for part in node.walk() if part.op == "name"}
    for name, value in line.values.items():
        if ("value", name) not in named:
            continue  # an overlay gave the deadline in other words
        for n, period in enumerate(value.dated):
            for label, changed in _neighbours(period.value):
                dated = (
                    *value.dated[:n],
                    Period(changed, period.start, period.until, period.citation),
                    *value.dated[n + 1 :],
                )
                yield f"{name} {label}", replace(line, values={**line.values, name: replace(value, dated=dated)})
    for key in ("applies", "where"):
        node: Node | None = getattr(line, key)
        if node is not None:
            yield f"{key} dropped", replace(line, **{key: None})
            for label, other in variants(node):
                yield f"{key}: {label}", replace(line, **{key: other})
    for name, node in line.lets.items():
        for label, other in variants(node):
            yield f"{name}: {label}", replace(line, lets={**line.lets, name: other})
    if line.test is not None:
        for label, other in variants(line.test):
            yield f"test: {label}", replace(line, test=other)
    for index, clause in enumerate(line.clauses):
        rest = [*line.clauses[:index], *line.clauses[index + 1 :]]
        yield f"exemption {clause.name} dropped", replace(line, clauses=rest)


def _neighbours(value: Any) -> Iterator[tuple[str, Any]]:
    """One unit more and less: of a number its last place, of a map each entry, of a list one word less."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            for label, changed in _neighbours(inner):
                yield f"[{key}] {label}", {**value, key: changed}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield f"without {item}", [*value[:index], *value[index + 1 :]]
    else:
        unit = Decimal(1).scaleb(int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 1
        yield f"{value} + {unit}", value + unit
        yield f"{value} - {unit}", value - unit


def variants(node: Node, *, keyed: bool = False) -> Iterator[tuple[str, Node]]:
    """The expression with one change in it. What picks an entry of a map is left alone: a key has no unit."""
    if node.op == "compare":
        yield f"{node.value} flipped", replace(node, value=FLIPPED[node.value])
    if node.op == "const" and node.kind is NUMBER and not keyed:
        for label, changed in _neighbours(node.value):
            yield label, replace(node, value=changed)
    if node.op in ("and", "or"):
        for index in range(len(node.args)):
            rest = (*node.args[:index], *node.args[index + 1 :])
            yield f"{node.op}-part {index + 1} dropped", rest[0] if len(rest) == 1 else replace(node, args=rest)
    if node.op == "fold" and len(node.args) == 3:
        yield "loop condition dropped", replace(node, args=node.args[:2])
    for index, part in enumerate(node.args):
        inside = keyed or (node.op == "index" and index == 1)
        for label, changed in variants(part, keyed=inside):
            yield label, replace(node, args=(*node.args[:index], changed, *node.args[index + 1 :]))


class Runner:
    """Cases of one office, judged by a rule compiled alone."""

    def __init__(self, office: str) -> None:
        self.office = office
        self.description = description_of(office)
        self.law = law_for(office)
        self.judged: dict[str, Judgement] = {}

    def cases(self, rule: str) -> list[Case]:
        return [
            case for case in all_cases() if case.data["rule"] == rule and case.data.get("office", NATION) == self.office
        ]

    def notices(self, mutant: Mutant, cases: Sequence[Case]) -> bool:
        """Whether a case answers otherwise under the mutant, or can't be judged at all."""
        changed = replace(self.description, lines=mutant.lines, facts=mutant.facts)
        space: dict[str, Any] = {"tables": self.law.tables, "calendar": self.law.calendar}
        exec(compile_text(write_module(changed, whole=True)), space)  # noqa: S102 - the mutant
        ordered = [line for line in mutant.lines if line.judged]
        try:
            return any(self._differs(space["judge"], ordered, case) for case in cases)
        except (TypeError, ValueError, AttributeError, OverflowError):
            return True

    def _differs(self, judge: Any, lines: Sequence[Line], case: Case) -> bool:
        if case.id not in self.judged:
            self.judged[case.id] = case.judge(self.law)
        known = self.judged[case.id]
        stage = STAGES.index(known.stage)
        details, _ = judge(known.dossier, known.today, known.as_of, stage, known.attested, known.in_case)
        worst = max(details, key=lambda detail: (SEVERITY[detail[1]], -detail[0]))
        _, answer, _, facts, items, _, _ = worst
        data = case.data
        if ANSWERS[answer] != data["expect"]:
            return True
        line = lines[worst[0]] if len(lines) > 1 else lines[0]
        if "items" in data:
            over = known.finding(data["rule"])
            assert over is not None
            base = over.card["over"]
            got = {f"{base}/{index}": ANSWERS[code] for index, code, *_ in items or ()}
            if any(got.get(item["path"], "not_applicable") != item["answer"] for item in data["items"]):
                return True
        if items:
            facts = next((one[3] for one in items if one[1] == answer), facts)
        named = dict(zip(line.shown, facts or (), strict=False))
        return any(str(plain(named.get(name))) != str(wanted) for name, wanted in data.get("facts", {}).items())


def survivors(office: str, rule: str) -> tuple[int, list[str]]:
    """How many mutants a rule has at this office's level, and those that no case notices."""
    runner = Runner(office)
    mine = [line for line in runner.description.lines if line.rule == rule and line.level_name == office]
    cases = runner.cases(rule)
    made = list(mutants(runner.description, rule, mine))
    return len(made), [mutant.label for mutant in made if not runner.notices(mutant, cases)]


def computed_rules() -> list[tuple[str, str]]:
    """(level, rule) of every computed line of the shipped law, overlays too."""
    found = []
    for path in sorted(REGULATIONS.rglob("level.yaml")):
        office = str(path.parent.relative_to(REGULATIONS))
        lines = description_of(office).lines
        own = [line for line in lines if line.level_name == office and line.judged and line.card["kind"] == "computed"]
        found += [(office, rule) for rule in dict.fromkeys(line.rule for line in own)]
    return found
