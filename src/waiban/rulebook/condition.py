"""Conditions over plain named values: what a process's gateways and required desks are written in.

The law's own grammar (`grammar.parse`), of which a condition may use literals, names, `and or not in`,
comparisons and `+ - *`. Three-valued: a value that is absent or None isn't stated, and what can't be
decided without it is None; `x or y` with one true is true all the same.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waiban.rulebook.grammar import GrammarError, Name, Node, Scope, parse
from waiban.rulebook.types import BOOL, Kind

Answer = bool | None
_Test = Callable[[Mapping[str, object]], Any]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


class ConditionError(ValueError):
    """The text isn't in the grammar, or speaks of a name or a word that nobody declared."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition. Calling it answers True, False, or None where a needed value isn't stated."""

    text: str
    names: frozenset[str]
    _test: _Test

    def __call__(self, values: Mapping[str, object]) -> Answer:
        answer = self._test(values)
        return None if answer is None else bool(answer)


def compile_condition(text: str, names: Mapping[str, Kind]) -> Condition:
    """`names`: what may be spoken of, with its kind. Raises ConditionError naming what isn't allowed."""
    scope = Scope({name: Name("value", kind) for name, kind in names.items()}, {})
    try:
        tree = parse(text, scope, want=BOOL)
    except GrammarError as error:
        raise ConditionError(str(error)) from error
    used = frozenset(node.value[1] for node in tree.walk() if node.op == "name")
    return Condition(text, used, _build(tree))


def _build(node: Node) -> _Test:
    if node.op == "const":
        return lambda _values: node.value
    if node.op == "name":
        _origin, name = node.value
        return lambda values: values.get(name)
    parts = [_build(arg) for arg in node.args]
    if node.op == "not":
        (inner,) = parts
        return lambda values: None if (answer := inner(values)) is None else not answer
    if node.op in ("and", "or"):
        return _build_bool(parts, decisive=node.op == "or")
    if node.op in ("compare", "arithmetic"):
        return _build_pair(_OPERATORS[node.value], *parts)
    raise ConditionError(f"{node.value or node.op!r} isn't for conditions of a process")


def _build_bool(tests: list[_Test], *, decisive: bool) -> _Test:
    def test(values: Mapping[str, object]) -> Answer:
        unknown = False
        for part in tests:
            answer = part(values)
            if answer is None:
                unknown = True
            elif bool(answer) is decisive:
                return decisive
        return None if unknown else not decisive

    return test


def _build_pair(act: Callable[[Any, Any], Any], left: _Test, right: _Test) -> _Test:
    def test(values: Mapping[str, object]) -> Any:
        a, b = left(values), right(values)
        return None if a is None or b is None else act(a, b)

    return test
