"""Working days, make-up days included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from waiban.kernel.errors import CalendarError

DAY = timedelta(days=1)
SATURDAY = 5


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
    _counts: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def is_workday(self, day: date) -> bool:
        if day in self.makeup_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def is_provisional(self, *days: date) -> bool:
        """Whether an answer about a span from the first to the last of `days` may still change."""
        years = range(min(days).year, max(days).year + 1)
        return any(year not in self.announced_years for year in years)

    def _before(self, day: date) -> int:
        """Working days since the calendar's beginning of time and before `day`, in whole years kept."""
        total = 0
        first = date(day.year, 1, 1)
        while first < day:
            total += self.is_workday(first)
            first += DAY
        return total

    def _in_year(self, year: int) -> int:
        if year not in self._counts:
            self._counts[year] = self._before(date(year, 12, 31)) + self.is_workday(date(year, 12, 31))
        return self._counts[year]

    def workdays(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both counted; 0 if `last` is earlier."""
        if last < first:
            return 0
        if (last - first).days < 400:
            return sum(self.is_workday(first + n * DAY) for n in range((last - first).days + 1))
        whole = sum(self._in_year(year) for year in range(first.year, last.year))
        return whole - self._before(first) + self._before(last) + self.is_workday(last)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, if negative); `day` itself, working or not, for 0."""
        if abs(count) > 10_000:
            raise CalendarError(f"{count} working days are out of reach")
        step = DAY if count > 0 else -DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day
