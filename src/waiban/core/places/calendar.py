"""The mainland's working calendar: holidays and make-up days as announced, the rest provisional."""

from functools import lru_cache

import chinese_calendar
from chinese_calendar import constants

from waiban.kernel.calendar import WorkCalendar


@lru_cache(maxsize=1)
def work_calendar() -> WorkCalendar:
    """Years that the package doesn't know yet are not announced: weekends only, and marked provisional."""
    days = {**constants.holidays, **constants.in_lieu_days}
    return WorkCalendar(
        holidays=frozenset(day for day in constants.holidays if chinese_calendar.is_holiday(day)),
        makeup_days=frozenset(constants.workdays),
        announced_years=frozenset(day.year for day in days),
    )
