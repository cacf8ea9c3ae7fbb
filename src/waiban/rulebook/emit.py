"""
The law written as one Python function over facts.

Plain statements instead of closures: a dossier's derived facts become local variables, each computed once, just before
the first rule that needs it, and "not stated" is None. A yes or no is written as the pair "is true", "is false", both
plain Python conditions, because most tests are met and then the first alone answers. Only loops need statements of
their own; everything else is an expression, so that what isn't needed isn't evaluated.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from waiban.rulebook.grammar import Node

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


def has_loop(node: Node) -> bool:
    """Whether the node itself needs statements; a loop inside a named fact has run already."""
    return any(part.op == "fold" for part in node.walk())


class Emitter:
    """Lines of one function. `resolve` turns a name of the grammar into a Python expression."""

    def __init__(self, resolve: Callable[[str, str], str]) -> None:
        self.lines: list[str] = []
        self.depth = 1
        self.counter = 0
        self.resolve = resolve
        self.constants: dict[str, Any] = {}
        self.items: dict[str, str] = {}

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
        if not node.nullable and not wanted and node.op not in ("not", "compare"):
            return f"not {self.condition(node, wanted=True)}"
        match node.op:
            case "const":
                return str(node.value is wanted)
            case "not":
                return self.condition(node.args[0], wanted=not wanted)
            case "and" | "or" if not has_loop(node):
                joint = " and " if (node.op == "and") is wanted else " or "
                return f"({joint.join(self.condition(part, wanted=wanted) for part in node.args)})"
            case "compare":
                return self.compared(node, wanted=wanted)
            case "call" if node.value in ("stated", "is_true", "is_false"):
                return self.asked(node, wanted=wanted)
        return f"{self.value(node)} is {wanted}"

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
            return self.true(node)
        return f"(True if {self.true(node)} else False if {self.false(node)} else None)"

    # Values -----------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> str:
        """The node as a Python expression; what has to run first is emitted."""
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
        if not has_loop(node):
            return self.answer(node)
        text = self.atom(node.args[0])
        return f"(None if {text} is None else not {text})"

    def emit_compare(self, node: Node) -> str:
        return self.strict(node, lambda left, right: f"({left} {node.value} {right})")

    def emit_arithmetic(self, node: Node) -> str:
        return self.strict(node, lambda left, right: f"({left} {node.value} {right})")

    def emit_and(self, node: Node) -> str:
        return self.junction(node, decisive="False") if has_loop(node) else self.answer(node)

    def emit_or(self, node: Node) -> str:
        return self.junction(node, decisive="True") if has_loop(node) else self.answer(node)

    def junction(self, node: Node, decisive: str) -> str:
        """Kleene's and/or where a part has a loop, which runs only if the parts before it left it open."""
        other = "True" if decisive == "False" else "False"
        result = self.fresh("b")
        depth = self.depth
        self.line(f"{result} = {other}")
        for index, part in enumerate(node.args):
            text = self.atom(part)
            last = index == len(node.args) - 1
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
        return self.strict(node, lambda a, b: f"calendar.workdays({a}, {b})")

    def call_add_workdays(self, node: Node) -> str:
        return self.strict(node, lambda a, n: f"add_workdays({a}, {n})")

    def call_year(self, node: Node) -> str:
        return self.strict(node, lambda a: f"{a}.year")

    def call_month(self, node: Node) -> str:
        return self.strict(node, lambda a: f"{a}.month")

    def call_days_of(self, node: Node) -> str:
        return self.strict(node, lambda a, b: f"days_of({a}, {b})")

    def call_len(self, node: Node) -> str:
        return self.strict(node, lambda a: f"len({a})")

    def call_stated(self, node: Node) -> str:
        return self.asked(node, wanted=True)

    def call_is_true(self, node: Node) -> str:
        return f"({self.asked(node, wanted=True)})"

    def call_is_false(self, node: Node) -> str:
        return f"({self.asked(node, wanted=True)})"

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
        variable = self.fresh("i")
        before = self.items.get(item)
        self.items[item] = variable
        with self.block(f"for {variable} in {text}:"):
            self.fold_body(name, result, what, where[0] if where else None)
        if before is None:
            del self.items[item]
        else:
            self.items[item] = before
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
        if condition is None and not has_loop(what):
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
