"""The closed list of remedies as edits of a trip: plan choices only, never what a document or a person attests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from waiban.dossiers.load import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from waiban.dossiers.trip import Trip

Edits = list[dict[str, Any]]
CENT = Decimal("0.01")


def expand(trip: Trip, operation: str, value: Any, index: int | None) -> Edits:
    """RFC 6902 edits of one remedy; empty where the trip is such that it changes nothing or can't be done."""
    try:
        return OPERATIONS[operation](trip, value, index)
    except OverflowError:  # beyond the calendar
        return []


def _put(path: str, now: Any, value: Any) -> Edits:
    plain = value.isoformat() if isinstance(value, date) else number(value) if isinstance(value, Decimal) else value
    return [] if now == value else [{"op": "add" if now is None else "replace", "path": path, "value": plain}]


def return_on(trip: Trip, day: date, _: int | None) -> Edits:
    if trip.depart is None or day < trip.depart:
        return []
    edits = _put("/return", trip.return_, day)
    for n, stop in enumerate(trip.stops or ()):
        for name in ("arrive", "leave"):
            planned = getattr(stop, name)
            if planned is not None and planned > day:
                edits += _put(f"/stops/{n}/{name}", planned, day)
    return edits


def depart_on(trip: Trip, day: date, _: int | None) -> Edits:
    if trip.return_ is None or day > trip.return_:
        return []
    edits = _put("/depart", trip.depart, day)
    for n, stop in enumerate(trip.stops or ()):
        for name in ("arrive", "leave"):
            planned = getattr(stop, name)
            if planned is not None and planned < day:
                edits += _put(f"/stops/{n}/{name}", planned, day)
    return edits


def shift_by(trip: Trip, days: Any, _: int | None) -> Edits:
    step = timedelta(days=int(days))
    if not step:
        return []
    edits: Edits = []
    for name, planned in (("depart", trip.depart), ("return", trip.return_)):
        if planned is not None:
            edits += _put(f"/{name}", planned, planned + step)
    for n, stop in enumerate(trip.stops or ()):
        for name in ("arrive", "leave"):
            planned = getattr(stop, name)
            if planned is not None:
                edits += _put(f"/stops/{n}/{name}", planned, planned + step)
    for n, part in enumerate(trip.programme or ()):
        if part.date is not None:
            edits += _put(f"/programme/{n}/date", part.date, part.date + step)
    for n, leg in enumerate(trip.legs or ()):
        for name in ("departs", "arrives"):
            moment = getattr(leg, name)
            moved = _shift_moment(moment, step)
            if moved is not None:
                edits += _put(f"/legs/{n}/{name}", moment, moved)
    return edits


def _shift_moment(moment: str | None, step: timedelta) -> str | None:
    try:
        return (date.fromisoformat((moment or "")[:10]) + step).isoformat() + (moment or "")[10:]
    except ValueError:
        return None


def keep_countries(trip: Trip, count: Any, _: int | None) -> Edits:
    """The stops of later countries go, last first, so that every pointer still fits when its turn comes."""
    kept: list[str] = []
    for stop in trip.stops or ():
        if stop.country not in (None, "CN", *kept):
            kept.append(str(stop.country))
    kept = kept[: int(count)]
    if not kept:
        return []
    doomed = [n for n, stop in enumerate(trip.stops or ()) if stop.country not in (None, "CN", *kept)]
    return [{"op": "remove", "path": f"/stops/{n}"} for n in reversed(doomed)]


def head_count(trip: Trip, count: Any, _: int | None) -> Edits:
    return _put("/head_count", trip.head_count, int(count)) if count >= 1 else []


def cabin(trip: Trip, name: str, index: int | None) -> Edits:
    line = _line(trip, index)
    return [] if line is None else _put(f"/budget/lines/{index}/cabin", line.cabin, name)


def line_days(trip: Trip, days: Any, index: int | None) -> Edits:
    """The amount follows in proportion."""
    line = _line(trip, index)
    if line is None or days < 0:
        return []
    edits = _put(f"/budget/lines/{index}/days", line.days, Decimal(days))
    if line.amount is not None and line.days:
        edits += _put(f"/budget/lines/{index}/amount", line.amount, _down(line.amount * Decimal(days) / line.days))
    return edits


def line_amount(trip: Trip, amount: Any, index: int | None) -> Edits:
    line = _line(trip, index)
    if line is None or amount < 0:
        return []
    edits = _put(f"/budget/lines/{index}/amount", line.amount, _down(Decimal(amount)))
    if line.unit_price is not None and line.people and line.days:
        edits += _put(
            f"/budget/lines/{index}/unit_price", line.unit_price, _down(Decimal(amount) / line.people / line.days)
        )
    return edits


def _line(trip: Trip, index: int | None) -> Any:
    lines = trip.budget.lines if trip.budget is not None else None
    return lines[index] if lines is not None and index is not None and index < len(lines) else None


def _down(amount: Decimal) -> Decimal:
    """Never above the cap by a rounding."""
    return amount if amount == amount.to_integral_value() else amount.quantize(CENT, ROUND_DOWN)


OPERATIONS: dict[str, Callable[[Trip, Any, int | None], Edits]] = {
    "return_on": return_on,
    "depart_on": depart_on,
    "shift_by": shift_by,
    "keep_countries": keep_countries,
    "head_count": head_count,
    "cabin": cabin,
    "line_days": line_days,
    "line_amount": line_amount,
}
