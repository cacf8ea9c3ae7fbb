"""Working days, make-up days included."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date

from waiban.kernel.errors import CalendarError

SATURDAY = 5
REACH = 10_000
"""Working days that nobody plans beyond: about forty years."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """
    Weekdays without `holidays`, and the weekend days in `makeup_days`.

    In a year that isn't in `announced_years` (each year's days are announced in the autumn before) only weekends
    are free and every answer is provisional. The days are facts from outside and are passed in.
    """

    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    announced_years: frozenset[int] = frozenset()
    _years: dict[int, list[int]] = field(default_factory=dict, repr=False, compare=False)
    """Per year the working days before each of its days; a year is counted when it is first asked for."""

    def is_workday(self, day: date) -> bool:
        if day in self.makeup_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def is_provisional(self, *days: date) -> bool:
        """Whether an answer about a span from the first to the last of `days` may still change."""
        years = range(min(days).year, max(days).year + 1)
        return any(year not in self.announced_years for year in years)

    def _year(self, year: int) -> list[int]:
        counts = self._years.get(year)
        if counts is None:
            first = date(year, 1, 1).toordinal()
            counts = [0]
            for ordinal in range(first, date(year, 12, 31).toordinal() + 1):
                counts.append(counts[-1] + self.is_workday(date.fromordinal(ordinal)))
            self._years[year] = counts
        return counts

    def workdays(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both counted; 0 if `last` is earlier."""
        if last < first:
            return 0
        total = -self._year(first.year)[_place(first)]
        for year in range(first.year, last.year):
            total += self._year(year)[-1]
        return total + self._year(last.year)[_place(last) + 1]

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, if negative); `day` itself, working or not, for 0."""
        if abs(count) > REACH:
            raise CalendarError(f"{count} working days are out of reach")
        if not count:
            return day
        counts, year = self._year(day.year), day.year
        wanted = counts[_place(day) + 1] + count if count > 0 else counts[_place(day)] + count + 1
        while wanted > counts[-1]:
            wanted -= counts[-1]
            year += 1
            counts = self._year(year)
        while wanted < 1:
            year -= 1
            counts = self._year(year)
            wanted += counts[-1]
        return date.fromordinal(date(year, 1, 1).toordinal() + bisect_left(counts, wanted) - 1)


def _place(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal()
