"""The law for the ordinary dossier answers as the law in full does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.law.cases import all_cases, law_for
from waiban.rulebook.code import MET, NOT_APPLICABLE
from waiban.rulebook.sources import NATION, STAGES

OFFICES = sorted({case.data.get("office", NATION) for case in all_cases()})


@pytest.mark.parametrize("office", OFFICES)
def test_quick_and_full_answer_alike(office: str) -> None:
    law = law_for(office)
    cases = [case for case in all_cases() if case.data.get("office", NATION) == office]
    for case in cases:
        asked = case.judge(law)
        for stage in {asked.stage, "plan", "submit", "close"}:
            for in_case in (False, True):
                given = (asked.dossier, asked.today, asked.as_of, STAGES.index(stage), asked.attested, in_case)
                details, codes = law.judge(*given)
                whole_details, whole_codes = law.judge_whole(*given)
                assert codes == whole_codes[: len(codes)], case.id
                told = [one for one in whole_details[: len(codes)] if 0 < one[1] < NOT_APPLICABLE]
                assert details == [without_met_items(one) for one in told], case.id


def without_met_items(detail: tuple[Any, ...]) -> tuple[Any, ...]:
    number, code, reason, facts, items, remedies, day = detail
    worse = items and [item for item in items if item[1] != MET]
    return number, code, reason, facts, worse, remedies, day


@pytest.mark.parametrize("office", OFFICES)
def test_a_finding_written_out_says_what_its_parts_say(office: str) -> None:
    law = law_for(office)
    for case in all_cases():
        if case.data.get("office", NATION) == office:
            judgement = case.judge(law)
            for finding in [*judgement.findings, *judgement.all_findings]:
                told = finding.to_dict()
                parts = {name: getattr(finding, name) for name in told if name not in ("items", "reading", "offers")}
                parts["items"] = [{"path": one.path, "answer": one.answer, "facts": one.facts} for one in finding.items]
                assert {name: told[name] for name in parts} == parts, case.id
