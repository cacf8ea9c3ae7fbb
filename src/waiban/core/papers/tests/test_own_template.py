"""An office's own DOCX: what it may say, and what hostile ones try. Every file is judged in the process of its own."""

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from waiban.core.papers import templates
from waiban.core.papers.source import parse_source
from waiban.core.papers.templates import check_template, names_of, render_own, rows_of, sample
from waiban.core.papers.word import docx_template

SOURCE = parse_source(
    """
paper: letter
zh: 函
en: Letter
layout: official
title: "关于{{ topic }}的函"
values: {topic: 事由, note: {zh: 附注, optional: true}}
rows:
  members: {each: member, fields: {name: 姓名, post: 职务}}
body:
  - table: members
    columns: [{head: 姓名, cell: "{{ member.name }}"}, {head: 职务, cell: "{{ member.post }}"}]
  - {text: "{{ note }}", when: note}
"""
)


def written(*paragraphs: str, make: Callable[[docx.document.Document], None] | None = None) -> bytes:
    document = docx.Document()
    document.add_paragraph("{{ office }} {{ number }} {{ date }}")
    for text in paragraphs:
        document.add_paragraph(text)
    if make is not None:
        make(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_parts(data: bytes, parts: dict[str, bytes], replace: dict[str, tuple[bytes, bytes]] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if replace and name in replace:
                before, after = replace[name]
                assert before in content
                content = content.replace(before, after)
            new.writestr(name, content)
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def codes(data: bytes) -> set[str]:
    return {fault.code for fault in check_template(SOURCE, data).faults}


def test_the_shipped_template_is_fit() -> None:
    assert check_template(SOURCE, docx_template(SOURCE)).faults == []


def test_names_ifs_and_rows_are_all_that_a_paper_needs() -> None:
    def rows(document: docx.document.Document) -> None:
        table = document.add_table(rows=3, cols=2)
        table.cell(0, 0).text = "{%tr for member in members %}"
        table.cell(1, 0).text, table.cell(1, 1).text = "{{ member.name }}", "{{ member.post }}"
        table.cell(2, 0).text = "{%tr endfor %}"

    checked = check_template(SOURCE, written("{% if note and not signer %}{{ note }}{% endif %}", make=rows))
    assert checked.faults == []
    assert {"number", "note", "members", "member.name"} <= checked.used


HOSTILE = {
    "class walk": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "format": "{{ '{0.__class__}'.format(topic) }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "self": "{{ self.__init__.__globals__ }}",
    "attr filter": "{{ topic|attr('__class__') }}",
    "map filter": "{{ members|map(attribute='__class__')|list }}",
    "attribute chain": "{% for member in members %}{{ member.name.__class__ }}{% endfor %}",
    "item": "{{ topic['__class__'] }}",
    "call": "{{ topic() }}",
    "method": "{{ topic.upper() }}",
    "set": "{% set x = topic %}",
    "macro": "{% macro m() %}{% endmacro %}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'x' as y %}",
    "extends": "{% extends '/etc/passwd' %}",
    "call block": "{% call topic() %}{% endcall %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "with": "{% with x = topic %}{% endwith %}",
    "arithmetic": "{{ 9 * 9 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "string times": "{{ 'x' * 999999999 }}",
    "concatenation": "{{ topic ~ topic }}",
    "inline if": "{{ topic if note else office }}",
    "comparison": "{% if topic == '1' %}x{% endif %}",
    "test": "{% if topic is defined %}x{% endif %}",
    "range": "{% for x in range(999999999) %}x{% endfor %}",
    "nested loops": "{% for member in members %}{% for member in members %}x{% endfor %}{% endfor %}",
    "filtered loop": "{% for member in members if member.name %}x{% endfor %}",
    "recursive loop": "{% for member in members recursive %}x{% endfor %}",
    "loop variable": "{% for member in members %}{{ loop.index }}{% endfor %}",
    "other loop name": "{% for x in members %}{{ x.name }}{% endfor %}",
    "unknown field": "{% for member in members %}{{ member.salary }}{% endfor %}",
    "unknown name": "{{ identity_number }}",
    "raw": "{% raw %}{{ x }}{% endraw %}",
    "comment": "{# hidden #}",
    "rich text tag": "{{r topic }}",
    "cell colour": "{% cellbg topic %}",
    "half a tag": "{% if note %}",
    "list": "{{ [topic] }}",
    "dict": "{{ {'a': topic} }}",
    "request": "{{ request.environ }}",
    "autoescape": "{% autoescape false %}{{ topic }}{% endautoescape %}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_is_more_than_a_name_is_refused(text: str) -> None:
    assert codes(written(text)) <= {"name", "expression", "statement", "syntax", "loop", "tag"}
    assert codes(written(text))


@pytest.mark.parametrize("place", ["header", "footer", "runs", "table", "property"])
def test_it_is_found_wherever_word_keeps_it(place: str) -> None:
    evil = "{{ cycler.__init__ }}"

    def hide(document: docx.document.Document) -> None:
        if place == "header":
            document.sections[0].header.paragraphs[0].text = evil
        elif place == "footer":
            document.sections[0].footer.paragraphs[0].text = evil
        elif place == "runs":
            paragraph = document.add_paragraph()
            for piece in ("{", "{ cyc", "ler.__in", "it__ }", "}"):
                paragraph.add_run(piece).bold = piece == "{"
        elif place == "table":
            document.add_table(rows=1, cols=1).cell(0, 0).text = evil
        else:
            document.core_properties.title = evil

    assert codes(written(make=hide)) & {"expression", "name"}


EXTERNAL = (
    b"</Relationships>",
    (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
        b'Target="%s" TargetMode="External"/></Relationships>'
    ),
)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (b"image", b"http://10.0.0.1/pixel.png"),
        (b"attachedTemplate", b"file:///etc/passwd"),
        (b"hyperlink", b"https://example.org/"),
        (b"oleObject", b"\\\\10.0.0.1\\share\\x"),
        (b"frame", b"http://10.0.0.1/"),
    ],
)
def test_nothing_outside_is_pointed_to(kind: bytes, target: bytes) -> None:
    before, after = EXTERNAL
    data = with_parts(written(), {}, {"word/_rels/document.xml.rels": (before, after % (kind, target))})
    assert codes(data) == {"external"}


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("word/vbaProject.bin", "part"),
        ("word/embeddings/oleObject1.bin", "part"),
        ("word/embeddings/sheet.xlsx", "part"),
        ("word/afchunk.mht", "part"),
        ("word/activeX/activeX1.xml", "part"),
        ("word/media/evil.svg", "part"),
        ("word/media/evil.wmf", "part"),
        ("../../escape.xml", "part"),
        ("/etc/passwd", "part"),
    ],
)
def test_parts_that_a_paper_has_no_use_for(part: str, code: str) -> None:
    assert codes(with_parts(written(), {part: b"x"})) == {code}


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (b'<w:altChunk r:id="rId9"/>', "alt_chunk"),
        (b"<w:p><w:r><w:object/></w:r></w:p>", "object"),
        (b'<w:p><w:fldSimple w:instr="INCLUDEPICTURE http://10.0.0.1/x"/></w:p>', "field"),
        (b"<w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText></w:r></w:p>", "field"),
        (
            b"<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT x</w:instrText></w:r></w:p>",
            "field",
        ),
    ],
)
def test_what_word_would_fetch_or_run_when_it_opens_the_paper(inside: bytes, code: str) -> None:
    data = with_parts(written(), {}, {"word/document.xml": (b"<w:sectPr", inside + b"<w:sectPr")})
    assert codes(data) == {code}


def test_no_entity_reads_a_file() -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document '
    data = with_parts(written(), {}, {"word/document.xml": (b"<w:document ", doctype)})
    assert codes(data) == {"doctype"}


def test_a_billion_laughs_are_refused_in_time() -> None:
    entities = b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    doctype = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + entities + b"]><w:document "
    began = time.monotonic()
    data = with_parts(written(), {}, {"word/document.xml": (b"<w:document ", doctype)})
    assert codes(data) & {"doctype", "xml", "limits"}
    assert time.monotonic() - began < 20


def test_a_zip_that_unfolds_without_end() -> None:
    bomb = with_parts(written(), {"word/media/image9.png": b"\0" * (60 * 1024 * 1024)})
    assert len(bomb) < 200_000
    assert codes(bomb) == {"too_large"}


def test_not_a_document_at_all() -> None:
    assert codes(b"PK\x03\x04 nothing") == {"not_docx"}
    assert codes(with_parts(written(), {}, {"[Content_Types].xml": (b"main+xml", b"main.macroEnabled+xml")})) == {
        "macro"
    }


def test_a_paper_with_a_number_says_where_it_stands() -> None:
    document = docx.Document()
    document.add_paragraph("{{ office }}")
    out = io.BytesIO()
    document.save(out)
    assert codes(out.getvalue()) == {"unnumbered"}


def test_a_template_that_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "LIMITS", {"cpu_seconds": 1, "wall_seconds": 10, "megabytes": 768})
    many = b"".join(b"<w:p><w:r><w:t>{{ topic }} %d</w:t></w:r></w:p>" % (n * 7919 % 1_000_003) for n in range(150_000))
    long = with_parts(written(), {}, {"word/document.xml": (b"<w:sectPr", many + b"<w:sectPr")})
    assert codes(long) == {"limits"}


def test_what_a_value_says_is_never_a_program(tmp_path: Path) -> None:
    """The values come from people's forms: markup and braces in them are letters."""
    from waiban.core.papers.own_template import render

    values = dict(sample(SOURCE)) | {"topic": "<w:p/> {{ cycler }} & “引号” {% raw %}", "qr": None}
    message = {
        "docx": base64.b64encode(written("{{ topic }}")).decode(), "names": names_of(SOURCE), "rows": rows_of(SOURCE),
        "values": values, "title": "函", "author": "外办", "day": "2027-03-02",
    }  # fmt: skip
    filled = docx.Document(io.BytesIO(render(json.dumps(message).encode())))
    assert values["topic"] in [paragraph.text for paragraph in filled.paragraphs]


def test_a_fault_says_where_and_what() -> None:
    (fault,) = check_template(SOURCE, written("{{ identity_number }}")).faults
    assert fault.where == "正文"
    assert "identity_number" in fault.text


def test_render_refuses_what_was_stored_unfit() -> None:
    from waiban.core.papers.own_template import Unfit, render

    message = {
        "docx": base64.b64encode(written("{{ cycler }}")).decode(), "names": names_of(SOURCE), "rows": rows_of(SOURCE),
        "values": dict(sample(SOURCE)), "title": "函", "author": "外办", "day": "2027-03-02",
    }  # fmt: skip
    with pytest.raises(Unfit):
        render(json.dumps(message).encode())
    assert callable(render_own)
