"""
The law's lines for engines that know two truth values only.

An expression of the grammar is split into "is true", "is false" and "is known" (Kleene's logic in two-valued dress), so
that every engine can be asked the same question. What one of the peers can't say (months, working days, tables, sums,
distinct values, two items compared) comes to all of them ready-made, computed by us beforehand and not timed: an
advantage that we give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from waiban.rulebook.build import Description, Line
from waiban.rulebook.code import EXEMPT, MET, NOT_APPLICABLE, NOT_MET, NOT_STATED
from waiban.rulebook.emit import path_name
from waiban.rulebook.grammar import Node
from waiban.rulebook.sources import Start

Core = tuple[Any, ...]
"""(op, …): lit var item and or not cmp in inlist notnull exists forall count map arith if len."""

TRUE: Core = ("lit", True)
FALSE: Core = ("lit", False)
NULL: Core = ("lit", None)
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Beyond(Exception):  # noqa: N818 - no error: something that a peer can't say
    """Not expressible in every peer."""


def both(*parts: Core) -> Core:
    flat: list[Core] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if part != TRUE:
            flat += part[1] if part[0] == "and" else [part]
    return TRUE if not flat else flat[0] if len(flat) == 1 else ("and", flat)


def either(*parts: Core) -> Core:
    flat: list[Core] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if part != FALSE:
            flat += part[1] if part[0] == "or" else [part]
    return FALSE if not flat else flat[0] if len(flat) == 1 else ("or", flat)


def negate(part: Core) -> Core:
    if part in (TRUE, FALSE):
        return FALSE if part == TRUE else TRUE
    if part[0] == "cmp":
        return ("cmp", NEGATED[part[1]], part[2], part[3])
    return ("not", part)


def choose(test: Core, yes: Core, no: Core) -> Core:
    if test in (TRUE, FALSE):
        return yes if test == TRUE else no
    return ("if", test, yes, no)


def literal(value: Any) -> Any:
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise Beyond
        return int(value)
    return value


@dataclass(frozen=True)
class Given:
    """A value that comes ready-made: of the dossier, or of each item of one of its lists."""

    name: str
    node: Node
    line: int | None
    over: Node | None = None
    item: str | None = None


@dataclass
class Plan:
    """What the peers compute: facts in order (each may read those before), then one answer a line."""

    facts: list[tuple[str, Core]] = field(default_factory=list)
    answers: list[tuple[int, Core]] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)


def free_items(node: Node) -> set[str]:
    """Names of loops that the expression needs from outside."""
    if node.op == "name":
        return {node.value[1]} if node.value[0] == "item" else set()
    if node.op == "fold":
        over, *rest = node.args
        return free_items(over) | (set().union(*(free_items(part) for part in rest)) - {node.value[1]})
    return set().union(*(free_items(part) for part in node.args))


def given_instead(method: Any) -> Any:
    """Where a node can't be said, take its value ready-made if that depends on one item at most."""

    def wrapped(self: Translator, node: Node, **how: Any) -> Core:
        try:
            result: Core = method(self, node, **how)
        except Beyond:
            ready = self.ready(node)
            if method.__name__ == "truth":
                return ("cmp", "==", ready, ("lit", how["wanted"]))
            return ("notnull", ready) if method.__name__ == "is_known" else ready
        return result

    return wrapped


class Translator:
    def __init__(self, description: Description) -> None:
        self.d = description
        self.plan = Plan()
        self.known: set[str] = set()
        self.line: Line | None = None
        self.number: int | None = None
        self.loops: list[tuple[str, Node]] = []

    @property
    def item(self) -> str | None:
        return self.loops[-1][0] if self.loops else None

    def ready(self, node: Node) -> Core:
        """The node's value as a given; Beyond if it depends on more than the innermost item of a list of the dossier."""
        if self.line is not None:
            node = inlined(self.line, node)
        needed = free_items(node)
        key = f"{self.number} {node!r}"
        if not needed:
            name = self.plan.given.setdefault(key, Given(f"g{len(self.plan.given)}", node, self.number)).name
            return ("var", name)
        item, over = self.loops[-1]
        if needed != {item} or free_items(over):
            raise Beyond
        made = Given(f"g{len(self.plan.given)}", node, self.number, over, item)
        return ("item", item, self.plan.given.setdefault(key, made).name)

    # Facts --------------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> Core:
        """A derived fact as a variable that the peer computes before the lines that read it."""
        local = f"f_{name}"
        if name not in self.known:
            self.known.add(name)
            line, number, loops = self.line, self.number, self.loops
            self.line, self.number, self.loops = None, None, []
            core = self.nullable(self.d.facts[name])
            self.plan.facts.append((local, core))
            self.line, self.number, self.loops = line, number, loops
        return ("var", local)

    def let(self, name: str, line: Line) -> Core:
        """A let of the whole line is one more fact; one of an item comes ready-made, each item once."""
        if self.needs_item(line.lets[name], line):
            return self.ready(inlined(line, line.lets[name]))
        local = f"f_{self.number}_{name}"
        if local not in self.known:
            self.known.add(local)
            loops, self.loops = self.loops, []
            self.plan.facts.append((local, self.nullable(line.lets[name])))
            self.loops = loops
        return ("var", local)

    def needs_item(self, node: Node, line: Line) -> bool:
        return bool(free_items(inlined(line, node)))

    def nullable(self, node: Node) -> Core:
        """The value, or null where it isn't stated."""
        if node.kind.name == "bool":
            true, false = self.true(node), self.false(node)
            return choose(true, TRUE, choose(false, FALSE, NULL))
        return choose(self.is_known(node), self.value(node), NULL)

    # Truth --------------------------------------------------------------------------------------------------------

    def true(self, node: Node) -> Core:
        return self.truth(node, wanted=True)

    def false(self, node: Node) -> Core:
        return self.truth(node, wanted=False)

    @given_instead
    def truth(self, node: Node, *, wanted: bool) -> Core:
        match node.op:
            case "const":
                return TRUE if node.value is wanted else FALSE
            case "and" | "or":
                parts = [self.truth(part, wanted=wanted) for part in node.args]
                return both(*parts) if (node.op == "and") is wanted else either(*parts)
            case "not":
                return self.truth(node.args[0], wanted=not wanted)
            case "compare":
                return self.compared(node, wanted=wanted)
            case "choose":
                test, yes, no = node.args
                one, other = self.truth(yes, wanted=wanted), self.truth(no, wanted=wanted)
                return either(both(self.true(test), one), both(self.false(test), other), both(one, other))
            case "fold":
                return self.quantified(node, wanted=wanted)
            case "call":
                return self.called(node, wanted=wanted)
            case "attested":
                return FALSE
        return ("cmp", "==", self.value(node), ("lit", wanted))

    def compared(self, node: Node, *, wanted: bool) -> Core:
        left, right = node.args
        if node.value in ("in", "not in"):
            positive = (node.value == "in") is wanted
            words = self.words(right)
            if words is not None:
                found: Core = ("in", self.value(left), words)
                return both(self.is_known(left), found if positive else negate(found))
            there: Core = ("inlist", self.value(left), self.value(right))
            return both(self.is_known(left), self.is_known(right), there if positive else negate(there))
        sign = node.value if wanted else NEGATED[node.value]
        return both(self.is_known(left), self.is_known(right), ("cmp", sign, self.value(left), self.value(right)))

    def words(self, node: Node) -> list[Any] | None:
        if node.op == "const":
            return [literal(value) for value in node.value]
        if node.op == "name" and node.value[0] == "constant":
            return [literal(value) for value in self.d.constants[node.value[1]]]
        return None

    def quantified(self, node: Node, *, wanted: bool) -> Core:
        name, item = node.value
        if name not in ("any", "all"):
            raise Beyond
        over, what, *where = node.args
        exists = (name == "any") is wanted
        with_list = self.is_known(over), self.value(over)
        with self.loop(item, over):
            if exists:
                inner = both(self.truth(what, wanted=wanted), *(self.true(part) for part in where))
            else:
                inner = either(self.truth(what, wanted=wanted), *(self.false(part) for part in where))
        return both(with_list[0], ("exists" if exists else "forall", item, with_list[1], inner))

    @contextmanager
    def loop(self, item: str, over: Node) -> Iterator[None]:
        """Two loops deep is as far as all peers go, and inside the second none sees the first one's item."""
        if len(self.loops) > 1:
            raise Beyond
        self.loops.append((item, over))
        try:
            yield
        finally:
            self.loops.pop()

    def called(self, node: Node, *, wanted: bool) -> Core:
        match node.value:
            case "stated":
                known = self.is_known(node.args[0])
                return known if wanted else negate(known)
            case "is_true":
                true = self.true(node.args[0])
                return true if wanted else negate(true)
            case "is_false":
                false = self.false(node.args[0])
                return false if wanted else negate(false)
            case "agree":
                return both(*(self.truth(part, wanted=wanted) for part in node.args))
            case "otherwise":
                one, other = node.args
                unknown = negate(self.is_known(one))
                return either(self.truth(one, wanted=wanted), both(unknown, self.truth(other, wanted=wanted)))
        raise Beyond

    # Values -------------------------------------------------------------------------------------------------------

    @given_instead
    def is_known(self, node: Node) -> Core:
        if not node.nullable:
            return TRUE
        if node.kind.name == "bool" and node.op not in ("name", "attr"):
            return either(self.true(node), self.false(node))
        match node.op:
            case "const":
                return FALSE if node.value is None else TRUE
            case "name" | "attr":
                return ("notnull", self.value(node))
            case "arithmetic":
                return both(*(self.is_known(part) for part in node.args))
            case "index":
                return both(self.is_known(node.args[1]), ("in", self.value(node.args[1]), list(self.map_of(node))))
            case "choose":
                return self.chosen(node)
            case "fold":
                return self.counted_known(node)
            case "call":
                return self.call_known(node)
        raise Beyond

    def chosen(self, node: Node) -> Core:
        test, yes, no = node.args
        same = both(self.is_known(yes), self.is_known(no), ("cmp", "==", self.value(yes), self.value(no)))
        settled = either(self.true(test), self.false(test))
        return either(
            both(self.true(test), self.is_known(yes)),
            both(self.false(test), self.is_known(no)),
            both(negate(settled), same),
        )

    def call_known(self, node: Node) -> Core:
        match node.value:
            case "agree":
                one, other = node.args
                return both(self.is_known(one), self.is_known(other), ("cmp", "==", self.value(one), self.value(other)))
            case "otherwise":
                return either(*(self.is_known(part) for part in node.args))
            case "days" | "days_after" | "add_days" | "len" | "min" | "max":
                return both(*(self.is_known(part) for part in node.args))
        raise Beyond

    def counted_known(self, node: Node) -> Core:
        name, item = node.value
        over, _, *where = node.args
        if name != "count":
            raise Beyond
        known, values = self.is_known(over), self.value(over)
        with self.loop(item, over):
            inner = both(*(either(self.true(part), self.false(part)) for part in where))
        return known if inner == TRUE else both(known, ("forall", item, values, inner))

    @given_instead
    def value(self, node: Node) -> Core:
        match node.op:
            case "const":
                return ("lit", literal(node.value))
            case "name":
                return self.named(node)
            case "attr":
                return self.attribute(node)
            case "arithmetic":
                return ("arith", node.value, self.value(node.args[0]), self.value(node.args[1]))
            case "index":
                key = self.value(node.args[1])
                result: Core = NULL
                for known, value in reversed(self.map_of(node).items()):
                    result = choose(("cmp", "==", key, ("lit", known)), ("lit", literal(value)), result)
                return result
            case "choose":
                return choose(self.true(node.args[0]), self.value(node.args[1]), self.value(node.args[2]))
            case "fold":
                return self.counted(node)
            case "call":
                return self.computed(node)
        raise Beyond

    def map_of(self, node: Node) -> dict[Any, Any]:
        base = node.args[0]
        if base.op == "name" and base.value[0] == "constant":
            return dict(self.d.constants[base.value[1]])
        if base.op == "name" and base.value[0] == "value" and self.line is not None:
            dated = self.line.values[base.value[1]].dated
            if len(dated) == 1:
                return dict(dated[0].value)
        raise Beyond

    def counted(self, node: Node) -> Core:
        name, item = node.value
        over, _, *where = node.args
        if name != "count":
            raise Beyond
        values = self.value(over)
        with self.loop(item, over):
            inner = both(*(self.true(part) for part in where))
        return ("count", item, values, inner)

    def computed(self, node: Node) -> Core:
        parts = [self.value(part) for part in node.args]
        match node.value:
            case "days":
                return ("arith", "+", ("arith", "-", parts[1], parts[0]), ("lit", 1))
            case "days_after":
                return ("arith", "-", parts[1], parts[0])
            case "add_days":
                return ("arith", "+", parts[0], parts[1])
            case "len":
                return ("len", parts[0])
            case "min" | "max":
                sign = "<=" if node.value == "min" else ">="
                return choose(("cmp", sign, parts[0], parts[1]), parts[0], parts[1])
            case "agree":
                return parts[0]
            case "otherwise":
                return choose(self.is_known(node.args[0]), parts[0], parts[1])
        raise Beyond

    def named(self, node: Node) -> Core:
        origin, name = node.value
        match origin:
            case "key":
                self.plan.paths.add(name)
                return ("var", name)
            case "context" if name == "law_day":
                return ("var", "law_day")
            case "fact":
                return self.fact(name)
            case "let" if self.line is not None:
                return self.let(name, self.line)
            case "value" if self.line is not None:
                dated = self.line.values[name].dated
                if len(dated) != 1 or isinstance(dated[0].value, (dict, list)):
                    raise Beyond
                return ("lit", literal(dated[0].value))
            case "item" if name == self.item:
                return ("item", self.item, "")
        raise Beyond

    def attribute(self, node: Node) -> Core:
        path = path_name(node)
        if path is not None:
            self.plan.paths.add(path)
            return ("var", path.replace(".", "__"))
        parts: list[str] = []
        base = node
        while base.op == "attr":
            parts.append(base.value)
            base = base.args[0]
        if base.op != "name" or base.value != ("item", self.item):
            raise Beyond
        return ("item", self.item, "__".join(reversed(parts)))

    # Lines --------------------------------------------------------------------------------------------------------

    def add(self, number: int, line: Line) -> bool:
        """Whether the line could be said; its answer joins the plan."""
        self.line, self.number, self.loops = line, number, []
        try:
            self.plan.answers.append((number, self.answer(line)))
        except Beyond:
            return False
        finally:
            self.line = None
        return True

    def answer(self, line: Line) -> Core:
        assert line.test is not None
        if line.card["kind"] != "computed" or line.reference != "before":
            raise Beyond
        starts = [period.start for value in line.values.values() for period in value.dated[:1]]
        if line.in_force is not None:
            if line.in_force.until is not None:
                raise Beyond
            starts.append(line.in_force.start)
        if any(value.dated[-1].until is not None for value in line.values.values()):
            raise Beyond
        if any(part.op == "table" for node in line.nodes() for part in node.walk()):
            raise Beyond  # a table's edition that is only known by its year has no counterpart here
        day: Core = ("var", "law_day")
        early = either(
            *(("cmp", "<", day, ("lit", start.day.toordinal())) for start in starts if start.day is not None)
        )
        years = {
            period.start.day.year for value in line.values.values() for period in value.dated if _by_year(period.start)
        }
        years |= (
            {line.in_force.start.day.year} if line.in_force is not None and _by_year(line.in_force.start) else set()
        )
        soft = either(
            *(
                both(
                    ("cmp", ">=", day, ("lit", date(year, 1, 1).toordinal())),
                    ("cmp", "<=", day, ("lit", date(year, 12, 31).toordinal())),
                )
                for year in sorted(years)
            )
        )
        applies = (TRUE, FALSE) if line.applies is None else (self.true(line.applies), self.false(line.applies))
        if line.over is None:
            inner = self.judged(line, applies[0], soft)
        else:
            assert line.item is not None
            known, values = self.is_known(line.over), self.value(line.over)
            with self.loop(line.item, line.over):
                where = (TRUE, FALSE) if line.where is None else (self.true(line.where), self.false(line.where))
                one = choose(where[1], ("lit", NOT_APPLICABLE), self.judged(line, both(applies[0], where[0]), soft))
            inner = choose(known, ("map", line.item, values, one), ("lit", NOT_STATED))
        return choose(either(early, applies[1]), ("lit", NOT_APPLICABLE), inner)

    def judged(self, line: Line, applies: Core, soft: Core) -> Core:
        assert line.test is not None
        test = (self.true(line.test), self.false(line.test))
        result = choose(test[1], choose(soft, ("lit", NOT_STATED), ("lit", NOT_MET)), ("lit", NOT_STATED))
        refused, pending, lifted = FALSE, FALSE, FALSE
        for clause in line.clauses:
            claimed = self.true(clause.claimed)
            true, false = self.true(clause.holds), self.false(clause.holds)
            lifted = either(lifted, both(claimed, true))
            refused = either(refused, both(claimed, false))
            pending = either(pending, both(claimed, negate(either(true, false))))
        result = choose(pending, ("lit", NOT_STATED), result)
        result = choose(lifted, ("lit", EXEMPT), result)
        result = choose(negate(applies), ("lit", NOT_STATED), result)
        return choose(test[0], ("lit", MET), result)


def inlined(line: Line, node: Node) -> Node:
    """An expression with the line's lets written out where they are used."""
    if node.op == "name" and node.value[0] == "let":
        return inlined(line, line.lets[node.value[1]])
    return replace(node, args=tuple(inlined(line, part) for part in node.args))


def _by_year(start: Start) -> bool:
    return start.day is not None and start.known == "year"
