"""What differs between two versions of a dossier: the kinds of change that it makes, and the facts that it touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from waiban.domains.outbound.relevant import NOT_RELEVANT
from waiban.dossiers.check import Finding

ORDER = (
    "cancel_trip",
    "drop_member",
    "swap_member",
    "add_member",
    "move_dates",
    "extend_stay",
    "shorten_stay",
    "reroute",
    "other",
)
"""As the kinds are named, the heaviest first."""
KINDS = frozenset(ORDER)


@dataclass(frozen=True)
class Difference:
    """`left` and `joined` are member ids; the days are whole days, later is positive."""

    kinds: tuple[str, ...]
    left: tuple[str, ...]
    joined: tuple[str, ...]
    depart_moved: int
    return_moved: int
    paths: frozenset[str]
    """Dotted paths of what differs, without places in lists: `members.rank`, `stops.country`."""


def difference(old: Mapping[str, Any], new: Mapping[str, Any], *, cancels: bool = False) -> Difference:
    """What the new version changes. A route is the order of places; days that only move along with it are no reroute."""
    before, after = _members(old), _members(new)
    left = tuple(member for member in before if member not in after)
    joined = tuple(member for member in after if member not in before)
    depart = _moved(old.get("depart"), new.get("depart"))
    back = _moved(old.get("return"), new.get("return"))
    paths = _paths(old, new)
    found: set[str] = set()
    if cancels or (before and not after):
        return Difference(("cancel_trip",), tuple(before), (), 0, 0, paths)
    if left and joined:
        found.add("swap_member")
        if len(left) != len(joined):
            found.add("drop_member" if len(left) > len(joined) else "add_member")
    elif left or joined:
        found.add("drop_member" if left else "add_member")
    if depart:
        found.add("move_dates")
    if back != depart:
        found.add("extend_stay" if back > depart else "shorten_stay")
    if _route(old) != _route(new):
        found.add("reroute")
    if paths and not found:
        found.add("other")
    return Difference(tuple(kind for kind in ORDER if kind in found), left, joined, depart, back, paths)


def reads(finding: Finding, touched: Iterable[str]) -> bool:
    return reads_rule(finding.card, touched)


def reads_rule(card: Mapping[str, Any], touched: Iterable[str]) -> bool:
    """Whether a rule looks at anything that differs. Names that Python reserves carry an underscore in the law's code."""
    looked_at = tuple(str(path).replace("return_", "return").replace("from_", "from") for path in card["paths"])
    return any(
        path == changed or path.startswith(f"{changed}.") or changed.startswith(f"{path}.")
        for changed in touched
        for path in looked_at
    )


def _members(dossier: Mapping[str, Any]) -> dict[str, None]:
    return dict.fromkeys(str(member.get("id") or "") for member in dossier.get("members") or [])


def _route(dossier: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(stop.get("country"), stop.get("city")) for stop in dossier.get("stops") or []]


def _moved(old: Any, new: Any) -> int:
    if not old or not new:
        return 0
    return (date.fromisoformat(str(new)) - date.fromisoformat(str(old))).days


_OWN = {*NOT_RELEVANT, "plan", "unit_trips"} - {"title"}
"""What a change doesn't ask about: decided, drawn from elsewhere, or written by what comes later."""


def _paths(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    found: set[str] = set()
    _walk(
        {key: value for key, value in old.items() if key not in _OWN},
        {key: value for key, value in new.items() if key not in _OWN},
        "",
        found,
    )
    return frozenset(found)


def _walk(old: Any, new: Any, path: str, found: set[str]) -> None:
    if old == new or same_number(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {*old, *new}:
            _walk(old.get(key), new.get(key), f"{path}.{key}" if path else str(key), found)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _same_rows(old, new):
        for left, right in zip(old, new, strict=True):
            _walk(left, right, path, found)
    else:
        found.add(path)


def same_number(old: Any, new: Any) -> bool:
    """8.2 typed again is the same as 8.20 from a file."""
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    try:
        return Decimal(str(old)) == Decimal(str(new))
    except InvalidOperation:
        return False


def _same_rows(old: list[Any], new: list[Any]) -> bool:
    """Rows that stand for the same things in the same order, so that they may be compared field by field."""
    if not all(isinstance(item, Mapping) for item in [*old, *new]):
        return False
    return [item.get("id") for item in old] == [item.get("id") for item in new]
