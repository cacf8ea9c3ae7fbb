"""
The law written as one Python function over facts.

Plain statements instead of closures: a dossier's derived facts become local variables, each computed once, just before
the first rule that needs it, and "not stated" is None. A yes or no is written as the pair "is true", "is false", both
plain Python conditions, because most tests are met and then the first alone answers. Only loops need statements of
their own; everything else is an expression, so that what isn't needed isn't evaluated.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from waiban.rulebook.grammar import Node

LET = "let"
CHEAP = frozenset({"stated", "is_true", "is_false", "otherwise", "agree", "len"})
SIGNS_FOR_NOT = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in"}


def path_name(node: Node) -> str | None:
    """`budget.lines` of the dossier itself, which is read once for all rules; None for a key of an item."""
    parts = [node.value]
    base = node.args[0]
    while base.op == "attr":
        parts.append(base.value)
        base = base.args[0]
    if base.op != "name" or base.value[0] != "key":
        return None
    return ".".join([base.value[1], *reversed(parts)])


def free_items(node: Node) -> frozenset[str]:
    """The items of loops around the node that it reads; LET where it reads a let, which may hang on an item."""
    if node.op == "name" and node.value[0] == "let":
        return frozenset([LET])
    if node.op == "name":
        return frozenset([node.value[1]]) if node.value[0] == "item" else frozenset()
    if node.op == "fold":
        over, *rest = node.args
        inner = frozenset().union(*(free_items(part) for part in rest)) - {node.value[1]}
        return inner | free_items(over)
    return frozenset().union(*(free_items(part) for part in node.args))


def is_costly(node: Node) -> bool:
    """Whether it pays to work the node out once before a loop."""
    return any(
        part.op in ("fold", "table", "arithmetic") or (part.op == "call" and part.value not in CHEAP)
        for part in node.walk()
    )


def item_path(node: Node) -> tuple[str, str] | None:
    """(item, keys) of `m.passport.kind`."""
    parts: list[str] = []
    while node.op == "attr":
        parts.append(node.value)
        node = node.args[0]
    if not parts or node.op != "name" or node.value[0] != "item":
        return None
    return node.value[1], ".".join(reversed(parts))


def both(*conditions: str) -> str:
    """Conditions joined by `and`, as far as they aren't settled."""
    open_ = [one for one in conditions if one != "True"]
    if "False" in open_:
        return "False"
    return f"({' and '.join(open_)})" if len(open_) > 1 else open_[0] if open_ else "True"


def either(*conditions: str) -> str:
    open_ = [one for one in conditions if one != "False"]
    if "True" in open_:
        return "True"
    return f"({' or '.join(open_)})" if len(open_) > 1 else open_[0] if open_ else "False"


class Emitter:
    """Lines of one function. `resolve` turns a name of the grammar into a Python expression."""

    def __init__(self, resolve: Callable[[str, str], str]) -> None:
        self.lines: list[str] = []
        self.depth = 1
        self.counter = 0
        self.resolve = resolve
        self.constants: dict[str, Any] = {}
        self.items: dict[str, str] = {}
        self.ready: dict[int, str] = {}
        """Expressions worked out before the loop that reads them, by the identity of their node."""
        self.heads: dict[tuple[str, str], str] = {}
        """Keys of a loop's item that were read at its head."""

    def line(self, text: str) -> None:
        self.lines.append(f"{' ' * self.depth}{text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def fresh(self, stem: str = "v") -> str:
        self.counter += 1
        return f"{stem}{self.counter}"

    def constant(self, value: Any) -> str:
        """A name under which the function finds a value that has no literal of its own."""
        for name, known in self.constants.items():
            if type(known) is type(value) and known == value:
                return name
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def loops(self, node: Node) -> bool:
        """Whether the node needs statements that haven't run yet."""
        if id(node) in self.ready:
            return False
        return node.op == "fold" or any(self.loops(part) for part in node.args)

    @contextmanager
    def looping(
        self, item: str, variable: str, over: str, parts: Iterable[Node], *, head: str = "", lets: bool = False
    ) -> Iterator[None]:
        """
        A loop over `over`; inside, `item` is `variable`.

        What doesn't depend on the item is worked out before, and keys of the item that are read more than once are
        read at the head. `lets` says that the line's lets are worked out inside.
        """
        nodes = list(parts)
        ready, heads, before = dict(self.ready), dict(self.heads), self.items.get(item)
        for node in nodes:
            self.hoist(node, frozenset([item, LET]) if lets else frozenset([item]))
        self.items[item] = variable
        self.heads = {key: name for key, name in heads.items() if key[0] != item}
        with self.block(head or f"for {variable} in {over}:"):
            self.read_heads(nodes, item, variable)
            yield
        self.ready, self.heads = ready, heads
        if before is None:
            del self.items[item]
        else:
            self.items[item] = before

    def hoist(self, node: Node, inside: frozenset[str]) -> None:
        if node.op in ("const", "name") or id(node) in self.ready:
            return
        if not is_costly(node):
            return
        read = free_items(node)
        if not read & inside and not read - self.items.keys() - {LET}:
            self.ready[id(node)] = self.atom(node)
            return
        for part in node.args:
            self.hoist(part, inside)

    def read_heads(self, nodes: list[Node], item: str, variable: str) -> None:
        found: dict[str, int] = {}

        def count(node: Node) -> None:
            if id(node) in self.ready or (node.op == "name"):
                return
            path = item_path(node)
            if path is not None:
                if path[0] == item:
                    keys = path[1].split(".")
                    for n in range(len(keys)):
                        found[".".join(keys[: n + 1])] = found.get(".".join(keys[: n + 1]), 0) + 1
                return
            if node.op == "fold" and node.value[1] == item:
                count(node.args[0])
                return
            for part in node.args:
                count(part)

        for node in nodes:
            count(node)
        for path in sorted(found, key=lambda one: (one.count("."), one)):
            if found[path] > 1:
                above, _, last = path.rpartition(".")
                base = self.heads[item, above] if above else variable
                name = self.fresh("h")
                self.line(f"{name} = None if {base} is None else {base}.{last}" if above else f"{name} = {base}.{last}")
                self.heads[item, path] = name

    def atom(self, node: Node) -> str:
        """The node's value as a name or literal, so that it may be written twice."""
        text = self.value(node)
        if text.isidentifier() or node.op == "const":
            return text
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    def once(self, node: Node) -> tuple[str | None, str]:
        """(guard, use): the guard is true where the value isn't stated, and comes before the use."""
        text = self.value(node)
        if not node.nullable:
            return None, text
        if text.isidentifier() or text == "None":
            return f"{text} is None", text
        name = self.fresh()
        return f"({name} := {text}) is None", name

    # Yes and no -------------------------------------------------------------------------------------------------

    def true(self, node: Node) -> str:
        """A Python condition that holds where the node is true."""
        return self.condition(node, wanted=True)

    def false(self, node: Node) -> str:
        """A Python condition that holds where the node is false."""
        return self.condition(node, wanted=False)

    def condition(self, node: Node, *, wanted: bool) -> str:
        if id(node) in self.ready:
            return self.ready[id(node)] if wanted else f"{self.ready[id(node)]} is False"
        if not node.nullable and not wanted and node.op not in ("not", "compare", "const"):
            return f"not {self.condition(node, wanted=True)}"
        match node.op:
            case "const":
                return str(node.value is wanted)
            case "not":
                return self.condition(node.args[0], wanted=not wanted)
            case "and" | "or" if not self.loops(node):
                joint = both if (node.op == "and") is wanted else either
                return joint(*(self.condition(part, wanted=wanted) for part in node.args))
            case "choose" if not self.loops(node):
                return self.chosen(node, wanted=wanted)
            case "compare":
                return self.compared(node, wanted=wanted)
            case "call" if node.value in ("stated", "is_true", "is_false"):
                return self.asked(node, wanted=wanted)
        return self.value(node) if wanted else f"{self.value(node)} is False"

    def chosen(self, node: Node, *, wanted: bool) -> str:
        test, yes, no = node.args
        one, other = (self.condition(part, wanted=wanted) for part in (yes, no))
        true = self.true(test)
        if not test.nullable:
            return (
                either(both(true, one), both(f"not {true}", other))
                if "False" in (one, other)
                else (f"({one} if {true} else {other})")
            )
        return either(both(true, one), both(self.false(test), other), both(one, other))

    def compared(self, node: Node, *, wanted: bool) -> str:
        """Without a guard where Python's own answer to None is the right one: None equals nothing and is in no list."""
        sign = node.value if wanted else SIGNS_FOR_NOT[node.value]
        left, right = node.args
        if sign == "==" and not (left.nullable and right.nullable):
            return f"({self.value(left)} == {self.value(right)})"
        if sign == "in" and not right.nullable:
            return f"({self.value(left)} in {self.value(right)})"
        guards, texts = self.guards(node)
        return f"({''.join(f'{self.known(guard)} and ' for guard in guards)}{texts[0]} {sign} {texts[1]})"

    @staticmethod
    def known(guard: str) -> str:
        return guard.removesuffix(" is None") + " is not None"

    def asked(self, node: Node, *, wanted: bool) -> str:
        """stated(), is_true(), is_false(): never not stated themselves."""
        (inner,) = node.args
        if node.value == "stated":
            return f"({self.value(inner)} is {'not ' if wanted else ''}None)"
        text = self.condition(inner, wanted=node.value == "is_true")
        return text if wanted else f"not {text}"

    def answer(self, node: Node) -> str:
        """True, False or None of a yes or no that isn't a plain name."""
        if not node.nullable:
            return self.settled(self.true(node))
        return f"(True if {self.true(node)} else False if {self.false(node)} else None)"

    @staticmethod
    def settled(condition: str) -> str:
        """A condition as a value: what it is made of may be None, which counts as False."""
        return f"({condition})" if condition.startswith("not ") else f"(True if {condition} else False)"

    # Values -----------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> str:
        """The node as a Python expression; what has to run first is emitted."""
        if id(node) in self.ready:
            return self.ready[id(node)]
        method: Callable[[Node], str] = getattr(self, f"emit_{node.op}")
        return method(node)

    def emit_const(self, node: Node) -> str:
        value = node.value
        if value is None or isinstance(value, (bool, int)):
            return f"({value})" if isinstance(value, int) and not isinstance(value, bool) and value < 0 else repr(value)
        if isinstance(value, str):
            return repr(value)
        if isinstance(value, tuple):
            return self.constant(frozenset(value))
        return self.constant(value)

    def emit_name(self, node: Node) -> str:
        origin, name = node.value
        return self.items[name] if origin == "item" else self.resolve(origin, name)

    def emit_attr(self, node: Node) -> str:
        name = path_name(node)
        if name is not None:
            return self.resolve("path", name)
        path = item_path(node)
        if path is not None and path in self.heads:
            return self.heads[path]
        guard, base = self.once(node.args[0])
        return f"(None if {guard} else {base}.{node.value})" if guard else f"{base}.{node.value}"

    def guards(self, node: Node) -> tuple[list[str], list[str]]:
        pairs = [self.once(part) for part in node.args]
        return [guard for guard, _ in pairs if guard], [text for _, text in pairs]

    def strict(self, node: Node, write: Callable[..., str]) -> str:
        """Not stated if one of the arguments isn't."""
        guards, texts = self.guards(node)
        text = write(*texts)
        return f"(None if {' or '.join(guards)} else {text})" if guards else text

    def emit_index(self, node: Node) -> str:
        return self.strict(node, lambda base, key: f"{base}.get({key})")

    def emit_not(self, node: Node) -> str:
        if not self.loops(node):
            return self.answer(node)
        text = self.atom(node.args[0])
        return f"(None if {text} is None else not {text})"

    def emit_compare(self, node: Node) -> str:
        return self.strict(node, lambda left, right: f"({left} {node.value} {right})")

    def emit_arithmetic(self, node: Node) -> str:
        return self.strict(node, lambda left, right: f"({left} {node.value} {right})")

    def emit_and(self, node: Node) -> str:
        return self.junction(node, decisive="False") if self.loops(node) else self.answer(node)

    def emit_or(self, node: Node) -> str:
        return self.junction(node, decisive="True") if self.loops(node) else self.answer(node)

    def junction(self, node: Node, decisive: str) -> str:
        """Kleene's and/or where a part has a loop, which runs only if the plain parts and those before left it open."""
        other = "True" if decisive == "False" else "False"
        result = self.fresh("b")
        depth = self.depth
        self.line(f"{result} = {other}")
        plain = tuple(part for part in node.args if not self.loops(part))
        first = (replace(node, args=plain, nullable=any(part.nullable for part in plain)),) if len(plain) > 1 else plain
        parts = (*first, *(part for part in node.args if self.loops(part)))
        for index, part in enumerate(parts):
            text = self.atom(part)
            last = index == len(parts) - 1
            if part.nullable:
                with self.block(f"if {text} is None:"):
                    self.line(f"{result} = None")
                self.line(f"elif {text} is {decisive}:")
            else:
                self.line(f"if {text} is {decisive}:")
            self.line(f" {result} = {decisive}")
            if not last:
                self.line(f"if {result} is not {decisive}:")
                self.depth += 1
        self.depth = depth
        return result

    def emit_choose(self, node: Node) -> str:
        test, yes, no = node.args
        if not self.loops(node) and not test.nullable:
            return f"({self.value(yes)} if {self.true(test)} else {self.value(no)})"
        condition = self.atom(test)
        result = self.fresh("c")
        with self.block(f"if {condition} is True:"):
            self.line(f"{result} = {self.value(yes)}")
        if test.nullable:
            with self.block(f"elif {condition} is None:"):
                one, other = self.atom(yes), self.atom(no)
                self.line(f"{result} = {one} if {one} == {other} else None")
        with self.block("else:"):
            self.line(f"{result} = {self.value(no)}")
        return result

    def emit_attested(self, node: Node) -> str:
        return f"attested.get({node.value!r})"

    def emit_table(self, node: Node) -> str:
        name, column = node.value
        *keys, day = (self.value(arg) for arg in node.args)
        return f"tables[{name!r}].find({day}, ({', '.join(keys)},), {column!r})"

    # Functions --------------------------------------------------------------------------------------------------

    def emit_call(self, node: Node) -> str:
        method: Callable[[Node], str] = getattr(self, f"call_{node.value}")
        return method(node)

    def call_days(self, node: Node) -> str:
        return self.strict(node, lambda a, b: f"(({b} - {a}).days + 1)")

    def call_days_after(self, node: Node) -> str:
        return self.strict(node, lambda a, b: f"({b} - {a}).days")

    def call_add_days(self, node: Node) -> str:
        return self.strict(node, lambda a, n: f"add_days({a}, {n})")

    def call_add_months(self, node: Node) -> str:
        return self.strict(node, lambda a, n: f"add_months({a}, {n})")

    def call_workdays(self, node: Node) -> str:
        return self.strict(node, lambda a, b: f"workdays({a}, {b})")

    def call_add_workdays(self, node: Node) -> str:
        return self.strict(node, lambda a, n: f"add_workdays({a}, {n})")

    def call_year(self, node: Node) -> str:
        return self.strict(node, lambda a: f"{a}.year")

    def call_month(self, node: Node) -> str:
        return self.strict(node, lambda a: f"{a}.month")

    def call_legal_day(self, node: Node) -> str:
        return self.strict(node, lambda text: f"legal_day({text})")

    def call_days_of(self, node: Node) -> str:
        return self.strict(node, lambda a, b: f"days_of({a}, {b})")

    def call_len(self, node: Node) -> str:
        return self.strict(node, lambda a: f"len({a})")

    def call_stated(self, node: Node) -> str:
        return self.asked(node, wanted=True)

    def call_is_true(self, node: Node) -> str:
        return self.settled(self.asked(node, wanted=True))

    def call_is_false(self, node: Node) -> str:
        return self.settled(self.asked(node, wanted=True))

    def call_agree(self, node: Node) -> str:
        one, other = (self.atom(arg) for arg in node.args)
        return f"({one} if {one} == {other} else None)"

    def call_otherwise(self, node: Node) -> str:
        one, other = node.args
        guard, text = self.once(one)
        return f"({self.value(other)} if {guard} else {text})" if guard else text

    def call_min(self, node: Node) -> str:
        return self.extreme(node, "<=")

    def call_max(self, node: Node) -> str:
        return self.extreme(node, ">=")

    def extreme(self, node: Node, sign: str) -> str:
        one, other = (self.atom(arg) for arg in node.args)
        guards = [f"{text} is None" for text, arg in zip((one, other), node.args, strict=True) if arg.nullable]
        text = f"({one} if {one} {sign} {other} else {other})"
        return f"(None if {' or '.join(guards)} else {text})" if guards else text

    # Loops ------------------------------------------------------------------------------------------------------

    def emit_fold(self, node: Node) -> str:
        name, item = node.value
        over, what, *where = node.args
        text = self.atom(over)
        result = self.fresh("r")
        start = {"any": "False", "all": "True", "count": "0", "sum": "0", "distinct": "set()"}.get(name, "None")
        if over.nullable:
            self.line(f"if {text} is None:")
            self.line(f" {result} = None")
            self.line("else:")
            self.depth += 1
        self.line(f"{result} = {start}")
        with self.looping(item, self.fresh("i"), text, [what, *where]):
            self.fold_body(name, result, what, where[0] if where else None)
        if name == "distinct":
            self.line(f"if {result} is not None:")
            self.line(f" {result} = len({result})")
        if over.nullable:
            self.depth -= 1
        return result

    def fold_body(self, name: str, result: str, what: Node, where: Node | None) -> None:
        condition = None
        if where is not None and not where.nullable:
            self.line(f"if not {self.true(where)}:")
            self.line(" continue")
        elif where is not None and name not in ("any", "all") and not self.loops(where):
            self.line(f"if {self.false(where)}:")
            self.line(" continue")
            self.line(f"if not {self.true(where)}:")
            self.line(f" {result} = None")
            self.line(" break")
        elif where is not None:
            condition = self.atom(where)
            self.line(f"if {condition} is False:")
            self.line(" continue")
        if name in ("any", "all"):
            self.quantifier(result, what, condition, any_=name == "any")
            return
        if condition is not None:
            self.stop_unstated(condition, result)
        if name == "count":
            self.line(f"{result} += 1")
            return
        text = self.atom(what)
        if what.nullable:
            self.stop_unstated(text, result)
        match name:
            case "sum":
                self.line(f"{result} += {text}")
            case "distinct":
                self.line(f"{result}.add({text})")
            case "first":
                self.line(f"{result} = {text}")
                self.line("break")
            case "last":
                self.line(f"{result} = {text}")
            case "min" | "max":
                sign = "<" if name == "min" else ">"
                self.line(f"if {result} is None or {text} {sign} {result}:")
                self.line(f" {result} = {text}")

    def stop_unstated(self, text: str, result: str) -> None:
        self.line(f"if {text} is None:")
        self.line(f" {result} = None")
        self.line(" break")

    def quantifier(self, result: str, what: Node, condition: str | None, *, any_: bool) -> None:
        """A decisive item ends the loop; one that isn't stated, or may not count, leaves the answer open."""
        if condition is None and not self.loops(what):
            self.line(f"if {self.condition(what, wanted=not any_)}:")
            self.line(" continue")
            if not what.nullable:
                self.line(f"{result} = {any_}")
                self.line("break")
                return
            self.line(f"if {self.condition(what, wanted=any_)}:")
            self.line(f" {result} = {any_}")
            self.line(" break")
            self.line(f"{result} = None")
            return
        text = self.atom(what)
        self.line(f"if {text} is {any_}:")
        if condition is None:
            self.line(f" {result} = {any_}")
            self.line(" break")
        else:
            self.line(f" if {condition} is True:")
            self.line(f"  {result} = {any_}")
            self.line("  break")
            self.line(f" {result} = None")
        if what.nullable:
            self.line(f"elif {text} is None:")
            self.line(f" {result} = None")
