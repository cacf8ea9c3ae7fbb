"""How days, moments, spans and money are written on screen. Called before the template: a page formats once."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, ngettext

from waiban.kernel.clock import OFFICE_ZONE
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOT_STATED = "—"
ENGLISH_MARKS = {"、": ", ", "，": ", ", "；": "; ", "：": ": "}


def weekday_text(day: date) -> str:
    names = WEEKDAYS_EN if (get_language() or "").startswith("en") else WEEKDAYS_ZH
    return names[day.weekday()]


def day_text(day: date | None) -> str:
    """2027-03-02 周二."""
    return f"{day.isoformat()} {weekday_text(day)}" if day else NOT_STATED


def short_day_text(day: date | None, weekday: bool = False) -> str:
    """03-02, or 03-02 周二: only where the year is obvious."""
    if day is None:
        return NOT_STATED
    return f"{day:%m-%d} {weekday_text(day)}" if weekday else f"{day:%m-%d}"


def span_text(days: DateRange | None) -> str:
    """2027-03-02 周二 至 03-09 周二; the second year only when it differs."""
    if days is None:
        return NOT_STATED
    last = short_day_text(days.end, weekday=True) if days.start.year == days.end.year else day_text(days.end)
    return gettext("%(first)s 至 %(last)s") % {"first": day_text(days.start), "last": last}


def moment_text(moment: datetime | None, zone: ZoneInfo = OFFICE_ZONE) -> str:
    """2027-01-04 周一 16:20, in the office's zone."""
    if moment is None:
        return NOT_STATED
    local = moment.astimezone(zone)
    return f"{day_text(local.date())} {local:%H:%M}"


def money_text(money: Money | None) -> str:
    """¥213,400.00; another currency is named by its code: 18,000.00 JPY."""
    if money is None:
        return NOT_STATED
    amount = f"{money.amount.quantize(Decimal('0.01')):,}"
    return f"¥{amount}" if money.currency == "CNY" else f"{amount} {money.currency}"


def people_text(count: int) -> str:
    return ngettext("%(n)d 人", "%(n)d 人", count) % {"n": count}


def days_text(count: int) -> str:
    return ngettext("%(n)d 天", "%(n)d 天", count) % {"n": count}


def joined(parts: Iterable[str], mark: str = "、") -> str:
    """Chinese marks (、，；) become their English ones with a space on an English screen."""
    return (ENGLISH_MARKS[mark] if (get_language() or "").startswith("en") else mark).join(parts)


def count_text(count: int, exact: bool = True) -> str:
    """What was not counted to the end says so: 1000+."""
    return str(count) if exact else f"{count}+"
