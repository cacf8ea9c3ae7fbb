"""Whether a visa that was issued fits the route: validity, entries and stay, A→B→A included. Dates and counts only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from waiban.dossiers.trip import Stop

Answer = Literal["met", "not_met", "not_stated"]


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay inside the places that a visa is for, from entering to leaving them."""

    since: date | None
    until: date | None
    countries: tuple[str, ...]

    @property
    def days(self) -> int | None:
        return (self.until - self.since).days + 1 if self.since and self.until else None


@dataclass(frozen=True, slots=True)
class Point:
    """What was compared. `code` is validity, entries, stay or name; `values` fill its sentence."""

    code: Literal["name", "validity", "entries", "stay"]
    answer: Answer
    values: dict[str, object]


def stays_in(stops: Sequence[Stop], countries: Collection[str]) -> list[Stay] | None:
    """Stays in the order of the route: stops of covered places one after another are one entry, a stop elsewhere
    between them makes the next a new one. A transit that stays airside isn't an entry, nor does it end a stay.
    None where it isn't stated whether a transit left the airport and that could change the count.
    """
    found: list[Stay] = []
    inside = False
    for stop in stops:
        if stop.transit and stop.leaves_airport is False:
            continue
        if stop.transit and stop.leaves_airport is None and (stop.country in countries or inside):
            return None
        if stop.transit and stop.leaves_airport is None:
            continue
        if stop.country not in countries:
            inside = False
            continue
        if inside:
            last = found[-1]
            found[-1] = Stay(last.since, stop.leave or last.until, (*last.countries, str(stop.country)))
        else:
            found.append(Stay(stop.arrive, stop.leave, (str(stop.country),)))
        inside = True
    return found


def visa_points(
    stops: Sequence[Stop],
    countries: Collection[str],
    *,
    name_agrees: bool | None,
    valid_from: date | None,
    valid_until: date | None,
    entries: int | None,
    stay_days: int | None,
) -> list[Point]:
    """`entries` 0 is any number. `stay_days` may count a stay or all of them: met where both fit, not met where the
    longest alone doesn't, not stated between.
    """
    stays = stays_in(stops, countries)
    return [
        Point("name", "not_stated" if name_agrees is None else "met" if name_agrees else "not_met", {}),
        _validity(stays, valid_from, valid_until),
        _entries(stays, entries),
        _stay(stays, stay_days),
    ]


def _validity(stays: list[Stay] | None, since: date | None, until: date | None) -> Point:
    first = min((stay.since for stay in stays or [] if stay.since), default=None)
    last = max((stay.until for stay in stays or [] if stay.until), default=None)
    values: dict[str, object] = {"since": since, "until": until, "first": first, "last": last}
    known = since and until and first and last and all(stay.since and stay.until for stay in stays or [])
    if (since and first and since > first) or (until and last and until < last):
        return Point("validity", "not_met", values)
    return Point("validity", "met" if known else "not_stated", values)


def _entries(stays: list[Stay] | None, entries: int | None) -> Point:
    needed = len(stays) if stays is not None else None
    values: dict[str, object] = {"entries": entries, "needed": needed}
    if entries is None or needed is None:
        return Point("entries", "met" if entries == 0 else "not_stated", values)
    return Point("entries", "met" if entries == 0 or entries >= needed else "not_met", values)


def _stay(stays: list[Stay] | None, allowed: int | None) -> Point:
    lengths = [stay.days for stay in stays or []]
    if allowed is None or stays is None or None in lengths or not lengths:
        return Point("stay", "not_stated", {"allowed": allowed, "longest": None, "all": None})
    longest, total = max(one for one in lengths if one), sum(one for one in lengths if one)
    values: dict[str, object] = {"allowed": allowed, "longest": longest, "all": total}
    if longest > allowed:
        return Point("stay", "not_met", values)
    return Point("stay", "met" if total <= allowed else "not_stated", values)
