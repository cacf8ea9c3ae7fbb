"""How days, numbers and sums are written on an official paper."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CHINESE_DIGITS = "〇一二三四五六七八九"
NO_BREAK = "\N{NO-BREAK SPACE}"


def paper_day(day: date) -> str:
    """2027年1月5日: Arabic figures without a leading zero, as GB/T 9704-2012 writes the day of a paper."""
    return f"{day.year}年{day.month}月{day.day}日"


def paper_day_in_chinese_figures(day: date) -> str:
    """二〇二七年一月五日: the older habit, for offices that set it."""
    year = "".join(CHINESE_DIGITS[int(figure)] for figure in f"{day.year:04d}")
    return f"{year}年{_up_to_99(day.month)}月{_up_to_99(day.day)}日"


def _up_to_99(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else CHINESE_DIGITS[tens] + "十") + (
        CHINESE_DIGITS[ones] if ones else ""
    )


def print_time(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    """The minute of printing in the office's zone; `moment` must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be printed")
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def yuan(amount: Decimal) -> str:
    return f"¥{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def document_number(pattern: str, *, year: int, number: int) -> str:
    """云外批〔2027〕9 号 from `云外批〔{year}〕{number} 号`; the pattern is an office setting.

    Raises ValueError where the pattern lacks one of the two places or has others: two papers
    of different years would else bear the same number.
    """
    check_number_pattern(pattern)
    return pattern.replace("{year}", str(year)).replace("{number}", str(number)).replace(" ", NO_BREAK)


def check_number_pattern(pattern: str) -> None:
    rest = pattern.replace("{year}", "", 1).replace("{number}", "", 1)
    if pattern.count("{year}") != 1 or pattern.count("{number}") != 1 or "{" in rest or "}" in rest:
        raise ValueError(f"a number pattern has {{year}} and {{number}} once each and no other braces, not {pattern!r}")
