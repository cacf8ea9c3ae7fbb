"""
The smallest set of plan choices that clears every block, re-judged by the same engine.

Small searches are exact: every set of remedies in the order of its size. Where one dossier offers too many (a budget
of forty lines over their caps), the cover module finds the smallest set that clears each block by itself, and what it
finds is judged again before anybody sees it.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

from waiban.dossiers.check import Judgement, check_trip
from waiban.dossiers.load import trip_from, trip_to
from waiban.dossiers.patch import apply_edits
from waiban.dossiers.remedies import expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from waiban.dossiers.trip import Trip
    from waiban.rulebook.law import Law

Option = tuple[str, Any, int | None]
"""An operation of the closed list, its value, and the budget line it concerns."""
Block = tuple[str, str]
"""A rule that bites and the item it bites at."""

EXACT_LIMIT = 3000
"""Sets judged one by one before the search is handed to the solver: about half a second."""
ROUNDS = 3
ORDER = {"keep_countries": 0, "shift_by": 1, "depart_on": 2, "return_on": 3}
"""Stops go before dates move, so that no edit points at a stop that is gone."""


def repair(trip: Trip, law: Law, **situation: Any) -> list[dict[str, Any]]:
    """
    RFC 6902 edits that leave no block; empty if there is none to clear or no plan choice clears all.

    `situation` is what `check_trip` takes beside trip and law: stage, as_of, today, in_case, decided, history.
    """
    plans = repairs(trip, law, most=1, **situation)
    return plans[0] if plans else []


def repairs(trip: Trip, law: Law, *, most: int = 2, **situation: Any) -> list[list[dict[str, Any]]]:
    """At most `most` repairs of the smallest size, different in effect, always in the same order."""
    search = Search(trip, law, **situation)
    found: list[list[dict[str, Any]]] = []
    for options in search.smallest_ones():
        edits = search.edits(options)
        if edits and edits not in found:
            found.append(edits)
        if len(found) == most or not edits:
            break
    return found


class Search:
    """One dossier's search."""

    def __init__(self, trip: Trip, law: Law, **situation: Any) -> None:
        self.trip = trip
        self.law = law
        self.situation = situation

    def smallest(self) -> tuple[Option, ...] | None:
        """The fewest options; () if nothing bites, None if plan choices can't clear all."""
        return next(self.smallest_ones(), None)

    def smallest_ones(self) -> Iterator[tuple[Option, ...]]:
        """Every set of the fewest options, one by one; the empty set if nothing bites."""
        start = self.judge(self.trip)
        if start.verdict != "blocked":
            yield ()
            return
        pool = self.pool(start)
        for size in range(1, len(pool) + 1):
            exact = comb(len(pool), size) <= EXACT_LIMIT
            fewest: int | None = None
            for options in combinations(pool, size) if exact else self.covers(pool, start, size):
                if fewest is not None and len(options) > fewest:
                    return
                if _fit_together(options) and self.judge(self.applied(options)).verdict != "blocked":
                    fewest = len(options)
                    yield options
            if fewest is not None or not exact:
                return

    def judge(self, trip: Trip) -> Judgement:
        return check_trip(trip, self.law, **self.situation)

    def pool(self, start: Judgement) -> list[Option]:
        """Remedies that the dossier offers, and those that it offers once one of them is taken."""
        pool = list(_offers(start))
        known = set(pool)
        for _ in range(ROUNDS):
            fresh = [
                option
                for one in list(pool)
                for option in _offers(self.judge(self.applied((one,))))
                if option not in known
            ]
            if not fresh or len(pool) > 60:
                break
            for option in dict.fromkeys(fresh):
                known.add(option)
                pool.append(option)
        return pool

    def applied(self, options: Sequence[Option]) -> Trip:
        return trip_from(apply_edits(trip_to(self.trip), self.edits(options)), draft=True)

    def edits(self, options: Sequence[Option]) -> list[dict[str, Any]]:
        """One list of edits, each written for the dossier as those before it leave it."""
        edits: list[dict[str, Any]] = []
        trip = self.trip
        for operation, value, index in sorted(options, key=lambda option: (ORDER.get(option[0], 9), option[2] or 0)):
            step = expand(trip, operation, value, index)
            edits += step
            trip = trip_from(apply_edits(trip_to(trip), step), draft=True)
        return edits

    def covers(self, pool: list[Option], start: Judgement, at_least: int) -> Iterator[tuple[Option, ...]]:
        """Sets in which each block is cleared by one option alone, fewest first."""
        from waiban.dossiers.cover import smallest_covers  # OR-Tools loads only for a search of this size

        blocks = blocks_of(start)
        clears = [blocks - blocks_of(self.judge(self.applied((option,)))) for option in pool]
        exclusive = [(i, j) for i, j in combinations(range(len(pool)), 2) if not _fit_together((pool[i], pool[j]))]
        for chosen in smallest_covers(sorted(blocks), clears, exclusive, at_least=at_least):
            yield tuple(pool[i] for i in chosen)


def blocks_of(judgement: Judgement) -> frozenset[Block]:
    """What bites, item by item, so that forty lines over their cap are forty blocks."""

    def parts() -> Iterator[Block]:
        for finding in judgement.findings:
            if finding.bites:
                yield from ((finding.rule, item.path) for item in finding.items if item.answer == "not_met")
                if not finding.items:
                    yield (finding.rule, "")

    return frozenset(parts())


def _offers(judgement: Judgement) -> list[Option]:
    offers = [option for finding in judgement.findings if finding.bites for option in finding.options()]
    return [option for option in dict.fromkeys(offers) if judgement.expand(*option)]


def _fit_together(options: Sequence[Option]) -> bool:
    """Two values for one choice contradict each other."""
    choices = [(operation, index) for operation, _, index in options]
    return len(set(choices)) == len(choices)
