"""Conditions of gateways: the law's grammar over plain values."""

import pytest

from waiban.rulebook.condition import ConditionError, compile_condition
from waiban.rulebook.types import BOOL, NUMBER, Kind

NAMES = {"rank": Kind("text", words=frozenset({"bureau", "county", "staff"})), "days": NUMBER, "granted": BOOL}


@pytest.mark.parametrize(("text", "values", "answer"), [
    ("rank == 'bureau'", {"rank": "bureau"}, True),
    ("rank in ('bureau', 'county')", {"rank": "staff"}, False),
    ("not granted", {"granted": False}, True),
    ("days + 1 > 8 and granted", {"days": 8, "granted": True}, True),
    ("days > -1", {"days": 0}, True),
    ("1 < days < 3", {"days": 3}, False),
    ("granted", {}, None),
    ("granted or days > 8", {"days": 9}, True),
    ("granted and days > 8", {"days": 8}, False),
    ("granted or days > 8", {"days": 8}, None),
    ("not (granted and days > 8)", {"days": 9}, None),
    ("days * 2 == 4", {}, None),
    ("rank == 'bureau'", {"rank": None}, None),
])  # fmt: skip
def test_answers(text: str, values: dict[str, object], answer: bool | None) -> None:
    assert compile_condition(text, NAMES)(values) is answer


@pytest.mark.parametrize("text", [
    "secret == 1", "rank == 'beureau'", "rank.upper() == 'X'", "__import__('os')", "days ** 9", "[d for d in days]",
    "rank ==", "lambda: 1", "rank in days_list", "f'{rank}'", "days", "rank > 'bureau'", "stated(granted)",
    "any(x for x in rank)", "granted if days > 1 else granted",
])  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        compile_condition(text, NAMES)
