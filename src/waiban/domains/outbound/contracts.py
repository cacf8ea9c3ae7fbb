"""What outbound tells the desks above it: values, never rows."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LatestDay:
    """The last safe day on which a step of the process may end."""

    step: str
    name: str
    day: date


@dataclass(frozen=True, slots=True)
class LatestDays:
    """In the order of the walk. `assumed`: working days taken from a setting instead of the office's own steps."""

    days: tuple[LatestDay, ...]
    provisional: bool
    assumed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table: trips, people, days abroad, budget in CNY, cost a person and day. `query`: the list of its rows."""

    name: str
    groups: int
    people: int
    days: int
    cny: Decimal | None
    cny_a_day: Decimal | None
    query: str


@dataclass(frozen=True, slots=True)
class StepFigure:
    """Working days that a step took in this office: half of them within `p50`, nine in ten within `p90`."""

    name: str
    closed: int
    p50: int
    p90: int


@dataclass(frozen=True, slots=True)
class YearFigures:
    year: int
    total: Figure
    by_unit: tuple[Figure, ...]
    by_kind: tuple[Figure, ...]
    by_rank: tuple[Figure, ...]
    by_place: tuple[Figure, ...]
    asked: int
    """Decided on, either way."""
    refused: int
    refused_query: str
    reasons: tuple[str, ...]
    settled_cny: Decimal | None
    steps: tuple[StepFigure, ...]
    trip_ids: tuple[uuid.UUID, ...]
