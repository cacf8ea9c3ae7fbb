"""The polars twin against the compiled law: every function of the grammar, and whole dossiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.law.cases import all_cases, law_for
from tests.law.mutants import description_of
from waiban.dossiers.trip import Budget, BudgetLine, Leg, Member, PlanItem, Stop, Trip
from waiban.rulebook.build import Line
from waiban.rulebook.code import write_module
from waiban.rulebook.columns import judge_columns
from waiban.rulebook.freeze import compile_text
from waiban.rulebook.grammar import FOLDS, FUNCTIONS, Scope, parse
from waiban.rulebook.sources import NATION, STAGES
from waiban.rulebook.types import BOOL

DESCRIPTION = description_of(NATION)
LAW = law_for(NATION)
NATIONAL = [case for case in all_cases() if case.data.get("office", NATION) == NATION]


@pytest.mark.parametrize("stage", ["submit", "close"])
def test_a_history_is_judged_as_each_dossier_by_itself(stage: str) -> None:
    trips = list({msgspec.json.encode(case.trip): case.trip for case in NATIONAL}.values())
    found = judge_columns(DESCRIPTION, trips, tables=LAW.tables, calendar=LAW.calendar, stage=stage)
    for trip, row in zip(trips, found.iter_rows(), strict=True):
        _, codes = LAW.judge_whole(trip, None, None, STAGES.index(stage), {}, False)
        assert list(row) == codes, msgspec.json.encode(trip)


@pytest.mark.parametrize("in_case", [False, True])
def test_posts_and_the_day_of_the_law_count_alike(in_case: bool) -> None:
    judged = [case.judge(LAW) for case in NATIONAL if case.data.get("decided")][:150]
    trips, words = [one.dossier for one in judged], [dict(one.attested) for one in judged]
    day = date(2013, 6, 1)
    found = judge_columns(
        DESCRIPTION,
        trips,
        tables=LAW.tables,
        calendar=LAW.calendar,
        as_of=day,
        today=day,
        in_case=in_case,
        attested=words,
    )
    for trip, word, row in zip(trips, words, found.iter_rows(), strict=True):
        _, codes = LAW.judge_whole(trip, day, day, STAGES.index("close"), word, in_case)
        assert list(row) == codes


EXPRESSIONS = [
    "days(depart, return_) <= 5",
    "days_after(depart, return_) == 4",
    "add_days(depart, plan.unit_quota) < return_",
    "add_months(depart, plan.unit_quota) >= submitted",
    "workdays(submitted, depart) >= plan.unit_quota",
    "add_workdays(depart, plan.unit_quota) <= return_",
    "add_workdays(depart, 0 - plan.unit_quota) <= submitted",
    "year(depart) == 2024 and month(depart) != 5",
    "len(members) > 1",
    "count(d for d in days_of(depart, return_) if d >= submitted) > 2",
    "any(legal_day(l.departs) >= depart for l in legs)",
    "all(legal_day(l.arrives) == return_ for l in legs)",
    "stated(depart) and not stated(members)",
    "is_true(kind == 'visit') or is_false(organising == 'own')",
    "agree(depart == return_, depart == submitted)",
    "otherwise(plan.in_annual_plan, kind == 'visit')",
    "otherwise(submitted, depart) < return_",
    "min(plan.unit_quota, plan.unit_used, 3) < 2",
    "max(depart, submitted) == depart",
    "any(m.rank == 'county' for m in members if m.category == 'official')",
    "all(m.rank in ['county', 'section'] for m in members)",
    "all(m.category == 'official' for m in members if m.rank != 'staff')",
    "count(m for m in members if m.rank == 'county') == 1",
    "sum(l.amount for l in budget.lines if l.item == 'lodging') > 100",
    "min(s.arrive for s in stops) == depart",
    "max(s.leave for s in stops if s.country != 'CN') == return_",
    "distinct(s.country for s in stops) <= 2",
    "first(s.arrive for s in stops) == depart",
    "last(s.leave for s in stops) == return_",
    "any(any(s.arrive == m.term_from for s in stops) for m in members)",
    "count(m for m in members if any(n.id != m.id and n.rank == m.rank for n in members)) > 1",
    "sum(l.amount * (1 if l.currency == 'CNY' else budget.rates_to_cny[l.currency]) for l in budget.lines) <= 90",
    "(plan.unit_used if plan.in_annual_plan else plan.unit_quota) - 1 > 0",
    "not (kind in ['visit', 'meeting'])",
    "len(stops) * 2 - 1 != 3",
    "unknown or kind == 'visit'",
    "any('commerce' in m.in_charge_of for m in members)",
]


def word(*words: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([*words, None])


DAYS = st.none() | st.dates(date(2024, 4, 25), date(2024, 5, 14))
SMALL = st.none() | st.integers(0, 4)
MEMBERS = st.builds(
    Member,
    id=st.sampled_from(["M1", "M2", "M3"]),
    rank=word("county", "section", "staff"),
    category=word("official", "other"),
    term_from=DAYS,
    in_charge_of=st.none() | st.lists(st.sampled_from(["commerce", "other"]), max_size=2),
)
STOPS = st.builds(Stop, country=word("JP", "CN", "KR"), arrive=DAYS, leave=DAYS)
TIMES = st.none() | st.sampled_from(
    [
        "2024-05-01T23:59", "2024-05-02 00:00:30", "2024-05-01T15:59Z", "2024-05-01T16:00Z", "2024-05-01T00:30+09:00",
        "2024-05-01T22:00-05:30", "2024-04-31T09:00", "2024-05-01", "09:00", "2024-05-01T24:00", "2024-05-01T09:00\n", "",
    ]
)  # fmt: skip
LEGS = st.builds(Leg, departs=TIMES, arrives=TIMES)
LINES = st.builds(
    BudgetLine,
    item=word("lodging", "visa"),
    currency=word("CNY", "JPY", "USD"),
    amount=st.none() | st.integers(0, 200),
)


def listed(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(items, max_size=3)


TRIPS = st.builds(
    Trip,
    kind=word("visit", "meeting"),
    organising=word("own", "joins_city"),
    submitted=DAYS,
    depart=DAYS,
    return_=DAYS,
    members=listed(MEMBERS),
    stops=listed(STOPS),
    legs=listed(LEGS),
    budget=st.none()
    | st.builds(Budget, lines=listed(LINES), rates_to_cny=st.sampled_from([None, {}, {"JPY": 2}]), total_cny=SMALL),
    plan=st.none()
    | st.builds(
        PlanItem,
        in_annual_plan=st.sampled_from([True, False, None]),
        unit_quota=SMALL,
        unit_used=SMALL,
    ),
)
CARD = {
    "kind": "computed",
    "level": "block",
    "stage": "plan",
    "claimed_at": None,
    "stated_by": "applicant",
    "citation": {"status": "current"},
}


def lines() -> list[Line]:
    scope = Scope(DESCRIPTION.names, {})
    return [
        Line(f"expression_{n}", NATION, CARD, test=parse(text, scope, want=BOOL)) for n, text in enumerate(EXPRESSIONS)
    ]


def test_every_name_of_the_grammar_is_tried() -> None:
    nodes = [part for line in lines() if line.test is not None for part in line.test.walk()]
    used = {node.value for node in nodes if node.op == "call"} | {node.value[0] for node in nodes if node.op == "fold"}
    assert used == set(FUNCTIONS) | FOLDS


@settings(max_examples=60, deadline=None)
@given(st.lists(TRIPS, min_size=1, max_size=8))
def test_every_function_answers_alike_in_both(trips: list[Trip]) -> None:
    small = replace(DESCRIPTION, lines=lines())
    space: dict[str, Any] = {"tables": {}, "calendar": LAW.calendar}
    exec(compile_text(write_module(small, whole=True)), space)  # noqa: S102
    found = judge_columns(small, trips, tables={}, calendar=LAW.calendar)
    for trip, row in zip(trips, found.iter_rows(), strict=True):
        _, codes = space["judge"](trip, None, None, STAGES.index("close"), {}, False)
        for text, one, other in zip(EXPRESSIONS, codes, row, strict=True):
            assert one == other, text
