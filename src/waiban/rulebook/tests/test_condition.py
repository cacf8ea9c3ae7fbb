"""Conditions of gateways: the grammar's corner that needs no dossier."""

import pytest

from waiban.rulebook.condition import ConditionError, compile_condition

NAMES = ("rank", "days", "granted")


@pytest.mark.parametrize(("text", "values", "answer"), [
    ("rank == 'bureau'", {"rank": "bureau"}, True),
    ("rank in ('bureau', 'county')", {"rank": "staff"}, False),
    ("not granted", {"granted": False}, True),
    ("days > 8 and granted", {"days": 9, "granted": True}, True),
    ("days > -1", {"days": 0}, True),
    ("granted", {}, None),
    ("granted or days > 8", {"days": 9}, True),
    ("granted and days > 8", {"days": 8}, False),
    ("granted or days > 8", {"days": 8}, None),
    ("not (granted and days > 8)", {"days": 9}, None),
    ("rank == 'bureau'", {"rank": None}, None),
])  # fmt: skip
def test_answers(text: str, values: dict[str, object], answer: bool | None) -> None:
    assert compile_condition(text, NAMES)(values) is answer


@pytest.mark.parametrize("text", [
    "secret == 1", "rank.upper() == 'X'", "__import__('os')", "days ** 9", "1 < days < 3", "[d for d in days]",
    "rank ==", "lambda: 1", "rank in days_list", "f'{rank}'", "days if granted else 0", "1.5 < days",
])  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        compile_condition(text, NAMES)
