"""The merged law as the text of one Python module, and what each line is known by afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from waiban.rulebook.build import Clause, Description, Line, Remedy, Value, dotted
from waiban.rulebook.emit import Emitter, path_name
from waiban.rulebook.grammar import QUIET, Node
from waiban.rulebook.sources import STAGES

DAY = timedelta(days=1)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MET, NOT_MET, NOT_STATED, EXEMPT, NOT_APPLICABLE, DUE_LATER = range(6)
SEVERITY = (1, 4, 3, 2, 0, 0)
"""How bad each answer is, for the worst of a rule's items and lines."""
BECAUSE_APPLIES, BECAUSE_YEAR, BECAUSE_POST = -1, -2, -3
"""Why an answer is not stated; a positive reason is the number of the exemption, from 1."""

LATEST = 4_000_000
"""Stands for a day that isn't stated: later than any, so that the newest law judges."""

HEAD = """\
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from waiban.kernel.dates import add_months as months_later
from waiban.kernel.errors import CalendarError
from waiban.rulebook.times import legal_day
SEVERITY = (1, 4, 3, 2, 0, 0)
DAY = timedelta(days=1)
BEYOND = (ValueError, OverflowError, CalendarError)
SPANS = {count: timedelta(days=count) for count in range(-400, 401)}
def add_days(day, count):
 try:
  return day + (SPANS[count] if count in SPANS else timedelta(days=int(count)))
 except BEYOND:
  return None
def add_months(day, count):
 try:
  return months_later(day, int(count))
 except BEYOND:
  return None
@lru_cache(maxsize=8192)
def workdays(first, last):
 return calendar.workdays(first, last)
def add_workdays(day, count):
 try:
  return calendar.add_workdays(day, int(count))
 except BEYOND:
  return None
def days_of(first, last):
 count = (last - first).days + 1
 return None if count > 1000 else [first + DAY * n for n in range(count)]
"""


def write_module(description: Description, *, whole: bool) -> str:
    """
    `judge(t, today, as_of, stage, attested, in_case)` → (details, answers).

    Details are tuples (line, answer, reason, facts, items, remedies, law_day); only of answers that are not met, not
    stated or exempt, unless `whole`. Lines come in the order of their stage; those of a later one than `stage` aren't
    judged unless `whole`.
    """
    from waiban.rulebook.quick import QuickWriter

    writer = Writer(description, whole=True) if whole else QuickWriter(description)
    body = writer.write()
    constants = [f"{name} = {_literal(value)}" for name, value in writer.emitter.constants.items()]
    return "\n".join([HEAD, *constants, *body]) + "\n"


def order(description: Description) -> list[Line]:
    """The judged lines as the code runs them: by stage, an overlay right after the line it lies over."""
    judged = [line for line in description.lines if line.judged]
    first = {line.rule: index for index, line in reversed(list(enumerate(judged)))}
    return sorted(judged, key=lambda line: (line.first_stage, first[line.rule]))


def _literal(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(value, key=repr)!r})"
    text = repr(value)
    return text.removeprefix("datetime.")


class Writer:
    def __init__(self, description: Description, *, whole: bool) -> None:
        self.d = description
        self.whole = whole
        self.emitter = Emitter(self.resolve)
        self.known: set[str] = set()
        self.line: Line | None = None
        self.number = 0
        self.late = False
        self.own: dict[str, str] = {}
        """Values and lets of the line in hand, by the short names that every line uses again: a function with more than
        256 names runs markedly slower."""

    def write(self) -> list[str]:
        lines = order(self.d)
        out = self.emitter
        out.line("details = []")
        out.line("codes = []")
        stage = 0
        for number, line in enumerate(lines):
            rank = line.first_stage
            if rank != stage and not self.whole:
                stage = rank
                out.line(f"if stage < {rank}:")
                out.line(" return details, codes")
            self.number, self.line = number, line
            self.judge(line)
            out.line("codes.append(a)")
        out.line("return details, codes")
        return ["def judge(t, today, as_of, stage, attested, in_case):", *out.lines]

    # Names ------------------------------------------------------------------------------------------------------

    def resolve(self, origin: str, name: str) -> str:
        match origin:
            case "fact":
                return f"f_{name}"
            case "key":
                return f"k_{name}"
            case "path":
                return f"p_{name.replace('.', '__')}"
            case "constant":
                return self.emitter.constant(_frozen(self.d.constants[name]))
            case "value" | "let":
                return self.own[name]
            case "context" if name == "law_day":
                return "d_before" if self.line is None else f"d_{self.line.reference}"
        return name

    def need(self, nodes: Iterable[Node]) -> None:
        """Compute, at the top of the function and once, what these expressions read."""
        for node in nodes:
            for part in node.walk():
                if part.op == "name" and part.value[0] in ("fact", "key"):
                    self.provide(*part.value)
                elif part.op == "name" and part.value[1] == "law_day" and self.line is None:
                    self.day("before")
                elif part.op == "attr":
                    path = path_name(part)
                    if path is not None:
                        self.provide("path", path)

    def provide(self, origin: str, name: str) -> None:
        local = self.resolve(origin, name)
        if local in self.known:
            return
        out = self.emitter
        if origin == "key":
            text = f"t.{name}"
        elif origin == "path":
            above, _, last = name.rpartition(".")
            self.provide("path" if "." in above else "key", above)
            base = self.resolve("path" if "." in above else "key", above)
            text = f"None if {base} is None else {base}.{last}"
        else:
            node = self.d.facts[name]
            line, self.line = self.line, None
            self.need([node])
            if not self.late:
                out.counter = 0
            text = out.value(node)
            self.line = line
        out.line(f"{local} = {text}")
        self.known.add(local)

    def day(self, reference: str) -> None:
        local = f"d_{reference}"
        if local in self.known:
            return
        node = self.d.references[reference]
        self.need([node])
        line, self.line = self.line, None
        text = self.emitter.value(node)
        self.line = line
        self.emitter.line(f"{local} = {text} if as_of is None else as_of")
        self.emitter.line(f"o_{reference} = {LATEST} if {local} is None else {local}.toordinal()")
        self.known.add(local)

    @contextmanager
    def lately(self, nodes: Iterable[Node]) -> Iterator[None]:
        """Facts that only this block reads are worked out in it, and count as unknown after it."""
        before, outer = set(self.known), self.late
        self.late = True
        self.need(nodes)
        yield
        self.known, self.late = before, outer

    # One line of the law ----------------------------------------------------------------------------------------

    def judge(self, line: Line) -> None:
        out = self.emitter
        self.day(line.reference)
        self.need(line.early_nodes())
        out.counter = 0
        self.name_own(line)
        out.line(f"# {line.rule}")
        self.judged(line)
        self.report(line)

    def name_own(self, line: Line) -> None:
        self.own = {name: f"u{k}" for k, name in enumerate(line.values)} | {
            name: f"l{k}" for k, name in enumerate(line.lets)
        }

    @staticmethod
    def own_stage(line: Line) -> int:
        return STAGES.index(line.card["stage"])

    def judged(self, line: Line) -> None:
        """The line in full: `a` its answer, `w` why, `m` its items."""
        out = self.emitter
        out.line(f"a = {NOT_APPLICABLE}")
        out.line("w = 0")
        if line.over is not None:
            out.line("m = None")
        with out.block("while True:"):
            self.force(line)
            if line.applies is not None:
                text = out.atom(line.applies)
                out.line(f"g = {text}")
                stop = "if g is not True:" if line.card["kind"] == "attested" else "if g is False:"
                out.line(stop)
                out.line(" break")
            own = self.own_stage(line)
            if line.first_stage < own:
                self.admission(line, own)
            elif self.whole:
                with out.block(f"if stage < {own}:"):
                    out.line(f"a = {DUE_LATER}")
                    out.line("break")
            if line.over is None:
                self.answer(line, "a", "w", self.applies_name(line))
            else:
                self.items(line)
                out.line("break")

    def admission(self, line: Line, own: int) -> None:
        """Before its own stage only what the applicant admits counts: a claim that makes the test false."""
        out = self.emitter
        assert line.test is not None
        with out.block(f"if stage < {own}:"):
            out.line(f"a = {DUE_LATER}")
            if self.whole:
                with out.block(f"if stage < {line.first_stage}:"):
                    out.line("break")
            if line.over is None:
                for name, node in line.lets.items():
                    out.line(f"{self.own[name]} = {out.value(node)}")
                out.line(f"if {out.atom(line.test)} is False:")
                out.line(f" a = {NOT_MET}")
            else:
                self.admitted_items(line)
            out.line("break")

    def admitted_items(self, line: Line) -> None:
        out = self.emitter
        assert line.over is not None
        assert line.item is not None
        assert line.test is not None
        over = out.atom(line.over)
        out.items[line.item] = "o"
        with out.block(f"if {over} is not None:"):
            out.line("m = []")
            with out.block(f"for x, o in enumerate({over}):"):
                if line.where is not None:
                    out.line(f"if {out.atom(line.where)} is not True:")
                    out.line(" continue")
                for name, node in line.lets.items():
                    out.line(f"{self.own[name]} = {out.value(node)}")
                with out.block(f"if {out.atom(line.test)} is False:"):
                    out.line(f"a = {NOT_MET}")
                    out.line(f"q = {NOT_MET}")
                    facts, remedies = self.told(line, "q")
                    out.line(f"m.append((x, {NOT_MET}, 0, {facts}, {remedies}))")
        del out.items[line.item]

    def applies_name(self, line: Line) -> str | None:
        return "g" if line.applies is not None and line.applies.nullable else None

    def force(self, line: Line) -> None:
        """Leave unless the line is in force on its day, and set that day's values. Days are compared as ordinals."""
        out = self.emitter
        tests = self.not_in_force(line)
        if tests:
            out.line(f"if {' or '.join(tests)}:")
            out.line(" break")
        for value in line.values.values():
            self.value(value, f"o_{line.reference}")

    def not_in_force(self, line: Line) -> list[str]:
        if line.in_force is None:
            return []
        day = f"o_{line.reference}"
        start, until = line.in_force.start.day, line.in_force.until
        tests = [f"{day} < {start.toordinal()}"] if start is not None else []
        return [*tests, f"{day} >= {until.toordinal()}"] if until is not None else tests

    def value(self, value: Value, day: str) -> None:
        out = self.emitter
        local = self.own[value.name]
        periods = list(reversed(value.dated))
        for index, period in enumerate(periods):
            tests = [f"{day} >= {period.start.day.toordinal()}"] if period.start.day is not None else []
            tests += [f"{day} < {period.until.toordinal()}"] if period.until is not None and index == 0 else []
            gap = index > 0 and period.until != periods[index - 1].start.day and period.until is not None
            tests += [f"{day} < {period.until.toordinal()}"] if gap and period.until is not None else []
            if not tests and not index:
                out.line(f"{local} = {self.plain(period.value)}")
                return
            if not tests:
                out.line("else:")
                out.line(f" {local} = {self.plain(period.value)}")
                return
            out.line(f"{'elif' if index else 'if'} {' and '.join(tests)}:")
            out.line(f" {local} = {self.plain(period.value)}")
        out.line("else:")
        out.line(" break")

    def soft(self, line: Line) -> str | None:
        """A condition that holds in a year which is only known as the start of what is in force then."""
        day = f"o_{line.reference}"
        spans = []
        starts = [(period.start, period.until) for value in line.values.values() for period in value.dated]
        if line.in_force is not None:
            starts.append((line.in_force.start, line.in_force.until))
        for start, until in starts:
            if start.day is not None and start.known == "year":
                end = (
                    min(start.day.replace(month=12, day=31), until - DAY)
                    if until
                    else start.day.replace(month=12, day=31)
                )
                spans.append(f"{start.day.toordinal()} <= {day} <= {end.toordinal()}")
        tables = soft_tables(line)
        spans += [f"tables[{name!r}].soft(d_{line.reference})" for name in sorted(tables)]
        return " or ".join(dict.fromkeys(spans)) or None

    def plain(self, value: Any) -> str:
        frozen = _frozen(value)
        if isinstance(frozen, (bool, int, str)):
            return repr(frozen)
        return self.emitter.constant(frozen)

    def answer(self, line: Line, answer: str, reason: str, applies: str | None) -> None:
        """Set `answer` and `reason`; `break` leaves as soon as they are known."""
        out = self.emitter
        for name, node in line.lets.items():
            out.line(f"{self.own[name]} = {out.value(node)}")
        assert line.test is not None
        if line.card["kind"] == "attested":
            self.attestation(line, answer, reason)
        loops = out.loops(line.test)
        test = out.atom(line.test) if loops else ""
        out.line(f"if {test} is True:" if loops else f"if {out.true(line.test)}:")
        out.line(f" {answer} = {MET}")
        out.line(" break")
        self.unmet(line, answer, reason, applies, test)

    def unmet(self, line: Line, answer: str, reason: str, applies: str | None, test: str) -> None:
        """What follows once the test isn't true; `test` names its answer where loops had to work it out."""
        out = self.emitter
        assert line.test is not None
        if applies is not None:
            out.line(f"if {applies} is None:")
            out.line(f" {answer} = {NOT_STATED}")
            out.line(f" {reason} = {BECAUSE_APPLIES}")
            out.line(" break")
        soft = self.soft(line)
        if line.clauses:
            self.exemptions(line, test, answer, reason)
        if line.test.nullable:
            out.line(f"if {test} is None:" if test else f"if not {out.false(line.test)}:")
            out.line(f" {answer} = {NOT_STATED}")
            out.line(" break")
        if soft:
            with out.block(f"if {soft}:"):
                out.line(f"{answer} = {NOT_STATED}")
                out.line(f"{reason} = {BECAUSE_YEAR}")
                out.line("break")
        out.line(f"{answer} = {NOT_MET}")
        out.line("break")

    def attestation(self, line: Line, answer: str, reason: str) -> None:
        """
        A post's own word decides. In a case nothing else does, but for facts that a post decides elsewhere (its
        review, its approval); in a file the typed claim is judged.
        """
        out = self.emitter
        word = out.fresh("y")
        out.line(f"{word} = attested.get({line.rule!r})")
        with out.block(f"if {word} is not None:"):
            out.line(f"{answer} = {MET} if {word} else {NOT_MET}")
            out.line(f"{reason} = {BECAUSE_POST}")
            out.line("break")
        if self.only_a_post(line):
            with out.block("if in_case:"):
                out.line(f"{answer} = {NOT_STATED}")
                out.line(f"{reason} = {BECAUSE_POST}")
                out.line("break")

    def only_a_post(self, line: Line) -> bool:
        """Whether, in a case, nothing but the post's own word answers."""
        assert line.test is not None
        claims = [path for keys in self.d.claims.values() for path in keys]
        return line.card["stated_by"] != "applicant" and not reads(self.d, line, line.test, claims)

    def exemptions(self, line: Line, test: str, answer: str, reason: str) -> None:
        """The most favourable claim decides: it holds, or something of it is missing, or the facts contradict it."""
        out = self.emitter
        pending = out.fresh("e")
        out.line(f"{pending} = 0")
        refused = out.fresh("e")
        out.line(f"{refused} = 0")
        with self.lately(clause.claimed for clause in line.clauses):
            for index, clause in enumerate(line.clauses, 1):
                self.exemption(index, clause, answer, reason, (pending, refused))
        with out.block(f"if {pending}:"):
            out.line(f"{answer} = {NOT_STATED}")
            out.line(f"{reason} = {pending}")
            out.line("break")
        with out.block(f"if {refused}:"):
            assert line.test is not None
            settled = f"{test} is False" if test else out.false(line.test)
            soft = self.soft(line)
            open_ = f"not {settled}" + (f" or {soft}" if soft else "")
            out.line(f"{answer} = {NOT_STATED} if {open_} else {NOT_MET}")
            out.line(f"{reason} = {refused}")
            out.line("break")

    def exemption(self, index: int, clause: Clause, answer: str, reason: str, names: tuple[str, str]) -> None:
        out = self.emitter
        pending, refused = names
        with out.block(f"if {out.true(clause.claimed)}:"):
            with self.lately([clause.holds]):
                holds = out.atom(clause.holds)
            with out.block(f"if {holds} is True:"):
                out.line(f"{answer} = {EXEMPT}")
                out.line(f"{reason} = {index}")
                out.line("break")
            out.line(f"if {holds} is None:")
            out.line(f" {pending} = {index}")
            out.line("else:")
            out.line(f" {refused} = {index}")

    def items(self, line: Line) -> None:
        out = self.emitter
        assert line.over is not None
        assert line.item is not None
        over = out.atom(line.over)
        if line.over.nullable:
            with out.block(f"if {over} is None:"):
                out.line(f"a = {NOT_STATED}")
                if line.card["kind"] == "attested":
                    # The post may answer for all of it though the list isn't in the dossier.
                    with out.block(f"if attested.get({line.rule!r}) is not None:"):
                        out.line(f"a = {MET} if attested[{line.rule!r}] else {NOT_MET}")
                        out.line(f"w = {BECAUSE_POST}")
                out.line("break")
        out.line("m = []")
        head = f"for x, o in enumerate({over}):"
        with out.looping(line.item, "o", over, self.item_nodes(line), head=head, lets=True):
            out.line(f"q = {NOT_APPLICABLE}")
            out.line("z = 0")
            with out.block("while True:"):
                applies = self.applies_name(line)
                if line.where is not None:
                    text = out.atom(line.where)
                    out.line(f"if {text} is False:")
                    out.line(" break")
                    if line.where.nullable:
                        joint = out.fresh("g")
                        out.line(f"{joint} = {text}")
                        if applies is not None:
                            out.line(f"if {applies} is None:")
                            out.line(f" {joint} = None")
                        applies = joint
                self.answer(line, "q", "z", applies)
            out.line("if SEVERITY[q] > SEVERITY[a]:")
            out.line(" a = q")
            reported = f"q < {NOT_APPLICABLE}" if self.whole else f"0 < q < {NOT_APPLICABLE}"
            with out.block(f"if {reported}:"):
                facts, remedies = self.told(line, "q")
                out.line(f"m.append((x, q, z, {facts}, {remedies}))")

    @staticmethod
    def item_nodes(line: Line) -> list[Node]:
        """What is asked of every item."""
        single = (line.where, line.test)
        return [*line.lets.values(), *(node for node in single if node is not None)]

    def report(self, line: Line) -> None:
        out = self.emitter
        n = self.number
        day = f"d_{line.reference}"
        reported = "True" if self.whole else f"0 < a < {NOT_APPLICABLE}"
        with out.block(f"if {reported}:"):
            if line.over is not None:
                out.line(f"details.append(({n}, a, w, None, m, None, {day}))")
                return
            if self.whole:
                with out.block(f"if a >= {NOT_APPLICABLE}:"):
                    out.line(f"details.append(({n}, a, w, None, None, None, {day}))")
                out.line("else:")
                out.depth += 1
            facts, remedies = self.told(line, "a")
            out.line(f"details.append(({n}, a, w, {facts}, None, {remedies}, {day}))")
            if self.whole:
                out.depth -= 1

    def told(self, line: Line, answer: str) -> tuple[str, str]:
        """What the finding shows, and the values of its edits; their facts are worked out here and nowhere before."""
        nodes = [*line.shown.values(), *(node for remedy in line.remedies for node in remedy.nodes())]
        with self.lately(nodes):
            return self.facts(line), self.remedies(line, answer)

    def facts(self, line: Line) -> str:
        texts = [self.emitter.atom(node) for node in line.shown.values()]
        return f"({''.join(text + ', ' for text in texts)})"

    def remedies(self, line: Line, answer: str) -> str:
        """The values of a line's edits, worked out only where it isn't met."""
        if not line.remedies:
            return "None"
        out = self.emitter
        result = out.fresh("e")
        out.line(f"{result} = None")
        with out.block(f"if {answer} == {NOT_MET}:"):
            texts = [self.remedy(remedy) for remedy in line.remedies]
            out.line(f"{result} = ({''.join(text + ', ' for text in texts)})")
        return result

    def remedy(self, remedy: Remedy) -> str:
        out = self.emitter
        if remedy.when is None:
            return out.atom(remedy.value)
        result = out.fresh("e")
        out.line(f"{result} = None")
        with out.block(f"if {out.atom(remedy.when)} is True:"):
            out.line(f"{result} = {out.value(remedy.value)}")
        return result


def soft_tables(line: Line) -> set[str]:
    """Tables that a line reads by the day of the law alone; one that it reads by another day too is computed both ways."""
    days: dict[str, set[bool]] = {}
    for part in line.nodes():
        for node in part.walk():
            if node.op == "table":
                day = node.args[-1]
                days.setdefault(node.value[0], set()).add(day.op == "name" and day.value == ("context", "law_day"))
    return {name for name, plain in days.items() if plain == {True}}


def _frozen(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


# What is known of a line without running it --------------------------------------------------------------------------


def base_paths(description: Description, line: Line) -> dict[str, bool]:
    """Keys of the dossier that a line reads, `members.rank`; False for one that it doesn't need."""
    found: dict[str, bool] = {}

    def visit(node: Node, loops: dict[str, str], *, needed: bool) -> None:
        if node.op == "name" and node.value[0] == "fact":
            visit(description.facts[node.value[1]], {}, needed=needed)
            return
        if node.op == "name" and node.value[0] == "let":
            visit(line.lets[node.value[1]], loops, needed=needed)
            return
        path = _path(node, loops)
        if path is not None:
            found[path] = found.get(path, False) or needed
            return
        if node.op == "fold":
            over, *rest = node.args
            visit(over, loops, needed=needed)
            inner = {**loops, node.value[1]: _path(over, loops) or ""}
            for part in rest:
                visit(part, inner, needed=needed)
            return
        for index, part in enumerate(node.args):
            quiet = node.op == "call" and node.value in QUIET and index == 0
            visit(part, loops, needed=needed and not quiet)

    loops = {line.item: _path(line.over, {}) or ""} if line.item is not None and line.over is not None else {}
    if line.over is not None:
        visit(line.over, {}, needed=True)
    for node in (line.applies, line.where, line.test):
        if node is not None:
            visit(node, loops, needed=True)
    for clause in line.clauses:
        visit(clause.claimed, loops, needed=False)
        visit(clause.holds, loops, needed=False)
    return {path: needed for path, needed in found.items() if path}


def _path(node: Node, loops: dict[str, str]) -> str | None:
    text = dotted(node)
    if text is None:
        return None
    first, _, rest = text.partition(".")
    if first in loops:
        return f"{loops[first]}.{rest}" if rest else loops[first]
    base = node
    while base.op == "attr":
        base = base.args[0]
    return text if base.value[0] == "key" else None


def reads(description: Description, line: Line, node: Node, paths: Iterable[str]) -> bool:
    """Whether an expression of a line hangs on one of the dossier's `paths`."""
    wanted = tuple(paths)

    def words(part: Node, loops: dict[str, str]) -> Iterator[str]:
        if part.op == "name" and part.value[0] == "fact":
            yield from words(description.facts[part.value[1]], {})
        elif part.op == "name" and part.value[0] == "let":
            yield from words(line.lets[part.value[1]], loops)
        elif (path := _path(part, loops)) is not None:
            yield path
        elif part.op == "fold":
            over, *rest = part.args
            yield from words(over, loops)
            inner = {**loops, part.value[1]: _path(over, loops) or ""}
            for one in rest:
                yield from words(one, inner)
        else:
            for one in part.args:
                yield from words(one, loops)

    loops = {line.item: _path(line.over, {}) or ""} if line.item is not None and line.over is not None else {}
    return any(path == want or path.startswith(f"{want}.") for path in words(node, loops) for want in wanted)


def uses_calendar(description: Description, line: Line) -> bool:
    def visit(node: Node) -> bool:
        if node.op == "name" and node.value[0] == "fact":
            return visit(description.facts[node.value[1]])
        if node.op == "call" and node.value in ("workdays", "add_workdays"):
            return True
        return any(visit(part) for part in node.args)

    return any(visit(node) for node in line.nodes())
