"""
Proof that the law is fit to judge by: overlays only tighten, and nothing weak bites.

Three relations are known (docs/rulebook.md). *Tightened*: under the same conditions the lower limit implies the higher
one; for a value this is its order in the direction of `tighter`, which the test's own polarity must bear out.
*Delegated*: the higher text leaves a choice and the lower picks inside it. *Stacked*: deadlines in unlike units, the
earliest wins. Everything else is incomparable and fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from waiban.rulebook.build import Description, Line, Value, describe
from waiban.rulebook.sources import LEVELS, STAGES, LawError, LawErrors, Level, Period
from waiban.rulebook.types import DATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from waiban.rulebook.grammar import Node

UP, DOWN, NONE, MIXED = "+", "-", "0", "?"
MONOTONE = {"add_days", "add_months", "add_workdays", "min", "max", "agree", "otherwise"}
CONFIDENT = ("high", "medium")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the law may not be; both citations where one level contradicts another."""

    rule: str
    reason: str
    above: str = ""
    below: str = ""

    def __str__(self) -> str:
        sources = f" [{self.above} → {self.below}]" if self.above or self.below else ""
        return f"{self.rule}: {self.reason}{sources}"


def verify(levels: Sequence[Level], schema: Mapping[str, Any]) -> list[Fault]:
    """Every fault of this stack of levels; empty means fit."""
    try:
        description = describe(levels, schema)
    except LawErrors as errors:
        return [Fault(error.where, error.reason) for error in errors.errors]
    except LawError as error:
        return [Fault(error.where, error.reason)]
    return verify_description(description)


def verify_description(description: Description) -> list[Fault]:
    faults: list[Fault] = []
    for index, line in enumerate(description.lines):
        faults += _weak(line)
        if not line.judged:
            continue
        faults += _directions(description, line)
        if line.overlay is not None and line.above is not None:
            before = [one for one in description.lines[:index] if one.rule == line.rule and one.judged] or [line.above]
            faults += _overlay(description, line, before)
    return faults


def _weak(line: Line) -> list[Fault]:
    """Only what is current, well enough known and verified may stop a case."""
    cited = line.card["citation"]
    if line.card["level"] not in ("block", "attest") or not line.judged:
        return []
    if cited["status"] != "current":
        return [Fault(line.rule, f"a rule of status {cited['status']} may not {line.card['level']}", below=cite(line))]
    if cited["confidence"] not in CONFIDENT:
        return [
            Fault(
                line.rule, f"a rule of {cited['confidence']} confidence may not {line.card['level']}", below=cite(line)
            )
        ]
    if not cited["verified"]:
        return [Fault(line.rule, f"a rule that isn't verified may not {line.card['level']}", below=cite(line))]
    return []


def _directions(description: Description, line: Line) -> Iterator[Fault]:
    """`tighter` as declared against the polarity of the test."""
    assert line.test is not None
    for name, value in line.values.items():
        if value.tighter is None:
            continue
        found = polarity(description, line, line.test, ("value", name))
        wrong = DOWN if value.tighter == "lower" else UP
        if found == wrong:
            yield Fault(
                line.rule,
                f"{name}: the test gets harder the other way than `tighter: {value.tighter}` says",
                below=cite(line),
            )


def _overlay(description: Description, line: Line, before: Sequence[Line]) -> Iterator[Fault]:
    overlay = line.overlay or {}
    above = before[-1]

    def fault(reason: str, against: Line = above) -> Fault:
        return Fault(line.rule, reason, cite(against), cite(line))

    if LEVELS.index(line.card["level"]) < LEVELS.index(above.card["level"]):
        yield fault(f"loosened: level {above.card['level']} to {line.card['level']}")
    if STAGES.index(line.card["stage"]) > STAGES.index(above.card["stage"]):
        yield fault(f"loosened: due at {above.card['stage']}, now only at {line.card['stage']}")
    match line.relation:
        case "delegated":
            yield from _delegated(line, above, fault)
        case "stacked":
            yield from _stacked(description, line, overlay, fault)
        case "tightened":
            if not {"values", "also", "level", "stage", "without_exemptions"} & set(overlay):
                yield fault("incomparable: nothing is tightened")
            if "earliest" in overlay:
                yield fault("incomparable: another deadline is `stacked`, not tightened")
            for name in overlay.get("values", {}):
                for one in before:
                    if name in one.values:
                        yield from _tightened(description, line, one, name, fault)


def _tightened(description: Description, line: Line, above: Line, name: str, fault: Any) -> Iterator[Fault]:
    assert line.test is not None
    mine, theirs = line.values[name], above.values[name]
    if theirs.tighter is None:
        yield fault(f"incomparable: {name} has no direction", above)
        return
    elsewhere = [node for node in (line.applies, line.where) if node is not None]
    if any(polarity(description, line, node, ("value", name)) != NONE for node in elsewhere):
        yield fault(f"incomparable: {name} also decides to whom the rule applies", above)
        return
    for day in _days(mine, theirs):
        one, other = _on(mine.dated, day), _on(theirs.dated, day)
        if one is None or other is None:
            continue
        reason = _looser(one.value, other.value, theirs.tighter)
        if reason:
            when = "" if day == date.min else f" from {day}"
            yield fault(f"{reason}: {name} {_show(other.value)} above, {_show(one.value)} below{when}", above)
            return


def _looser(below: Any, above: Any, tighter: str) -> str:
    """Empty if `below` is as tight as `above` or tighter."""
    if isinstance(above, dict) and isinstance(below, dict):
        lacking = [key for key in above if key not in below]
        if lacking:
            return f"incomparable: no value for {lacking[0]}"
        return next((reason for key in above if (reason := _looser(below[key], above[key], tighter))), "")
    if isinstance(above, list) and isinstance(below, list):
        inside = set(below) <= set(above) if tighter == "lower" else set(below) >= set(above)
        return "" if inside else "loosened"
    if isinstance(above, (dict, list, str)) or isinstance(below, (dict, list, str)):
        return "" if above == below else "incomparable"
    fine = below <= above if tighter == "lower" else below >= above
    return "" if fine else "loosened"


def _delegated(line: Line, above: Line, fault: Any) -> Iterator[Fault]:
    names = list((line.overlay or {}).get("values", {}))
    if not names or {"applies", "also", "earliest", "stage", "without_exemptions"} & set(line.overlay or {}):
        yield fault("incomparable: a delegation picks values and nothing else")
    for name in names:
        choice = above.values[name].choice
        if choice is None:
            yield fault(f"incomparable: the text above leaves no choice of {name}")
            continue
        for period in line.values[name].dated:
            for picked in period.value.values() if isinstance(period.value, dict) else [period.value]:
                span = len(choice) == 2 and not isinstance(choice[0], str)
                if not (choice[0] <= picked <= choice[1] if span else picked in choice):
                    yield fault(f"loosened: {name} {picked} is outside the choice {_show(choice)}")


def _stacked(description: Description, line: Line, overlay: Mapping[str, Any], fault: Any) -> Iterator[Fault]:
    assert line.test is not None
    names = list(overlay.get("earliest", {}))
    if not names or set(overlay) & {"values", "also"}:
        yield fault("incomparable: stacked gives another deadline and nothing else")
    for name in names:
        if name != line.card["due"] or line.lets[name].kind is not DATE:
            yield fault(f"incomparable: {name} isn't the deadline (`due`) of the rule above")
        elif polarity(description, line, line.test, ("let", name)) != UP:
            yield fault(f"incomparable: the test isn't kept by an earlier {name}")


def _days(*values: Value) -> list[date]:
    """Every day on which one of the values changes."""
    days = {period.start.day or date.min for value in values for period in value.dated}
    return sorted(days | {period.until for value in values for period in value.dated if period.until is not None})


def _on(dated: Sequence[Period], day: date) -> Period | None:
    for period in reversed(dated):
        if (period.start.day or date.min) <= day:
            return period if period.until is None or day < period.until else None
    return None


def _show(value: Any) -> str:
    return ", ".join(f"{k}: {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def cite(line: Line) -> str:
    """A citation in one line: number or title, article, and the level that says it."""
    cited = line.card["citation"]
    article = "article not seen" if cited["article"] == "not_seen" else cited["article"]
    return f"{cited['number'] or cited['instrument']} {article} ({line.level_name})"


def polarity(description: Description, line: Line, node: Node, target: tuple[str, str]) -> str:
    """Whether an expression rises (+), falls (-), doesn't change (0) or can't be told (?) as the named value rises."""

    def look(part: Node) -> str:
        return polarity(description, line, part, target)

    if node.op == "name":
        if node.value == target:
            return UP
        if node.value[0] == "let":
            return look(line.lets[node.value[1]])
        return NONE
    parts = [look(part) for part in node.args]
    if all(part == NONE for part in parts):
        return NONE
    match node.op:
        case "and" | "or":
            return _join(parts)
        case "not":
            return _flip(parts[0])
        case "compare":
            return _compared(node.value, parts)
        case "arithmetic":
            return _computed(node, parts)
        case "index":
            return parts[0] if parts[1] == NONE else MIXED
        case "choose":
            return _join(parts[1:]) if parts[0] == NONE else MIXED
        case "fold":
            return _folded(node, parts)
        case "call" if node.value in MONOTONE:
            return _join(parts)
        case "call" if node.value in ("days", "days_after", "workdays"):
            return _join([_flip(parts[0]), parts[1]])
        case "call" if node.value == "is_true":
            return parts[0]
        case "call" if node.value == "is_false":
            return _flip(parts[0])
    return MIXED


def _join(parts: Sequence[str]) -> str:
    moving = {part for part in parts if part != NONE}
    if not moving:
        return NONE
    return moving.pop() if len(moving) == 1 else MIXED


def _flip(part: str) -> str:
    return {UP: DOWN, DOWN: UP}.get(part, part)


def _compared(sign: str, parts: Sequence[str]) -> str:
    if sign in ("<", "<="):
        return _join([_flip(parts[0]), parts[1]])
    if sign in (">", ">="):
        return _join([parts[0], _flip(parts[1])])
    if sign == "in" and parts[0] == NONE:
        return parts[1]
    return MIXED


def _computed(node: Node, parts: Sequence[str]) -> str:
    if node.value == "+":
        return _join(parts)
    if node.value == "-":
        return _join([parts[0], _flip(parts[1])])
    for moving, other in ((0, 1), (1, 0)):
        if parts[other] == NONE and node.args[other].op == "const":
            return parts[moving] if node.args[other].value >= 0 else _flip(parts[moving])
    # Counts and amounts of a dossier are not negative: a factor that doesn't move keeps the direction.
    return _join(parts)


def _folded(node: Node, parts: Sequence[str]) -> str:
    name = node.value[0]
    over, what, *where = parts
    if over != NONE or name not in ("any", "all", "sum", "min", "max"):
        return MIXED if any(part != NONE for part in (over, what)) or name != "count" else (where or [NONE])[0]
    condition = where[0] if where else NONE
    if name == "all":
        return _join([what, _flip(condition)])
    if name == "any":
        return _join([what, condition])
    return what if condition == NONE else MIXED
