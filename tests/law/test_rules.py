"""What holds of the rules as a whole."""

from __future__ import annotations

from collections import Counter

from tests.law.cases import bases, law_for
from tests.law.mutants import description_of
from waiban.dossiers.check import check_trip
from waiban.dossiers.load import trip_from
from waiban.rulebook.law import shipped_levels
from waiban.rulebook.sources import NATION, REGULATIONS

ENTRIES = (REGULATIONS / "entries.csv").read_text("utf-8").split()[1:]


def test_every_entry_of_the_fact_base_has_exactly_one_row() -> None:
    rows = Counter(
        entry
        for name in shipped_levels()
        for line in description_of(name).lines
        if line.level_name == name and line.relation is None
        for entry in line.card["entries"]
    )
    assert len(ENTRIES) == 175
    assert {entry: rows[entry] for entry in ENTRIES if rows[entry] != 1} == {}


def test_enough_is_computed_or_attested() -> None:
    kinds = Counter(
        line.card["kind"]
        for name in shipped_levels()
        for line in description_of(name).lines
        if line.level_name == name and line.relation is None and line.rule in ENTRIES and line.judged
    )
    assert kinds["computed"] >= 40
    assert kinds["computed"] + kinds["attested"] >= 75


def test_historical_texts_are_never_judged() -> None:
    for name in shipped_levels():
        for line in description_of(name).lines:
            if line.card["citation"]["status"] == "historical":
                assert line.card["level"] == "info"
                assert not line.judged


def test_no_post_is_asked_more_than_seven_times_on_an_ordinary_trip() -> None:
    trip = trip_from(bases()["whole"], draft=True)
    judgement = check_trip(trip, law_for(NATION), stage="close", in_case=True)
    asked = Counter(
        finding.card["stated_by"]
        for finding in judgement.findings
        if finding.card["kind"] == "attested" and finding.level == "attest" and finding.answer == "not_stated"
    )
    assert max(asked.values()) <= 7, asked


def test_a_complete_trip_in_order_is_clear() -> None:
    whole, costed = bases()["whole"], bases()["costed"]
    review = {"body": "财务科", "on": "2024-02-20", "number": "1", "result": "agree"}
    trip = trip_from(whole | {"budget": costed["budget"] | {"finance_review": review}}, draft=True)
    found = check_trip(trip, law_for(NATION))
    assert found.verdict == "clear", [(finding.rule, finding.answer) for finding in found.findings]
    assert not [finding.rule for finding in found.findings if finding.answer == "not_met" and finding.level != "info"]
