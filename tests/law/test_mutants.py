from __future__ import annotations

import pytest

from tests.law.mutants import Mutant, Runner, computed_rules, survivors

RULES = computed_rules()


@pytest.mark.parametrize(("office", "rule"), RULES, ids=[f"{office}:{rule}" for office, rule in RULES])
def test_every_mutant_of_a_computed_rule_fails_a_case(office: str, rule: str) -> None:
    made, alive = survivors(office, rule)
    assert made, "a computed rule has something to mutate"
    assert not alive, f"{len(alive)} of {made} mutants survive: {'; '.join(alive)}"


def test_enough_rules_are_computed() -> None:
    assert len({rule for _, rule in RULES}) >= 40


@pytest.mark.parametrize(("office", "rule"), RULES, ids=[f"{office}:{rule}" for office, rule in RULES])
def test_the_unchanged_rule_fails_no_case(office: str, rule: str) -> None:
    runner = Runner(office)
    lines = [line for line in runner.description.lines if line.rule == rule and line.judged]
    assert not runner.notices(Mutant("unchanged", lines, runner.description.facts), runner.cases(rule))
