"""Smallest covers by OR-Tools CP-SAT: the one module that imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Sequence

SECONDS = 5.0
TRIES = 40


def smallest_covers(
    wanted: Sequence[Hashable],
    clears: Sequence[Collection[Hashable]],
    exclusive: Sequence[tuple[int, int]],
    *,
    at_least: int = 1,
) -> Iterator[list[int]]:
    """
    Sets of indexes that together clear everything wanted, fewest first, none twice, at most TRIES of them.

    `clears[i]` is what choice i clears; no two of a pair in `exclusive` are chosen together. Ends early where no
    cover is left or the solver finds none in time.
    """
    model = cp_model.CpModel()
    takes = [model.new_bool_var(f"take{i}") for i in range(len(clears))]
    for what in wanted:
        model.add_bool_or([take for take, cleared in zip(takes, clears, strict=True) if what in cleared])
    for one, other in exclusive:
        model.add_bool_or([takes[one].negated(), takes[other].negated()])
    model.add(sum(takes) >= at_least)
    model.minimize(sum(takes))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    for _ in range(TRIES):
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return
        chosen = [i for i, take in enumerate(takes) if solver.boolean_value(take)]
        yield chosen
        model.add_bool_or([takes[i].negated() for i in chosen])
