"""
The law for the ordinary dossier: each line is first asked "doesn't it reach this case?" and "is its test true?".

Most lines of most dossiers end there, with two plain conditions and nothing to report. Only where neither holds does
the full judgement of `code` run, so that both give the same answers; a test holds them together on every law case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from waiban.rulebook.code import (
    MET,
    NOT_APPLICABLE,
    NOT_STATED,
    Writer,
    order,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from waiban.rulebook.build import Description, Line, Value
    from waiban.rulebook.grammar import Node


class QuickWriter(Writer):
    """`judge` that reports only what is due and not met, not stated or exempt."""

    def __init__(self, description: Description) -> None:
        super().__init__(description, whole=False)

    def write(self) -> list[str]:
        lines = order(self.d)
        out = self.emitter
        out.line("details = []")
        out.line(f"codes = [{MET}] * {len(lines)}")
        stage = 0
        for number, line in enumerate(lines):
            if line.first_stage != stage:
                stage = line.first_stage
                with out.block(f"if stage < {stage}:"):
                    out.line(f"del codes[{number}:]")
                    out.line("return details, codes")
            self.number, self.line = number, line
            self.judge(line)
        out.line("return details, codes")
        return ["def judge(t, today, as_of, stage, attested, in_case):", *out.lines]

    def judge(self, line: Line) -> None:
        out = self.emitter
        self.day(line.reference)
        self.need(line.early_nodes())
        out.counter = 0
        self.name_own(line)
        out.line(f"# {line.rule}")
        if line.first_stage < self.own_stage(line):
            self.in_full(line)
            return
        depth = out.depth
        self.unless(self.untimely(line))
        self.assign(line)
        self.unless(self.elsewhere(line))
        if line.over is None:
            self.single(line)
        else:
            self.each(line)
        out.depth = depth

    def unless(self, tests: list[str]) -> None:
        """What follows is written for the case that none of the tests holds."""
        out = self.emitter
        if tests:
            out.line(f"if {' or '.join(tests)}:")
            out.line(f" codes[{self.number}] = {NOT_APPLICABLE}")
            out.line("else:")
            out.depth += 1

    def untimely(self, line: Line) -> list[str]:
        """Conditions under which the line isn't in force on its day."""
        tests = self.not_in_force(line)
        for value in line.values.values():
            tests += self.undated(value, f"o_{line.reference}")
        return tests

    def elsewhere(self, line: Line) -> list[str]:
        """A condition under which the line doesn't reach the case."""
        out = self.emitter
        if line.applies is None:
            return []
        asked = line.card["kind"] == "attested"
        if out.loops(line.applies):
            text = out.atom(line.applies)
            return [f"not {text}" if asked else f"{text} is False"]
        return [f"not {out.true(line.applies)}" if asked else out.false(line.applies)]

    def undated(self, value: Value, day: str) -> list[str]:
        """Conditions under which none of a value's periods covers the day."""
        tests = []
        first, last = value.dated[0], value.dated[-1]
        if first.start.day is not None:
            tests.append(f"{day} < {first.start.day.toordinal()}")
        for one, following in zip(value.dated, value.dated[1:], strict=False):
            if one.until is not None and following.start.day is not None and one.until != following.start.day:
                tests.append(f"{one.until.toordinal()} <= {day} < {following.start.day.toordinal()}")
        if last.until is not None:
            tests.append(f"{day} >= {last.until.toordinal()}")
        return tests

    def assign(self, line: Line) -> None:
        """The values of the line's day, of which one is known to be in force; a lasting one is written out in place."""
        out = self.emitter
        day = f"o_{line.reference}"
        for value in line.values.values():
            texts = [self.plain(period.value) for period in value.dated]
            if len(texts) == 1:
                self.own[value.name] = texts[0]
                continue
            chosen = texts[0]
            for period, text in zip(value.dated[1:], texts[1:], strict=True):
                assert period.start.day is not None
                chosen = f"{text} if {day} >= {period.start.day.toordinal()} else ({chosen})"
            out.line(f"{self.own[value.name]} = {chosen}")

    def unspoken(self, line: Line) -> str:
        """For an attested line: no post has spoken, and what the file claims counts."""
        if line.card["kind"] != "attested":
            return ""
        text = f"{line.rule!r} not in attested and "
        return f"not in_case and {text}" if self.only_a_post(line) else text

    def single(self, line: Line) -> None:
        out = self.emitter
        assert line.test is not None
        early = used_lets(line, [line.test])
        for name in early:
            out.line(f"{self.own[name]} = {out.value(line.lets[name])}")
        test = out.atom(line.test) if out.loops(line.test) else out.true(line.test)
        with out.block(f"if not ({self.unspoken(line)}{test}):"):
            out.line("w = 0")
            for name, node in line.lets.items():
                if name not in early:
                    out.line(f"{self.own[name]} = {out.value(node)}")
            if line.card["kind"] == "attested":
                out.line(f"a = {MET}")
            applies = self.applies_again(line)
            with out.block("while True:"):
                if line.card["kind"] == "attested":
                    self.attestation(line, "a", "w")
                    out.line(f"if {test}:")
                    out.line(" break")
                self.unmet(line, "a", "w", applies, test if out.loops(line.test) else "")
            self.tell(line)

    def applies_again(self, line: Line) -> str | None:
        """The answer of `applies` under the name that the full judgement reads, where it may be not stated."""
        out = self.emitter
        name = self.applies_name(line)
        if name is not None:
            assert line.applies is not None
            out.line(f"{name} = {out.value(line.applies)}")
        return name

    def each(self, line: Line) -> None:
        out = self.emitter
        assert line.over is not None
        over = out.atom(line.over)
        depth = out.depth
        spoken = self.unspoken(line).removesuffix(" and ")
        if spoken:
            with out.block(f"if not ({spoken}):"):
                self.in_full(line)
            out.line("else:")
            out.depth += 1
            self.assign(line)
        if line.over.nullable:
            with out.block(f"if {over} is None:"):
                out.line(f"codes[{self.number}] = {NOT_STATED}")
                out.line(f"details.append(({self.number}, {NOT_STATED}, 0, None, None, None, d_{line.reference}))")
            out.line("else:")
            out.depth += 1
        self.listed(line, over)
        out.depth = depth

    def listed(self, line: Line, over: str) -> None:
        """One pass over the items; only one whose test isn't true is looked at further."""
        out = self.emitter
        assert line.item is not None
        assert line.test is not None
        out.line("m = None")
        if line.where is not None:
            out.line(f"s = {NOT_APPLICABLE}")
        head = f"for x, o in enumerate({over}):"
        with out.looping(line.item, "o", over, self.item_nodes(line), head=head, lets=True):
            where = None
            if line.where is not None:
                loops = out.loops(line.where)
                where = out.atom(line.where) if loops else out.false(line.where)
                out.line(f"if {where} is False:" if loops else f"if {where}:")
                out.line(" continue")
            for name, node in line.lets.items():
                out.line(f"{self.own[name]} = {out.value(node)}")
            test = out.atom(line.test) if out.loops(line.test) else ""
            with out.block(f"if {test or out.true(line.test)}:"):
                if line.where is not None:
                    out.line(f"s = {MET}")
                out.line("continue")
            self.item(line, test)
        with out.block("if m is not None:"):
            out.line(f"codes[{self.number}] = a")
            out.line(f"details.append(({self.number}, a, 0, None, m, None, d_{line.reference}))")
        out.line(f"elif not {over}:" if line.where is None else "elif s:")
        out.line(f" codes[{self.number}] = {NOT_APPLICABLE}")

    def item(self, line: Line, test: str) -> None:
        out = self.emitter
        out.line("z = 0")
        applies = self.applies_again(line)
        if line.where is not None and line.where.nullable:
            joint = out.fresh("g")
            out.line(f"{joint} = {out.value(line.where)}")
            if applies is not None:
                out.line(f"if {applies} is None:")
                out.line(f" {joint} = None")
            applies = joint
        with out.block("while True:"):
            self.unmet(line, "q", "z", applies, test)
        facts, remedies = self.told(line, "q")
        out.line("if m is None:")
        out.line(" m = []")
        out.line(" a = q")
        out.line("elif SEVERITY[q] > SEVERITY[a]:")
        out.line(" a = q")
        out.line(f"m.append((x, q, z, {facts}, {remedies}))")

    def in_full(self, line: Line) -> None:
        """The line as `code` judges it, its answer kept."""
        self.name_own(line)
        self.judged(line)
        self.tell(line)

    def tell(self, line: Line) -> None:
        self.emitter.line(f"codes[{self.number}] = a")
        self.report(line)


def used_lets(line: Line, nodes: Iterable[Node]) -> list[str]:
    """The lets that expressions of the line read, and what these read, in the order of the line."""
    found: set[str] = set()

    def visit(node: Node) -> None:
        for part in node.walk():
            if part.op == "name" and part.value[0] == "let" and part.value[1] not in found:
                found.add(part.value[1])
                visit(line.lets[part.value[1]])

    for node in nodes:
        visit(node)
    return [name for name in line.lets if name in found]
