"""
The grammar of the law: restricted Python syntax, read into a small typed tree.

What isn't listed here is refused with its place in the line. The tree has no behaviour: `emit` writes it as Python,
`columns` as polars, `verify` reads its polarity. Both writers know every name of FUNCTIONS and FOLDS; a test holds them
together.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from waiban.kernel.errors import WaibanError
from waiban.rulebook.types import BOOL, DATE, NOTHING, NUMBER, TEXT, Kind, list_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ANY = Kind("any")
SAME = Kind("same")

FUNCTIONS: dict[str, tuple[tuple[Kind, ...], Kind]] = {
    "days": ((DATE, DATE), NUMBER),
    "days_after": ((DATE, DATE), NUMBER),
    "add_days": ((DATE, NUMBER), DATE),
    "add_months": ((DATE, NUMBER), DATE),
    "workdays": ((DATE, DATE), NUMBER),
    "add_workdays": ((DATE, NUMBER), DATE),
    "year": ((DATE,), NUMBER),
    "month": ((DATE,), NUMBER),
    "legal_day": ((TEXT,), DATE),
    "days_of": ((DATE, DATE), list_of(DATE)),
    "len": ((ANY,), NUMBER),
    "stated": ((ANY,), BOOL),
    "is_true": ((BOOL,), BOOL),
    "is_false": ((BOOL,), BOOL),
    "agree": ((SAME, SAME), SAME),
    "otherwise": ((SAME, SAME), SAME),
    "min": ((SAME, SAME), SAME),
    "max": ((SAME, SAME), SAME),
}
"""Argument kinds and the kind of the answer; SAME is one kind for all."""

FOLDS = frozenset({"any", "all", "count", "sum", "min", "max", "distinct", "first", "last"})
BEYOND_THE_CALENDAR = frozenset({"add_days", "add_months", "add_workdays", "days_of", "legal_day"})
"""Functions whose answer may lie outside the years 1 to 9999, or whose text may be no time, and then isn't stated."""
NEVER_UNSTATED = frozenset({"stated", "is_true", "is_false"})
QUIET = frozenset({"stated", "is_true", "is_false", "otherwise"})
"""Functions whose first argument may be left unstated without anything to ask for."""
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


class GrammarError(WaibanError):
    """A line that the grammar doesn't know; the message names the line and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Node:
    """
    `op` is const, name, attr, index, call, and, or, not, compare, arithmetic, choose, fold, table, attested.

    `value` is what the op needs beside its arguments: a literal, a name, a key, a comparison's sign.
    """

    op: str
    kind: Kind
    args: tuple[Node, ...] = ()
    value: Any = None
    nullable: bool = True

    def walk(self) -> Iterator[Node]:
        yield self
        for arg in self.args:
            yield from arg.walk()


@dataclass(frozen=True, slots=True)
class Name:
    """What a name means: where it comes from and its kind."""

    origin: str
    """fact (derived), key (of the dossier), constant, value, let, item or context."""
    kind: Kind
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class TableShape:
    """What the grammar must know of a table: its key columns and its value columns."""

    keys: tuple[str, ...]
    columns: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a line may use."""

    names: Mapping[str, Name]
    tables: Mapping[str, TableShape]
    rules: frozenset[str] = frozenset()

    def with_names(self, more: Mapping[str, Name]) -> Scope:
        return Scope({**self.names, **more}, self.tables, self.rules)


def parse(line: str | bool | int | Decimal, scope: Scope, *, want: Kind | None = None) -> Node:
    """Read one line. Raises GrammarError."""
    text = str(line).strip()
    try:
        body = ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or str(error)
        raise GrammarError(f"`{text}`: {reason}") from error
    node = _Reader(text, scope).read(body)
    if want is not None and not _fits(node.kind, want):
        raise GrammarError(f"`{text}` is a {node.kind}, not a {want}")
    return node


def _fits(kind: Kind, want: Kind) -> bool:
    if "nothing" in (kind.name, want.name) or want.name == "any":
        return True
    if kind.name != want.name:
        return False
    return kind.name != "list" or kind.item is None or want.item is None or _fits(kind.item, want.item)


class _Reader:
    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope

    def fail(self, reason: str) -> GrammarError:
        return GrammarError(f"`{self.text}`: {reason}")

    def read(self, node: ast.expr) -> Node:
        method: Callable[[Any], Node] | None = getattr(self, f"read_{type(node).__name__}", None)
        if method is None:
            raise self.fail(f"{ast.unparse(node)} isn't in the grammar")
        return method(node)

    def read_Constant(self, node: ast.Constant) -> Node:  # noqa: N802 - named after the class of ast
        value: Any = node.value
        if isinstance(value, float):
            value = Decimal(ast.get_source_segment(f"({self.text}\n)", node) or repr(value))
        if isinstance(value, bool):
            return Node("const", BOOL, value=value, nullable=False)
        if isinstance(value, (int, Decimal)):
            return Node("const", NUMBER, value=value, nullable=False)
        if isinstance(value, str):
            return Node("const", TEXT, value=value, nullable=False)
        raise self.fail(f"{value!r} isn't a literal of the grammar")

    def read_List(self, node: ast.List | ast.Tuple | ast.Set) -> Node:  # noqa: N802
        items = [self.read(item) for item in node.elts]
        if any(item.op != "const" or item.kind.name != items[0].kind.name for item in items):
            raise self.fail("a list holds literals of one kind")
        kind = list_of(items[0].kind if items else NOTHING)
        return Node("const", kind, value=tuple(item.value for item in items), nullable=False)

    read_Tuple = read_Set = read_List  # noqa: N815

    def read_Name(self, node: ast.Name) -> Node:  # noqa: N802
        if node.id == "unknown":
            return Node("const", NOTHING, value=None)
        name = self.scope.names.get(node.id)
        if name is None:
            near = [known for known in self.scope.names if known.startswith(node.id[:4])]
            hint = f"; near: {', '.join(sorted(near)[:5])}" if near else ""
            raise self.fail(f"nobody declared {node.id!r}{hint}")
        return Node("name", name.kind, value=(name.origin, node.id), nullable=name.nullable)

    def read_Attribute(self, node: ast.Attribute) -> Node:  # noqa: N802
        table = self.table(node)
        if table is not None:
            return table
        base = self.read(node.value)
        if base.kind.name != "object":
            raise self.fail(f"{ast.unparse(node.value)} is a {base.kind} and has no {node.attr!r}")
        kind = base.kind.fields.get(node.attr)
        if kind is None:
            raise self.fail(f"{ast.unparse(node.value)} has no {node.attr!r}; it has {', '.join(base.kind.fields)}")
        return Node("attr", kind, (base,), node.attr)

    def table(self, node: ast.Attribute) -> Node | None:
        match node.value:
            case ast.Call(
                func=ast.Subscript(value=ast.Name(id="table"), slice=ast.Name(id=name)), args=args, keywords=words
            ):
                shape = self.scope.tables.get(name)
                if shape is None:
                    raise self.fail(f"no table {name!r}")
                if len(args) != len(shape.keys) or any(word.arg != "on" for word in words):
                    raise self.fail(f"table[{name}] takes {', '.join(shape.keys)} and on=")
                if node.attr not in shape.columns:
                    raise self.fail(f"table[{name}] has no column {node.attr!r}")
                keys = tuple(self.read(arg) for arg in args)
                day = self.read(words[0].value) if words else self.read(ast.Name(id="law_day"))
                if day.kind is not DATE:
                    raise self.fail("on= takes a day")
                return Node("table", shape.columns[node.attr], (*keys, day), (name, node.attr))
        return None

    def read_Subscript(self, node: ast.Subscript) -> Node:  # noqa: N802
        base, key = self.read(node.value), self.read(node.slice)
        if base.kind.name != "map" or base.kind.item is None:
            raise self.fail(f"{ast.unparse(node.value)} is a {base.kind}; only a map takes a key")
        return Node("index", base.kind.item, (base, key))

    def read_BoolOp(self, node: ast.BoolOp) -> Node:  # noqa: N802
        parts = tuple(self.condition(part) for part in node.values)
        return Node(
            "and" if isinstance(node.op, ast.And) else "or", BOOL, parts, nullable=any(p.nullable for p in parts)
        )

    def read_UnaryOp(self, node: ast.UnaryOp) -> Node:  # noqa: N802
        if isinstance(node.op, ast.Not):
            inner = self.condition(node.operand)
            return Node("not", BOOL, (inner,), nullable=inner.nullable)
        if isinstance(node.op, ast.USub):
            inner = self.number(node.operand)
            if inner.op == "const":
                return Node("const", NUMBER, value=-inner.value, nullable=False)
            zero = Node("const", NUMBER, value=0, nullable=False)
            return Node("arithmetic", NUMBER, (zero, inner), "-", nullable=inner.nullable)
        raise self.fail(f"{ast.unparse(node)} isn't in the grammar")

    def read_BinOp(self, node: ast.BinOp) -> Node:  # noqa: N802
        sign = ARITHMETIC.get(type(node.op))
        if sign is None:
            raise self.fail("only + - * are in the grammar")
        left, right = self.number(node.left), self.number(node.right)
        return Node("arithmetic", NUMBER, (left, right), sign, nullable=left.nullable or right.nullable)

    def read_Compare(self, node: ast.Compare) -> Node:  # noqa: N802
        terms = [self.read(term) for term in (node.left, *node.comparators)]
        parts = [self.compare(op, terms[i], terms[i + 1]) for i, op in enumerate(node.ops)]
        if len(parts) == 1:
            return parts[0]
        return Node("and", BOOL, tuple(parts), nullable=any(part.nullable for part in parts))

    def compare(self, operator: ast.cmpop, left: Node, right: Node) -> Node:
        sign = COMPARISONS.get(type(operator))
        if sign is None:
            raise self.fail("`is` isn't in the grammar; use stated(x)")
        nullable = left.nullable or right.nullable
        if sign in ("in", "not in"):
            if right.kind.name != "list":
                raise self.fail(f"in takes a list, not a {right.kind}")
            item = right.kind.item or NOTHING
            if not _fits(left.kind, item):
                raise self.fail(f"a {left.kind} is never in a list of {item}")
            words = right.value if right.op == "const" else ()
            self.known_words(left.kind, words)
            if left.op == "const":
                self.known_words(item, (left.value,))
        else:
            if not _fits(left.kind, right.kind) or left.kind.name in ("list", "map", "object"):
                raise self.fail(f"a {left.kind} doesn't compare with a {right.kind}")
            if sign in ("<", "<=", ">", ">=") and (left.kind.name == "bool" or left.kind.words is not None):
                raise self.fail(f"a {left.kind} of a closed list has no order")
            for one, other in ((left, right), (right, left)):
                if other.op == "const":
                    self.known_words(one.kind, (other.value,))
        return Node("compare", BOOL, (left, right), sign, nullable=nullable)

    def known_words(self, kind: Kind, words: tuple[Any, ...]) -> None:
        strange = [word for word in words if kind.words is not None and word is not None and word not in kind.words]
        if strange:
            raise self.fail(f"{strange[0]!r} isn't one of {', '.join(sorted(kind.words or ()))}")

    def read_IfExp(self, node: ast.IfExp) -> Node:  # noqa: N802
        test, yes, no = self.condition(node.test), self.read(node.body), self.read(node.orelse)
        if not _fits(yes.kind, no.kind):
            raise self.fail(f"one branch is a {yes.kind}, the other a {no.kind}")
        kind = no.kind if yes.kind is NOTHING else yes.kind
        return Node("choose", kind, (test, yes, no))

    def read_Call(self, node: ast.Call) -> Node:  # noqa: N802
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self.fail(f"{ast.unparse(node)} isn't in the grammar")
        name = node.func.id
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            if name not in FOLDS:
                raise self.fail(f"{name} doesn't run over a list")
            return self.fold(name, node.args[0])
        if name == "date":
            return self.day(node)
        if name == "attested":
            return self.attested(node)
        if name not in FUNCTIONS:
            raise self.fail(f"no function {name!r}")
        return self.call(name, [self.read(arg) for arg in node.args])

    def call(self, name: str, args: list[Node]) -> Node:
        wanted, answer = FUNCTIONS[name]
        if name in ("min", "max") and len(args) > 2:
            return self.call(name, [self.call(name, args[:2]), *args[2:]])
        if len(args) != len(wanted):
            raise self.fail(f"{name} takes {len(wanted)} arguments")
        same = next((arg.kind for arg in args if arg.kind is not NOTHING), NOTHING)
        for arg, want in zip(args, wanted, strict=True):
            if not _fits(arg.kind, same if want is SAME else want):
                raise self.fail(f"{name} takes a {same if want is SAME else want}, not a {arg.kind}")
        nullable = name not in NEVER_UNSTATED and (
            name in BEYOND_THE_CALENDAR or name == "agree" or any(arg.nullable for arg in args)
        )
        if name == "otherwise":
            nullable = args[1].nullable
        return Node("call", same if answer is SAME else answer, tuple(args), name, nullable=nullable)

    def day(self, node: ast.Call) -> Node:
        match node.args:
            case [ast.Constant(value=str() as text)]:
                try:
                    return Node("const", DATE, value=date.fromisoformat(text), nullable=False)
                except ValueError as error:
                    raise self.fail(f"{text!r} is no day") from error
        raise self.fail("date takes a text such as '2013-01-01'")

    def attested(self, node: ast.Call) -> Node:
        match node.args:
            case [ast.Constant(value=str() as rule)]:
                if self.scope.rules and rule not in self.scope.rules:
                    raise self.fail(f"no rule {rule!r}")
                return Node("attested", BOOL, value=rule)
        raise self.fail("attested takes a rule's id")

    def fold(self, name: str, node: ast.GeneratorExp) -> Node:
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            raise self.fail("a loop runs over one list with one name; nest calls instead")
        loop = node.generators[0]
        assert isinstance(loop.target, ast.Name)
        over = self.read(loop.iter)
        if over.kind.name != "list" or over.kind.item is None:
            raise self.fail(f"{ast.unparse(loop.iter)} is a {over.kind}, not a list")
        item = loop.target.id
        if item in self.scope.names:
            raise self.fail(f"the loop's name {item!r} already means something")
        inner = _Reader(self.text, self.scope.with_names({item: Name("item", over.kind.item, nullable=False)}))
        parts = [inner.condition(test) for test in loop.ifs]
        where = parts[0] if len(parts) == 1 else Node("and", BOOL, tuple(parts)) if parts else None
        what = inner.condition(node.elt) if name in ("any", "all") else inner.read(node.elt)
        if name == "sum" and what.kind is not NUMBER:
            raise self.fail("sum adds numbers")
        kind = {"any": BOOL, "all": BOOL, "count": NUMBER, "distinct": NUMBER}.get(name, what.kind)
        return Node("fold", kind, (over, what, *([where] if where else [])), (name, item))

    def condition(self, node: ast.expr) -> Node:
        result = self.read(node)
        if not _fits(result.kind, BOOL):
            raise self.fail(f"{ast.unparse(node)} is a {result.kind}, not a yes or no")
        return result

    def number(self, node: ast.expr) -> Node:
        result = self.read(node)
        if not _fits(result.kind, NUMBER):
            raise self.fail(f"{ast.unparse(node)} is a {result.kind}, not a number")
        return result
