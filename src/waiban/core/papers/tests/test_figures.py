from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from waiban.core.papers.figures import document_number, paper_day, paper_day_in_chinese_figures, print_time, yuan
from waiban.core.papers.qr import qr_text


@pytest.mark.parametrize(
    ("day", "arabic", "chinese"),
    [
        (date(2027, 1, 5), "2027年1月5日", "二〇二七年一月五日"),
        (date(2030, 10, 10), "2030年10月10日", "二〇三〇年十月十日"),
        (date(2026, 12, 31), "2026年12月31日", "二〇二六年十二月三十一日"),
        (date(2026, 11, 20), "2026年11月20日", "二〇二六年十一月二十日"),
    ],
)
def test_days(day: date, arabic: str, chinese: str) -> None:
    assert paper_day(day) == arabic
    assert paper_day_in_chinese_figures(day) == chinese


def test_the_time_of_printing_is_the_offices() -> None:
    assert print_time(datetime(2027, 1, 17, 20, 12, tzinfo=UTC)) == "2027-01-18 04:12"
    with pytest.raises(ValueError, match="without a zone"):
        print_time(datetime(2027, 1, 17, 20, 12))  # noqa: DTZ001 - the naive time is the point


def test_sums() -> None:
    assert yuan(Decimal(213400)) == "¥213,400.00"
    assert yuan(Decimal("0.005")) == "¥0.01"


def test_a_number_never_breaks_over_a_line() -> None:
    assert document_number("云外批〔{year}〕{number} 号", year=2027, number=9) == "云外批〔2027〕9\N{NO-BREAK SPACE}号"


@pytest.mark.parametrize(
    "pattern", ["云外批{number}号", "{year}{year}{number}", "{year}{number}{secret}", "〔{year}〕{number}}"]
)
def test_a_pattern_without_year_and_number_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        document_number(pattern, year=2027, number=9)


def test_the_square_holds_number_day_and_validity_only() -> None:
    assert qr_text("云外批〔2027〕9\N{NO-BREAK SPACE}号", "2027-01-19", "2027-07-18") == (
        "文号 云外批〔2027〕9 号\n日期 2027-01-19\n有效期至 2027-07-18"
    )
