"""The legal day of a local time: flight times near midnight decide on which day a trip begins and ends (readings §3)."""

from __future__ import annotations

import re
from datetime import date, timedelta

LOCAL_TIME = (
    "^([12][0-9]{3}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?"
    "(?:(Z)|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?$"
)
"""A day and a time, with or without its distance from UTC."""
HOME_MINUTES = 8 * 60
"""Beijing time ahead of UTC; the office's zone, without summer time since 1992."""
DAY_MINUTES = 24 * 60
READ = re.compile(LOCAL_TIME)


def legal_day(text: str) -> date | None:
    """
    The day in Beijing time; None where the text is no day and time.

    A time without its distance from UTC is that of the place: for the legs that cross the border it is Beijing time.
    """
    found = READ.match(text)
    if found is None or text.endswith("\n"):
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    if not found[4] and not found[5]:
        return day
    ahead = 0 if found[4] else int(f"{found[5]}1") * (int(found[6]) * 60 + int(found[7]))
    minutes = int(found[2]) * 60 + int(found[3]) - ahead + HOME_MINUTES
    return day + timedelta(days=minutes // DAY_MINUTES)
