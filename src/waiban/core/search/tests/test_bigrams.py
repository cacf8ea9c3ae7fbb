"""A question finds exactly the fields that hold it as a part: the database's answer against Python's."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from waiban.core.search.bigrams import folded, query, vector

pytestmark = pytest.mark.django_db

LETTERS = st.text(alphabet="合作交流云外办赴日本aBZ012９Ａ〔〕- '\\&|", max_size=12)


def found(fields: list[str], asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector(fields, "t"), query(asked, "t")])
        return bool(cursor.fetchone()[0])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LETTERS, max_size=3), LETTERS)
@example(["合作交合作流"], "合作交流")
@example(["云外案", "2027"], "案20")
@example(["aaaa"], "aaa")
def test_a_part_is_found_wherever_it_stands_and_nowhere_else(fields: list[str], asked: str) -> None:
    words = [folded(word) for word in asked.split() if folded(word)]
    if words:
        assert found(fields, asked) == all(any(word in folded(field) for field in fields) for word in words)
    else:
        assert query(asked) == ""


@pytest.mark.parametrize(
    "asked",
    [
        "云外办〔2027〕12 号",
        "云外办[2027]12号",
        "２０２７",
        "202712",
        "2",
        "osaka",
        "ＯＳＡＫＡ cham",
        "北威",
        "é",
        "镕",
    ],
)
def test_width_case_and_marks_make_no_difference(asked: str) -> None:
    assert found(["云外办〔2027〕12号", "Osaka Chamber of Commerce", "北威州 Économie", "朱镕"], asked)


def test_a_very_long_text_is_cut_between_fields() -> None:
    assert vector(["甲" * 1_990, "乙" * 50, "丙"]).count("乙") == 0
