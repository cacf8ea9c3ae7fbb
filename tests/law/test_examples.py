"""Ten real trips, anonymous: what the notices state is judged, what they don't state is never found wanting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.law.cases import law_for
from waiban.dossiers.check import check_trip
from waiban.dossiers.load import load_trip_file
from waiban.rulebook.sources import NATION, STAGES

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))
FOUND = {"example-01": {"own_lodging_nights"}}
"""What each example's own facts show; everything else is met, not stated or not applicable."""


def test_there_are_ten() -> None:
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_found_on_what_is_not_stated(path: Path, stage: str) -> None:
    judgement = check_trip(load_trip_file(path), law_for(NATION), stage=stage)
    found = {finding.rule for finding in judgement.all_findings if finding.answer == "not_met"}
    assert found == (set() if stage == "plan" else FOUND.get(path.stem, set()))
    assert judgement.verdict != "blocked"
    for finding in judgement.all_findings:
        assert finding.to_dict()["text_zh"]


def test_the_ordinary_facts_of_the_exhibition_trip_raise_nothing() -> None:
    path = next(path for path in EXAMPLES if path.stem == "example-01")
    judgement = check_trip(load_trip_file(path), law_for(NATION))
    answers = judgement.answers
    for rule in ("days_by_country_count", "countries_max", "delegation_size_max", "official_activity_share"):
        assert answers[rule] == "met"
    assert answers["pre_trip_publicity_days"] == answers["budget_prereview"] == "not_stated"
    nights = judgement.finding("own_lodging_nights")
    assert nights is not None
    assert (nights.level, nights.facts["nights"], nights.facts["l.days"]) == ("warn", 4, 5)
    assert nights.paths[0].startswith("/budget/lines/0")
    lodging = judgement.finding("lodging_by_rank")
    assert lodging is not None
    assert lodging.facts["cap"] is not None, "a city that the table doesn't name takes the country's other cities"
    assert nights.law_day == date(2018, 10, 30)


def test_missing_facts_are_named_with_their_place() -> None:
    path = next(path for path in EXAMPLES if path.stem == "example-01")
    judgement = check_trip(load_trip_file(path), law_for(NATION))
    review = next(finding for finding in judgement.findings if finding.rule == "budget_prereview")
    assert "/budget/finance_review" in " ".join(review.paths)
