"""What other domains hand to this one and get from it: plain values, never rows."""

import uuid
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NewPromise:
    """`place` is its place in what it comes from, so that a later version of the same source meets its own row.

    `by`: ours or theirs. `due` None: no day was named. `owner_post` None: the unit's designated officer.
    """

    place: int
    by: str
    counterpart: str
    what: str
    made_on: date
    unit: uuid.UUID
    due: date | None = None
    owner_post: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class PromiseView:
    id: uuid.UUID
    number: str
    by: str
    counterpart: str
    what: str
    made_on: date
    due: date | None
    state: str
    state_name: str
    overdue: bool
    unit: str
    reason: str
    origin_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """Counts of promises; `share` is of those that came to an end, None while there are none."""

    kept: int
    broken: int
    overtaken: int
    open: int
    overdue: int

    @property
    def share(self) -> float | None:
        ended = self.kept + self.broken
        return self.kept / ended if ended else None
