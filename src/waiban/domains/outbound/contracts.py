"""What outbound tells the desks above it: values, never rows."""

from dataclasses import dataclass
from datetime import date


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
