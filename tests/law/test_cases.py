from __future__ import annotations

import pytest

from tests.law.cases import Case, all_cases, failures, law_for
from waiban.rulebook.sources import NATION

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_law_answers_as_the_text_says(case: Case) -> None:
    judgement = case.judge()
    wrong = failures(case, judgement)
    assert not wrong, "; ".join(wrong)
    due = {finding.rule: finding.answer for finding in judgement.findings}
    told = {rule: answer for rule, answer in judgement.answers.items() if answer in ("not_met", "not_stated", "exempt")}
    assert due == told, "the quick answers differ from the complete ones"
    for finding in judgement.all_findings:
        finding.to_dict()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_case_names_the_sentence_it_comes_from(case: Case) -> None:
    source = case.data.get("source")
    assert isinstance(source, dict)
    assert source.get("entry")
    assert source.get("says")


def test_every_computed_rule_is_shown_met_and_not_met_and_not_stated() -> None:
    seen: dict[str, set[str]] = {}
    for case in CASES:
        seen.setdefault(case.data["rule"], set()).add(case.data["expect"])
    lacking = {
        card["rule"]: sorted({"met", "not_met", "not_stated"} - seen.get(card["rule"], set()))
        for card in law_for(NATION).cards
        if card["kind"] == "computed" and not {"met", "not_met", "not_stated"} <= seen.get(card["rule"], set())
    }
    assert not lacking


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200
