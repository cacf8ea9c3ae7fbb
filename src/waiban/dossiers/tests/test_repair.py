"""Repair against brute force on small dossiers, and the solver where the search is large."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from waiban.dossiers.check import check_trip
from waiban.dossiers.cover import smallest_covers
from waiban.dossiers.load import SCHEMA_FILE, load_trip, trip_from, trip_to
from waiban.dossiers.patch import apply_edits
from waiban.dossiers.repair import Option, Search, repair, repairs
from waiban.kernel.calendar import WorkCalendar
from waiban.rulebook.law import Law, law_from
from waiban.rulebook.sources import level_from_files, stack

if TYPE_CHECKING:
    from waiban.dossiers.trip import Trip

DEPART = date(2024, 5, 13)
COUNTRIES = ["JP", "KR", "SG", "TH", "VN"]


@cache
def national() -> Law:
    return law_from(stack([]), SCHEMA_FILE.read_text("utf-8"), WorkCalendar())


def dossier(days: int, countries: list[str], heads: int) -> Trip:
    back = DEPART + timedelta(days=days - 1)
    return trip_from(
        {
            "schema": "waiban/trip/1",
            "organising": "own",
            "kind": "visit",
            "submitted": "2024-02-01",
            "depart": DEPART.isoformat(),
            "return": back.isoformat(),
            "members": [{"id": f"M{n}", "category": "official", "status": "serving"} for n in range(heads)],
            "stops": [{"country": country, "leave": back.isoformat()} for country in countries],
        }
    )


def every_choice(trip: Trip) -> list[Option]:
    """The closed list written out: every day of return, every number of countries, every head count."""
    assert trip.depart is not None
    assert trip.return_ is not None
    span = (trip.return_ - trip.depart).days
    days: list[Option] = [("return_on", trip.depart + timedelta(days=n), None) for n in range(span)]
    countries: list[Option] = [("keep_countries", n, None) for n in range(1, len(trip.stops or ()))]
    heads: list[Option] = [("head_count", n, None) for n in range(1, len(trip.members or ()))]
    return [*days, *countries, *heads]


def fewest(trip: Trip, law: Law) -> int | None:
    """How many choices brute force needs."""
    search = Search(trip, law)
    if search.judge(trip).verdict != "blocked":
        return 0
    for size in (1, 2, 3):
        for options in combinations(every_choice(trip), size):
            one_each = len({operation for operation, _, _ in options}) == size
            if one_each and search.judge(search.applied(options)).verdict != "blocked":
                return size
    return None


@settings(max_examples=20, deadline=None)
@given(
    days=st.integers(4, 12),
    countries=st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=5, unique=True),
    heads=st.integers(5, 8),
)
def test_no_smaller_repair_exists(days: int, countries: list[str], heads: int) -> None:
    law, trip = national(), dossier(days, countries, heads)
    found = Search(trip, law).smallest()
    needed = fewest(trip, law)
    assert (None if found is None else len(found)) == needed
    edits = repair(trip, law)
    after = load_trip(json.dumps(apply_edits(trip_to(trip), edits)))
    if needed is not None:
        assert check_trip(after, law).verdict != "blocked"
    members = [member.id for member in after.members or ()]
    assert members == [member.id for member in trip.members or ()], "a repair never names who stays"


BUDGET_RULE = """
rules:
  - id: own_test_amounts
    kind: computed
    title: {zh: 金额, en: Amount}
    level: block
    stage: submit
    each: l in budget.lines
    test: l.amount <= 100
    text: {not_met: {zh: 超出, en: above}}
    remedy: [{do: {line_amount: "100"}, zh: "改为 {line_amount}", en: "set to {line_amount}"}]
    citation: {instrument: own, article: 第一条, how_read: own_document, confidence: high, status: current}
  - id: own_test_cabin
    kind: computed
    title: {zh: 舱位, en: Cabin}
    level: block
    stage: submit
    each: l in budget.lines
    where: l.item == 'airfare'
    test: l.cabin != 'first'
    text: {not_met: {zh: 超出, en: above}}
    remedy:
      - {do: {cabin: "'business'"}, zh: 商务舱, en: business}
      - {do: {cabin: "'economy'"}, zh: 经济舱, en: economy}
    citation: {instrument: own, article: 第二条, how_read: own_document, confidence: high, status: current}
instruments: {own: {zh: 测试, number: 测〔2024〕1号}}
"""


@cache
def strict() -> Law:
    own = level_from_files(
        "office",
        {"level.yaml": b"{level: city, zh: x, en: x, parents: [cn/nation]}", "rules.yaml": BUDGET_RULE.encode()},
    )
    return law_from(stack([], own=own), SCHEMA_FILE.read_text("utf-8"), WorkCalendar())


def test_a_budget_of_many_lines_goes_to_the_solver() -> None:
    lines: list[dict[str, Any]] = [{"item": "other", "currency": "CNY", "amount": 200 + n} for n in range(18)]
    lines += [{"item": "airfare", "currency": "CNY", "amount": 90, "cabin": "first"} for _ in range(3)]
    plain = trip_to(dossier(5, ["JP"], 2)) | {"budget": {"lines": lines}}
    trip = trip_from(plain)
    found = Search(trip, strict()).smallest()
    assert found is not None
    assert len(found) == 21
    after = trip_from(apply_edits(plain, repair(trip, strict())))
    assert check_trip(after, strict()).verdict != "blocked"


def test_what_no_plan_choice_clears_has_no_repair() -> None:
    trip = trip_from(trip_to(dossier(5, ["JP"], 2)) | {"return": "2024-05-01"})
    assert check_trip(trip, national()).verdict == "blocked"
    assert repair(trip, national()) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=7))
def test_covers_are_the_smallest(clears: list[set[int]]) -> None:
    wanted = list(range(5))
    sizes = [
        size
        for size in range(1, len(clears) + 1)
        if any(set().union(*chosen) >= set(wanted) for chosen in combinations(clears, size))
    ]
    found = next(smallest_covers(wanted, clears, []), None)
    assert (None if found is None else len(found)) == (min(sizes) if sizes else None)


def test_two_ways_of_the_same_size_are_both_told() -> None:
    plain = trip_to(dossier(5, ["JP"], 2)) | {
        "budget": {"lines": [{"item": "airfare", "currency": "CNY", "amount": 90, "cabin": "first"}]}
    }
    trip = trip_from(plain)
    plans = repairs(trip, strict())
    assert [plan[0]["value"] for plan in plans] == ["business", "economy"]
    assert repair(trip, strict()) == plans[0]
    assert repairs(trip, strict(), most=1) == plans[:1]
    assert repairs(trip_from(trip_to(dossier(5, ["JP"], 2))), strict()) == []
