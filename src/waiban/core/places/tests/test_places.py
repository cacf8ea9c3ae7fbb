"""Working days as announced, names of places, cities."""

from datetime import date
from functools import lru_cache

import pytest
from django.db import connection

from waiban.core.places import calendar
from waiban.core.places.calendar import Announced, announce, work_calendar
from waiban.core.places.load import load_cities
from waiban.core.places.models import CalendarDay, City
from waiban.core.places.packages import chinese_name
from waiban.core.places.queries import (
    cities_like,
    country_codes,
    currency_codes,
    currency_name,
    place_codes,
    place_name,
)
from waiban.rulebook.law import load_level

HOLIDAYS = [Announced(date(2031, 1, 1), is_workday=False, name="元旦")]


@pytest.fixture(autouse=True)
def _a_calendar_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "_read", lru_cache(maxsize=1)(calendar._read.__wrapped__))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 2, 14), True),  # a Saturday made up
        (date(2026, 2, 28), True),  # a Saturday made up
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
    ],
)
def test_days_of_an_announced_year(day: date, works: bool) -> None:
    assert work_calendar().is_workday(day) is works
    assert not work_calendar().is_provisional(day)


@pytest.mark.django_db
def test_a_year_is_provisional_until_it_is_announced() -> None:
    assert work_calendar().is_workday(date(2031, 1, 1))
    assert work_calendar().is_provisional(date(2031, 1, 1))
    announce(2031, HOLIDAYS, "国办发明电〔2030〕1 号")
    assert not work_calendar().is_workday(date(2031, 1, 1))
    assert not work_calendar().is_provisional(date(2031, 1, 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "days",
    [
        [],
        [Announced(date(2030, 12, 31), is_workday=False, name="元旦")],
        [Announced(date(2031, 1, 1), is_workday=True, name="元旦")],
        [*HOLIDAYS, *HOLIDAYS],
    ],
)
def test_a_notice_that_cannot_be_changes_nothing(days: list[Announced]) -> None:
    announce(2031, HOLIDAYS, "第一份")
    with pytest.raises(ValueError, match="20"):
        announce(2031, days, "第二份")
    assert [row.source for row in CalendarDay.objects.filter(day__year=2031)] == ["第一份"]


def test_regions_are_in_no_list_of_countries() -> None:
    assert {"HK", "MO", "TW"} <= place_codes()
    assert not {"HK", "MO", "TW", "CN"} & country_codes()
    assert "CN" not in place_codes()


def test_names_in_both_languages() -> None:
    assert place_name("JP", "zh-hans") == "日本"
    assert place_name("JP", "en") == "Japan"
    assert place_name("HK", "zh-hans") == "香港"
    assert place_name("TW", "en") == "Taiwan, China"
    assert place_name("??", "en") == "??"
    assert currency_name("EUR", "zh-hans") == "欧元"
    assert {"CNY", "USD", "JPY", "XPF"} <= currency_codes()
    assert not {"XAU", "XXX", "XTS"} & currency_codes()


def test_every_place_has_a_name_in_both_languages() -> None:
    for code in place_codes():
        assert place_name(code, "zh-hans") != code
        assert place_name(code, "en") != code


def test_screens_and_law_name_a_place_alike() -> None:
    labels = load_level("cn/nation").labels
    named = {code for code in place_codes() if code in labels}
    assert len(named) > 200
    assert {code: place_name(code, "zh-hans") for code in named} == {code: labels[code]["zh"] for code in named}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Frankfurt", "法蘭克福", "法兰克福"], "法兰克福"),
        (["Frankfurt", "フランクフルト"], ""),
        (["Beijing", "北京市"], "北京"),
        (["Frankfurt"], ""),
    ],
)
def test_a_chinese_name_is_written_in_simplified_characters(names: list[str], expected: str) -> None:
    assert chinese_name(names) == expected


@pytest.mark.django_db
def test_cities_are_found_by_the_beginning_of_either_name() -> None:
    load_cities()
    assert load_cities() == City.objects.count() > 30_000
    assert cities_like("frankf", place="DE")[0].name == "Frankfurt am Main"
    assert cities_like("法兰克福")[0].place == "DE"
    assert cities_like("  ") == []
    assert cities_like("%") == []


@pytest.mark.django_db
def test_looking_for_a_city_uses_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM places_city WHERE name_zh LIKE '法兰%'")
        assert "city_by_name_zh" in "\n".join(row[0] for row in cursor.fetchall())
