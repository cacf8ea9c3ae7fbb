"""The door: what counts in a case and in a file, whose history is read, what a finding says of itself."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from waiban.dossiers.check import check_trip
from waiban.dossiers.load import SCHEMA_FILE, trip_from
from waiban.dossiers.trip import Trip
from waiban.kernel.errors import InputError
from waiban.rulebook.law import Law, law_from, load_law
from waiban.rulebook.sources import stack
from waiban.rulebook.workdays import announced_calendar

AGREED = {"body": "财务科", "on": "2024-01-25", "number": "1", "result": "agree"}
PLAIN: dict[str, Any] = {
    "schema": "waiban/trip/1",
    "organising": "own",
    "unit_kind": "government",
    "submitted": "2024-02-01",
    "depart": "2024-05-13",
    "return": "2024-05-17",
    "members": [{"id": "M1", "category": "official", "status": "serving", "rank": "bureau", "role": "leader"}],
    "stops": [{"country": "JP"}],
    "budget": {"lines": [], "finance_review": AGREED},
}


@cache
def national() -> Law:
    return law_from(stack([]), SCHEMA_FILE.read_text("utf-8"), announced_calendar())


def trip(**changes: Any) -> Trip:
    return trip_from(PLAIN | changes)


def test_a_claim_counts_in_a_file_and_says_so() -> None:
    finding = check_trip(trip(), national()).finding("budget_prereview")
    assert finding is not None
    assert finding.answer == "met"
    assert finding.as_claimed
    assert "据申报人所填" in finding.text_zh
    assert "as claimed" in finding.text_en


def test_in_a_case_only_the_post_itself_counts() -> None:
    law = national()
    assert check_trip(trip(), law, in_case=True).answers["budget_prereview"] == "not_stated"
    decided = {"budget": {"finance_review": AGREED}}
    finding = check_trip(trip(budget=None), law, in_case=True, decided=decided).finding("budget_prereview")
    assert finding is not None
    assert finding.answer == "met"
    assert not finding.as_claimed


def test_a_post_answers_an_attestation() -> None:
    law = national()
    rule = next(card["rule"] for card in law.cards if card["kind"] == "attested" and card["stated_by"] == "desk")
    for word, answer in ((True, "met"), (False, "not_met")):
        judgement = check_trip(trip(), law, stage="close", in_case=True, decided={"attestations": {rule: word}})
        assert judgement.answers[rule] in (answer, "not_applicable")
    with pytest.raises(InputError):
        check_trip(trip(), law, decided={"opinions": {}})


def test_the_offices_history_replaces_what_the_dossier_tells() -> None:
    law = national()
    earlier = [
        {"depart": "2024-01-02", "return": "2024-01-06", "countries": ["JP"], "role": "leader", "category": "official"}
    ]
    told = trip(members=[PLAIN["members"][0] | {"rank": "minister", "earlier_trips": []}])
    assert check_trip(told, law).answers["frequency_by_rank_national"] == "met"
    known = check_trip(told, law, history={"members": {"M1": earlier}})
    masked = check_trip(told, law, history={"members": {"M1": earlier}, "masked": True})
    assert known.answers == masked.answers
    assert known.answers["frequency_by_rank_national"] == "not_met"
    finding = masked.finding("frequency_by_rank_national")
    assert finding is not None
    assert "由外办掌握" in json.dumps(finding.to_dict(), ensure_ascii=False)
    open_ = known.finding("frequency_by_rank_national")
    assert open_ is not None
    assert "由外办掌握" not in json.dumps(open_.to_dict(), ensure_ascii=False)


def test_a_draft_may_be_empty_and_is_never_found_wanting() -> None:
    for stage in ("plan", "submit", "close"):
        judgement = check_trip(Trip(), national(), stage=stage)
        assert "not_met" not in set(judgement.answers.values())
        for finding in judgement.all_findings:
            finding.to_dict()


def test_what_is_missing_is_named_with_its_field() -> None:
    judgement = check_trip(trip_from({"members": [{"id": "M1"}]}, draft=True), national())
    days = judgement.finding("days_by_country_count")
    assert days is not None
    assert days.answer == "not_stated"
    assert {"/return", "/depart"} <= set(days.paths)


def test_a_judgement_is_quick_enough_to_follow_the_keys() -> None:
    import time

    law, one = national(), trip()
    check_trip(one, law)
    started = time.process_time()
    for _ in range(50):
        check_trip(one, law).findings  # noqa: B018
    assert (time.process_time() - started) / 50 < 0.005


def test_who_approves_is_cited_from_the_offices_own_grant() -> None:
    """Zhejiang's text binds nobody elsewhere: it is cited only where no grant is on record, and the finding says so."""
    county = trip(
        members=[{"id": "M1", "category": "official", "status": "serving", "rank": "county", "role": "leader"}]
    )
    rule = "approval_county_level_and_below"
    alone = check_trip(county, national(), stage="approve").finding(rule)
    assert alone is not None
    assert "浙江" in alone.citation["instrument"]
    assert alone.reading is not None
    assert "没有在案的授权文件" in alone.to_dict()["reading"]["zh"]

    city = law_from(stack(["cn/shandong/yunting"]), SCHEMA_FILE.read_text("utf-8"), announced_calendar())
    before = check_trip(county, city, stage="approve").finding(rule)
    assert before is not None
    assert "浙江" in before.citation["instrument"], "the grant begins in 2025"
    moved = {"submitted": "2025-02-03", "depart": "2025-05-13", "return": "2025-05-17"}
    granted = check_trip(
        trip_from(PLAIN | moved | {"members": [{"id": "M1", "rank": "county"}]}), city, stage="approve"
    )
    finding = granted.finding(rule)
    assert finding is not None
    assert (finding.citation["number"], finding.citation["article"]) == ("演示〔2025〕2号", "2025-01-01")
    assert finding.citation["how_read"] == "own_document"
    assert finding.reading is None
    bureau = check_trip(trip_from(PLAIN | moved), city, stage="approve")
    assert bureau.grant is None, "the grant doesn't reach bureau rank"

    grant = {"document": "省外办授权文件", "number": "鲁外〔2026〕9号", "granted": "2026-01-05"}
    in_case = check_trip(county, national(), stage="approve", in_case=True, grant=grant).finding(rule)
    assert in_case is not None
    assert in_case.citation["number"] == "鲁外〔2026〕9号"
    assert check_trip(county, city, stage="approve", in_case=True).grant is None, (
        "in a case only what is on record counts"
    )


def test_members_that_nobody_stated_stay_unstated_whatever_the_office_knows() -> None:
    """An empty list would say that nobody travels, and rules on people would pass or not apply."""
    trip = Trip(depart=date(2027, 3, 1), return_=date(2027, 3, 5))
    known = {"history": {"members": {}}, "decided": {"members": {"x": {"briefed_on": "2027-02-01"}}}}
    alone = {line.rule: line.answer for line in check_trip(trip, load_law(), stage="close").all_findings}
    beside = {line.rule: line.answer for line in check_trip(trip, load_law(), stage="close", **known).all_findings}
    assert {rule for rule in alone if alone[rule] == "not_stated"} == {
        rule for rule in alone if beside[rule] == "not_stated"
    }
