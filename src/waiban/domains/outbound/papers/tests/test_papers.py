"""The papers' words are held by golden files; both PDF and DOCX must say exactly them.

To change a text on purpose: `WAIBAN_GOLDEN=write pytest src/waiban/domains/outbound/papers`, then read the diff.
"""

import os
from pathlib import Path

import pytest

from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.source import PaperError, fill
from waiban.core.papers.tests.reading import docx_lines, pdf_glyphs, pdf_words, squeezed
from waiban.core.papers.word import render_docx
from waiban.domains.outbound.papers.tests import trip as example
from waiban.domains.outbound.papers.values import entered, errand, place_name, places, route, source, trip_values

EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize("kind", example.PAPERS)
def test_the_words_are_those_of_the_golden_file(kind: str) -> None:
    words = "\n".join(fill(source(kind), example.PAPERS[kind]()).lines()) + "\n"
    golden = EXPECTED / f"{kind}.txt"
    if os.environ.get("WAIBAN_GOLDEN") == "write":
        golden.write_text(words, "utf-8")
    assert words == golden.read_text("utf-8")


@pytest.mark.parametrize("kind", example.PAPERS)
def test_pdf_and_docx_hold_every_line_of_the_golden_file_in_order(kind: str) -> None:
    lines = (EXPECTED / f"{kind}.txt").read_text("utf-8").splitlines()
    given = example.PAPERS[kind]()
    pdf = render_pdf(source(kind), given, day=example.DAY)
    word = "".join(squeezed(line) for line in docx_lines(render_docx(source(kind), given, day=example.DAY)))
    words = pdf_words(pdf)
    at = there = 0
    for line in lines:
        at = words.index(squeezed(line), at) + len(squeezed(line))
        there = word.index(squeezed(line), there) + len(squeezed(line))
    assert 0 not in {glyph for _font, glyph in pdf_glyphs(pdf)}


@pytest.mark.parametrize("kind", ["task_approval", "review_opinion", "upward_request"])
def test_an_own_paper_says_that_it_is_nothing_without_its_stamp(kind: str) -> None:
    assert "未盖章" in pdf_words(render_pdf(source(kind), example.PAPERS[kind](), day=example.DAY))


@pytest.mark.parametrize("kind", example.PAPERS)
def test_wherever_money_is_printed_finance_is_asked_to_check_the_standard(kind: str) -> None:
    words = "".join(fill(source(kind), example.PAPERS[kind]()).lines())
    assert "¥213,400.00。请财政核对现行标准。" in words


def test_the_square_may_be_switched_off_by_the_office() -> None:
    plain = example.Letterhead("云汀市人民政府外事办公室", square=False)
    assert example.task_approval()["qr"]
    assert example.task_approval(letterhead=plain)["qr"] is None
    assert example.task_approval(number=None)["qr"] is None


def test_only_approved_members_are_printed_and_counted() -> None:
    words = "\n".join(fill(source("task_approval"), example.task_approval(approved={"m1", "m3"})).lines())
    assert "等2人" in words
    assert "温犇玥" not in words


def test_what_is_not_stated_is_left_out_or_refused() -> None:
    bare = example.trip(legs=None, budget=None, invitations=None)
    words = "\n".join(fill(source("task_approval"), example.task_approval(trip=bare)).lines())
    assert "路线" not in words.replace("和路线执行", "")
    assert "邀请方" not in words
    assert "请财政核对现行标准" in words
    with pytest.raises(PaperError, match="purpose"):
        fill(source("task_approval"), example.task_approval(trip=example.trip(purpose=None)))
    with pytest.raises(PaperError, match="第6人没有姓名"):
        trip_values(example.trip(), {key: name for key, name in example.NAMES.items() if key != "m6"})


def test_hong_kong_and_macao_are_named_as_regions_and_never_as_countries() -> None:
    value = example.trip(title=None, stops=[{"country": "HK", "city": "香港"}, {"country": "MO"}])
    assert errand(value) == "赴香港、澳门进行业务洽谈"
    assert places(value) == "香港、澳门"
    for kind in example.PAPERS:
        words = "".join(fill(source(kind), example.PAPERS[kind](trip=value)).lines())
        assert not any(word in words for word in ("出国", "回国", "归国", "访问2国"))


def test_taiwan_is_never_on_this_paper() -> None:
    with pytest.raises(PaperError, match="台办"):
        trip_values(example.trip(stops=[{"country": "TW"}]), example.NAMES)


def test_airside_transit_is_not_a_place_of_the_trip() -> None:
    assert entered(example.trip()) == ["JP", "KR"]
    assert places(example.trip()) == "日本（大阪）、韩国（首尔）"


def test_a_route_with_a_hole_is_not_stated() -> None:
    assert route(example.trip()) == "云汀—大阪—首尔—云汀"
    assert route(example.trip(legs=[{"from": "云汀", "to": "大阪"}, {"from": "东京", "to": "云汀"}])) is None


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(PaperError, match="XQ"):
        place_name("XQ")
