import pytest

from waiban.core.papers.source import PaperError, fill, parse_source, source_sha256
from waiban.core.papers.tests.example import TEXT, source, values


def test_the_words_stand_in_order_and_lines_of_a_value_become_paragraphs() -> None:
    assert list(fill(source(), values()).lines()) == [
        "关于梁舒镕等2人赴日本、韩国的批件",
        "云汀市商务局：",
        "一、任务",
        "谈扩产选址。",
        "签供货备忘录。",
        "路线另报。",
        "姓名\t职务",
        "梁舒镕\t科长",
        "温犇玥\t",
        "请遵照执行。",
        "附件：1.名单",
        "2.日本、韩国日程",
    ]


def test_a_stated_route_is_printed_instead_of_the_other_sentence() -> None:
    lines = list(fill(source(), values(route="云汀—大阪—云汀")).lines())
    assert "路线：云汀—大阪—云汀。" in lines
    assert "路线另报。" not in lines


def test_a_title_breaks_between_names_and_places_only() -> None:
    assert fill(source(), values()).title_pieces == ["关于梁舒镕等2人赴", "日本、", "韩国的批件"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"purpose": ""}, r"not stated: purpose \(任务\)"),
        ({"purpose": None}, r"not stated: purpose \(任务\)"),
        ({"office": "", "who": None}, r"not stated: office \(发文机关\), who \(团长\)"),
        ({"hotel": "x"}, "not on the list of example: hotel"),
        ({"members": None}, "members must be a list"),
        ({"members": [{"name": "甲"}]}, "members/0 must have exactly name, post"),
        ({"members": [{"name": "甲\x00", "post": ""}]}, r"members/0/name .*U\+0000"),
        ({"who": "\ud800"}, r"who .*U\+D800"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(change: dict[str, object], complaint: str) -> None:
    fill(source(), values())
    with pytest.raises(PaperError, match=complaint):
        fill(source(), values(**change))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{{ purpose }}", "{{ secret }}", "body/1: secret is not on the paper's list"),
        ("{{ purpose }}", "{{ purpose.__class__ }}", "purpose.__class__ is not on"),
        ("{{ purpose }}", "{{ purpose.upper }}", "purpose.upper is not on"),
        ("{{ purpose }}", "{{ purpose|safe }}", "only"),
        ("{{ purpose }}", "{% include x %}", "only"),
        ("{{ purpose }}", "{{ route }}", "route may be missing"),
        ("{{ member.name }}", "{{ member.salary }}", "member.salary is not on"),
        ("when: route", "when: weather", "weather is not on"),
        ("table: members", "table: guests", "guests is not a list"),
        ("layout: official", "layout: poster", "layout"),
        ("zh: 样例", "zh: 样例\nmacro: x", "macro"),
        ("  unit: 主送", "  unit: 主送\n  office: 机关", "office is named twice"),
        ("  - heading: 一、任务", "  - heading: 一、任务\n    text: x", "body/0: a block is one of"),
        ("  - heading: 一、任务", '  - pairs: [{label: 路线, value: "{{ route }}", when: route}]', "wide: true"),
    ],
)
def test_a_source_says_only_what_its_list_allows(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    with pytest.raises(PaperError, match=complaint):
        parse_source(TEXT.replace(old, new))


def test_the_hash_follows_the_text() -> None:
    assert source_sha256(source()) == source_sha256(source())
    assert source_sha256(source()) != source_sha256(source(请遵照执行="请执行"))
