from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from waiban.core.ui import format as text
from waiban.core.ui.marks import clock_face, done_face, finding_kind, paused_face
from waiban.core.ui.templatetags.face import keep
from waiban.kernel.dates import DateRange
from waiban.kernel.money import Money

TODAY = date(2027, 1, 13)


@pytest.fixture(autouse=True)
def chinese() -> None:
    translation.activate("zh-hans")


def test_days_and_spans() -> None:
    assert text.day_text(date(2027, 3, 2)) == "2027-03-02 周二"
    assert text.short_day_text(date(2027, 3, 2), weekday=True) == "03-02 周二"
    assert text.span_text(DateRange(date(2027, 3, 2), date(2027, 3, 9))) == "2027-03-02 周二 至 03-09 周二"
    assert text.span_text(DateRange(date(2026, 12, 30), date(2027, 1, 2))) == "2026-12-30 周三 至 2027-01-02 周六"
    assert text.day_text(None) == "—"


def test_a_moment_is_in_the_zone_of_the_office() -> None:
    assert text.moment_text(datetime(2027, 1, 4, 16, 20, tzinfo=UTC)) == "2027-01-05 周二 00:20"


def test_money_is_exact_and_foreign_money_is_named() -> None:
    assert text.money_text(Money(Decimal(213400), "CNY")) == "¥213,400.00"
    assert text.money_text(Money(Decimal("18000.5"), "JPY")) == "18,000.50 JPY"


def test_weekdays_follow_the_language() -> None:
    with translation.override("en"):
        assert text.day_text(date(2027, 3, 2)) == "2027-03-02 Tue"


@pytest.mark.parametrize(
    ("answer", "level", "kind"),
    [
        ("not_met", "block", "block"),
        ("not_met", "warn", "warn"),
        ("not_met", "attest", "attest"),
        ("not_stated", "block", "todo"),
        ("not_stated", "attest", "attest"),
        ("met", "block", "met"),
        ("exempt", "block", "exempt"),
        ("due_later", "block", "later"),
        ("not_applicable", "block", "info"),
    ],
)
def test_kind_of_a_finding(answer: str, level: str, kind: str) -> None:
    assert finding_kind(answer, level) == kind


def test_clocks() -> None:
    late = clock_face(date(2027, 1, 11), TODAY)
    assert late is not None
    assert (late.kind, late.text) == ("overdue", "逾期 2 天")
    now = clock_face(TODAY, TODAY)
    assert now is not None
    assert (now.kind, now.text) == ("today", "今天")
    running = clock_face(date(2027, 1, 19), TODAY, left=4, total=7)
    assert running is not None
    assert (running.kind, running.shape, running.text) == ("running", "ring-3", "剩 4 天")
    assert clock_face(None, TODAY) is None
    assert paused_face("等省外办").text == "已暂停·等省外办"
    assert done_face().text == "按时办结"


def test_keep_escapes_and_holds_together() -> None:
    shown = keep("<b> 2027-03-02 周二 ¥1,200.00 云外案〔2027〕21 号")
    assert "&lt;b&gt;" in shown
    assert '<span class="nb">2027-03-02 周二</span>' in shown
    assert '<span class="nb">¥1,200.00</span>' in shown
    assert '<span class="nb">云外案〔2027〕21 号</span>' in shown
