"""Conditions over plain named values: the part of the grammar that a process's gateways use.

Names, literals, `and or not in`, comparisons. Three-valued: a value that is absent or None isn't
stated, and what can't be decided without it is None; `x or y` with one true is true all the same.
"""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Answer = bool | None
_Test = Callable[[Mapping[str, object]], object]

_COMPARE: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
    ast.In: lambda left, right: left in right,  # type: ignore[operator]
    ast.NotIn: lambda left, right: left not in right,  # type: ignore[operator]
}


class ConditionError(ValueError):
    """The text isn't in the grammar, or speaks of a name that nobody declared."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition. Calling it answers True, False, or None where a needed value isn't stated."""

    text: str
    names: frozenset[str]
    _test: _Test

    def __call__(self, values: Mapping[str, object]) -> Answer:
        answer = self._test(values)
        return None if answer is None else bool(answer)


def compile_condition(text: str, names: Collection[str]) -> Condition:
    """Raises ConditionError naming what isn't allowed."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ConditionError(f"not an expression: {text!r}") from error
    used: set[str] = set()
    test = _build(tree.body, frozenset(names), used)
    return Condition(text, frozenset(used), test)


def _build(node: ast.expr, names: frozenset[str], used: set[str]) -> _Test:
    match node:
        case ast.Constant(value=bool() | int() | str() as value):
            return lambda _values: value
        case ast.Name(id=name):
            if name not in names:
                raise ConditionError(f"unknown name {name!r}")
            used.add(name)
            return lambda values: values.get(name)
        case ast.Tuple(elts=elements):
            if not all(isinstance(element, ast.Constant) for element in elements):
                raise ConditionError("a set holds literals only")
            members = tuple(element.value for element in elements if isinstance(element, ast.Constant))
            return lambda _values: members
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _build(operand, names, used)
            return lambda values: None if (answer := inner(values)) is None else not answer
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return lambda _values: -value
        case ast.BoolOp(op=op, values=parts):
            return _build_bool([_build(part, names, used) for part in parts], decisive=isinstance(op, ast.Or))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _build_compare(_COMPARE[type(op)], _build(left, names, used), _build(right, names, used))
        case _:
            raise ConditionError(f"{ast.unparse(node)!r} isn't in the grammar")


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


def _build_compare(compare: Callable[[object, object], bool], left: _Test, right: _Test) -> _Test:
    def test(values: Mapping[str, object]) -> Answer:
        a, b = left(values), right(values)
        return None if a is None or b is None else compare(a, b)

    return test
