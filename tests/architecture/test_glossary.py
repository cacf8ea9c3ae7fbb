"""The models use the terms of docs/glossary.md, and the glossary gives no word two meanings."""

import re
from collections import Counter
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `(\w+)` \|", re.MULTILINE)
OTHER_MEANING = {
    "Outgoing.channel": "the channel of a message, not of travel",
    "Trip.imported": "brought in from an old ledger; nobody fell ill",
}


def terms() -> list[tuple[list[str], str, str]]:
    """(Chinese names, English, code) of each row."""
    return [(zh.split("、"), en, code) for zh, en, code in ROW.findall(GLOSSARY.read_text(encoding="utf-8"))]


def test_the_glossary_is_read() -> None:
    assert len(terms()) > 200


def test_no_word_has_two_meanings() -> None:
    codes = Counter(code for _zh, _en, code in terms())
    names = Counter(zh[0] for zh, _en, _code in terms())
    assert [word for word, count in (codes + names).items() if count > 1] == []


def test_models_and_fields_carry_their_term() -> None:
    names = {code: zh for zh, _en, code in terms()}
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("waiban."):
            continue
        if str(model._meta.verbose_name) not in names.get(model.__name__, [str(model._meta.verbose_name)]):
            wrong.append(f"{model.__name__} is {names[model.__name__][0]}, not {model._meta.verbose_name}")
        for field in model._meta.fields:
            where = f"{model.__name__}.{field.name}"
            said = str(field.verbose_name)
            if where not in OTHER_MEANING and said not in names.get(field.name, [said]):
                wrong.append(f"{where} is {names[field.name][0]}, not {said}")
    assert wrong == []


def test_no_exception_is_left_over() -> None:
    fields = {f"{model.__name__}.{field.name}" for model in apps.get_models() for field in model._meta.fields}
    assert set(OTHER_MEANING) <= fields
