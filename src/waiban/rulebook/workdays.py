"""The announced holidays and make-up days of China, from the chinesecalendar package; read when the law is compiled."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from waiban.kernel.calendar import SATURDAY, WorkCalendar


@cache
def announced_calendar() -> WorkCalendar:
    """Years that the package doesn't know yet stay unannounced: provisional."""
    import chinese_calendar
    from chinese_calendar import constants

    years = range(min(constants.holidays).year, max(constants.holidays).year + 1)
    holidays, makeup = set(), set()
    day, last = date(years[0], 1, 1), date(years[-1], 12, 31)
    while day <= last:
        works = chinese_calendar.is_workday(day)
        if works and day.weekday() >= SATURDAY:
            makeup.add(day)
        elif not works and day.weekday() < SATURDAY:
            holidays.add(day)
        day += timedelta(days=1)
    return WorkCalendar(frozenset(holidays), frozenset(makeup), frozenset(years))
