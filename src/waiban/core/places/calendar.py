"""The mainland's working calendar: holidays and make-up days as announced, the rest provisional."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, transaction

from waiban.core.places.models import CalendarDay
from waiban.kernel.calendar import WorkCalendar

KEPT_SECONDS = 3600
"""A year announced meanwhile is known to every server process after this time at the latest."""


def work_calendar() -> WorkCalendar:
    """Years without announced days have weekends only, and answers about them are provisional."""
    return _read(int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=1)
def _read(_hour: int) -> WorkCalendar:
    rows = list(CalendarDay.objects.values_list("day", "is_workday"))
    return WorkCalendar(
        holidays=frozenset(day for day, is_workday in rows if not is_workday),
        makeup_days=frozenset(day for day, is_workday in rows if is_workday),
        announced_years=frozenset(day.year for day, _ in rows),
    )


@dataclass(frozen=True, slots=True)
class Announced:
    day: date
    is_workday: bool
    name: str


def announce(year: int, days: Iterable[Announced], source: str, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Take over a year's notice whole, in place of what was known. ValueError names the first day that can't be."""
    rows = sorted(days, key=lambda row: row.day)
    if not rows:
        raise ValueError(f"{year}: no days")
    for row in rows:
        weekend = row.day.weekday() >= 5
        if row.day.year != year:
            raise ValueError(f"{row.day}: not in {year}")
        if row.is_workday and not weekend:
            raise ValueError(f"{row.day}: a make-up day falls on a weekend")
    if len({row.day for row in rows}) != len(rows):
        raise ValueError(f"{year}: a day is named twice")
    with transaction.atomic(using=using):
        CalendarDay.objects.using(using).filter(day__year=year).delete()
        CalendarDay.objects.using(using).bulk_create(
            CalendarDay(day=row.day, is_workday=row.is_workday, name=row.name, source=source) for row in rows
        )
    _read.cache_clear()
    return len(rows)
