"""Overlays may only tighten: what `waiban regulations verify` lets through and what it stops, with both citations."""

from __future__ import annotations

from pathlib import Path

import pytest

from waiban.dossiers.load import trip_schema
from waiban.rulebook.law import shipped_levels
from waiban.rulebook.sources import NATION, LawError, Level, level_from_files, read_level, stack
from waiban.rulebook.verify import Fault, verify

OVERLAYS = Path(__file__).parent / "overlays"
HEAD = """
instruments: {own: {zh: 某市规定, number: 市〔2024〕1号}}
overlays:
"""
CITED = "citation: {instrument: own, article: 第一条, how_read: own_document, confidence: high, status: current}"


def level(text: str, **more: str) -> Level:
    files = {"level.yaml": "{level: city, zh: 某市, en: A city, parents: [cn/nation]}", "own.yaml": text, **more}
    return level_from_files("office", {name: content.encode() for name, content in files.items()})


def faults(text: str) -> list[Fault]:
    return verify(stack([], own=level(HEAD + text)), trip_schema())


@pytest.mark.parametrize("name", shipped_levels())
def test_the_shipped_levels_are_fit(name: str) -> None:
    assert verify(stack([name]), trip_schema()) == []


@pytest.mark.parametrize("name", ["tightens", "delegated", "stacked_deadline"])
def test_what_only_tightens_passes(name: str) -> None:
    assert verify(stack([], own=read_level(OVERLAYS / name, name)), trip_schema()) == []


def test_what_loosens_fails_with_both_citations() -> None:
    found = verify(stack([], own=read_level(OVERLAYS / "loosens", "loosens")), trip_schema())
    assert {fault.rule for fault in found} == {
        "days_by_country_count",
        "passport_return_deadline",
        "passport_validity_six_months",
    }
    for fault in found:
        assert fault.reason.startswith("loosened")
        assert "cn/nation" in fault.above
        assert "loosens" in fault.below


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        ("{rule: delegation_size_max, relation: tightened, values: {limit: {dated: [{from: 2015, value: 7}]}}, CITED}", "loosened: limit 6"),
        ("{rule: countries_max, relation: tightened, values: {limit: {dated: [{from: 2015, value: 3}, {from: 2020, value: 4}]}}, CITED}", "loosened: limit 3"),
        ("{rule: days_by_country_count, relation: tightened, values: {max_days: {dated: [{from: 2015, value: {1: 5, 2: 9, 3: 10}}]}}, CITED}", "loosened"),
        ("{rule: days_by_country_count, relation: tightened, values: {max_days: {dated: [{from: 2015, value: {1: 4}}]}}, CITED}", "incomparable: no value for 2"),
        ("{rule: delegation_size_max, relation: tightened, level: warn, CITED}", "loosened: level block to warn"),
        ("{rule: delegation_size_max, relation: tightened, stage: papers, CITED}", "loosened: due at submit"),
        ("{rule: delegation_size_max, relation: tightened, CITED}", "incomparable: nothing is tightened"),
        ("{rule: delegation_size_max, relation: delegated, values: {limit: {dated: [{from: 2015, value: 5}]}}, CITED}", "leaves no choice"),
        ("{rule: application_lead_time, relation: delegated, values: {lead: {dated: [{from: 2015, value: 6}]}}, CITED}", "outside the choice"),
        ("{rule: delegation_size_max, relation: stacked, earliest: {size: '9'}, CITED}", "has no let 'size'"),
    ],
)  # fmt: skip
def test_every_way_of_not_tightening_is_stopped(overlay: str, reason: str) -> None:
    inner = CITED.removeprefix("citation: ")
    found = faults(f"  - {overlay.replace('CITED', f'citation: {inner}')}")
    assert any(reason in fault.reason for fault in found), [str(fault) for fault in found]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("confidence: low, status: current", "low confidence"),
        ("confidence: high, status: uncertain_current", "status uncertain_current"),
        ("confidence: high, status: current, verified: false", "isn't verified"),
    ],
)
def test_what_is_weak_may_not_block(status: str, why: str) -> None:
    rule = f"""
instruments: {{own: {{zh: 某市规定, number: 市〔2024〕1号}}}}
rules:
  - id: own_weak
    kind: computed
    title: {{zh: 弱, en: weak}}
    level: block
    stage: submit
    test: days <= 5
    text: {{not_met: {{zh: 超, en: over}}}}
    citation: {{instrument: own, article: 第一条, how_read: own_document, {status}}}
"""
    found = verify(stack([], own=level(rule)), trip_schema())
    assert [why in fault.reason for fault in found] == [True]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("test: days <= five", "nobody declared 'five'"),
        ("test: days <= '5'", "doesn't compare"),
        ("test: kind == 'holiday'", "isn't one of"),
        ("test: days / 2 <= 5", "only + - *"),
        ("test: __import__('os')", "no function '__import__'"),
        ("test: members.rank == 'county'", "is a list"),
        ("test: days", "not a bool"),
        ("test: days <= 5\n    remark: x", "unknown key 'remark'"),
        ("test: days <= 5\n    each: m in members\n    remedy: [{do: {remove_member: m}, zh: x, en: x}]", "remedy is 'remove_member'"),
        ("test: days <= 5\n    values: {limit: {dated: [{from: 2013, until: 2020, value: 1}, {from: 2019, value: 2}]}}", "overlap"),
    ],
)  # fmt: skip
def test_a_rule_that_the_format_does_not_know_is_refused(change: str, why: str) -> None:
    rule = f"""
instruments: {{own: {{zh: 某市规定, number: 市〔2024〕1号}}}}
rules:
  - id: own_wrong
    kind: computed
    title: {{zh: 错, en: wrong}}
    level: warn
    stage: submit
    {change}
    text: {{not_met: {{zh: 超, en: over}}}}
    citation: {{instrument: own, article: 第一条, how_read: own_document, confidence: high, status: current}}
"""
    found = verify(stack([], own=level(rule)), trip_schema())
    assert any(why in str(fault) for fault in found), [str(fault) for fault in found]


def test_a_citation_that_leads_nowhere_and_a_circle_of_facts_are_refused() -> None:
    nowhere = "overlays:\n  - {rule: countries_max, relation: tightened, also: days < 9, citation: {instrument: none}}"
    assert "no instrument 'none'" in str(verify(stack([], own=level(nowhere)), trip_schema())[0])
    circle = "facts: {a: {is: b + 1, zh: a, en: a}, b: {is: a + 1, zh: b, en: b}}"
    assert "circle" in str(verify(stack([], own=level(circle)), trip_schema())[0])
    with pytest.raises(LawError, match="no such level"):
        stack(["cn/atlantis"])
    assert [one.name for one in stack([])] == [NATION]
