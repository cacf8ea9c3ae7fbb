from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waiban.kernel.calendar import WorkCalendar
from waiban.kernel.clock import Clock
from waiban.kernel.dates import DateRange, add_months
from waiban.kernel.errors import CurrencyMismatchError
from waiban.kernel.money import Money

CALENDAR = WorkCalendar(
    holidays=frozenset({date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)}),
    makeup_days=frozenset({date(2024, 4, 28), date(2024, 5, 11)}),
    announced_years=frozenset({2024}),
)
DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))


def test_money_of_two_currencies_neither_adds_nor_compares() -> None:
    yen, yuan = Money(Decimal(100), "JPY"), Money(Decimal(5), "CNY")
    assert yen + yen == Money(Decimal(200), "JPY")
    assert yen.converted(Decimal("0.05"), "CNY") == Money(Decimal("5.00"), "CNY")
    for act in (lambda: yen + yuan, lambda: yen < yuan):
        with pytest.raises(CurrencyMismatchError):
            act()
    assert yen != yuan


def test_money_refuses_floats_and_rounds_half_up() -> None:
    with pytest.raises(TypeError):
        Money(0.1, "CNY")  # type: ignore[arg-type]
    assert Money(Decimal("2.345"), "CNY").rounded() == Money(Decimal("2.35"), "CNY")


def test_range_counts_both_ends() -> None:
    span = DateRange(date(2018, 10, 30), date(2018, 11, 3))
    assert (span.days, span.nights, len(list(span))) == (5, 4, 5)
    assert span.overlap(DateRange(date(2018, 11, 3), date(2018, 11, 9))) == DateRange(
        date(2018, 11, 3), date(2018, 11, 3)
    )
    with pytest.raises(ValueError, match="before"):
        DateRange(date(2018, 11, 3), date(2018, 10, 30))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_makeup_days_work_and_holidays_do_not() -> None:
    assert CALENDAR.workdays(date(2024, 4, 28), date(2024, 5, 11)) == 9  # 28 Apr to 30 Apr, 6 to 11 May
    assert CALENDAR.add_workdays(date(2024, 4, 30), 1) == date(2024, 5, 6)
    assert CALENDAR.add_workdays(date(2024, 5, 6), -1) == date(2024, 4, 30)


def test_a_year_not_yet_announced_is_provisional() -> None:
    assert not CALENDAR.is_provisional(date(2024, 4, 1))
    assert CALENDAR.is_provisional(date(2024, 12, 30), date(2025, 1, 3))


@given(DAYS, DAYS)
def test_long_spans_count_as_day_by_day(first: date, last: date) -> None:
    by_hand = sum(CALENDAR.is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1))
    assert CALENDAR.workdays(first, last) == by_hand


@given(DAYS, st.integers(1, 60))
def test_adding_working_days_counts_them(day: date, count: int) -> None:
    later = CALENDAR.add_workdays(day, count)
    assert CALENDAR.is_workday(later)
    assert CALENDAR.workdays(day + timedelta(days=1), later) == count


def test_the_office_day_turns_at_shanghai_midnight() -> None:
    assert Clock.fixed(datetime(2024, 5, 1, 16, 0, tzinfo=UTC)).today() == date(2024, 5, 2)
    assert Clock.fixed(datetime(2024, 5, 1, 15, 59, tzinfo=UTC)).today() == date(2024, 5, 1)
    with pytest.raises(ValueError, match="aware"):
        Clock(lambda: datetime(2024, 5, 1)).now()  # noqa: DTZ001
