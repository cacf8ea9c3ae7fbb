import io
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from waiban.core.papers import fonts
from waiban.core.papers.pdf import render_pdf
from waiban.core.papers.source import PaperError, fill
from waiban.core.papers.tests.example import DAY, source, values
from waiban.core.papers.tests.narrow_font import narrow_font
from waiban.core.papers.tests.reading import docx_lines, pdf_glyphs, pdf_words, squeezed
from waiban.core.papers.word import docx_template, render_docx

RARE = "镕喆堃犇玥"


def test_pdf_and_docx_say_the_same_in_the_same_order() -> None:
    paper = source()
    lines = list(fill(paper, values()).lines())
    word = [line for line in docx_lines(render_docx(paper, values(), day=DAY)) if line]
    assert word[word.index(lines[0]) :][: len(lines)] == lines
    words = pdf_words(render_pdf(paper, values(), day=DAY))
    at = 0
    for line in lines:
        at = words.index(squeezed(line), at)


@pytest.mark.parametrize("kind", ["official", "upward", "sheet"])
def test_the_head_and_foot_of_each_layout_are_printed(kind: str) -> None:
    paper = source(official=kind)
    given = values(signer="陆闻笙")
    words = pdf_words(render_pdf(paper, given, day=DAY))
    for name in ("office", "number", "date", "mark", "contact"):
        assert squeezed(str(given[name])) in words
    assert ("签发人：陆闻笙" in words) == (kind == "upward")
    text = "\n".join(docx_lines(render_docx(paper, given, day=DAY)))
    for name in ("office", "number", "date"):
        assert str(given[name]) in text
    assert ("签发人：陆闻笙" in text) == (kind == "upward")


def test_without_a_red_head_nothing_is_red() -> None:
    def red(data: bytes) -> bool:
        return b"0.9019" in PdfReader(io.BytesIO(data)).pages[0].get_contents().get_data()

    assert red(render_pdf(source(), values(), day=DAY))
    assert not red(render_pdf(source(), values(head_mark=None), day=DAY))
    assert "云外批〔2027〕9 号" in docx_lines(render_docx(source(), values(head_mark=None), day=DAY))


def test_an_office_may_leave_out_square_mark_contact_and_copies() -> None:
    bare = values(qr=None, mark=None, contact=None, copies_to=None, number=None)
    words = pdf_words(render_pdf(source(), bare, day=DAY))
    assert not any(word in words for word in ("未盖章", "联系人", "抄送"))
    document = Document(io.BytesIO(render_docx(source(), bare, day=DAY)))
    text = "\n".join(docx_lines(render_docx(source(), bare, day=DAY)))
    header = document.sections[0].first_page_header.paragraphs[0].text
    assert not any(word in text + header for word in ("未盖章", "联系人", "抄送", "None"))
    assert not any("media" in str(part.partname) for part in document.part.package.iter_parts())
    document = Document(io.BytesIO(render_docx(source(), values(), day=DAY)))
    assert any("media" in str(part.partname) for part in document.part.package.iter_parts())


def test_rare_characters_of_names_are_drawn() -> None:
    members = [{"name": character + "明", "post": "科长"} for character in RARE]
    data = render_pdf(source(), values(members=members, who=RARE), day=DAY)
    assert all(character in pdf_words(data) for character in RARE)
    assert 0 not in {glyph for _font, glyph in pdf_glyphs(data)}


def test_an_office_font_without_rare_characters_leaves_them_to_the_package_font(tmp_path: Path) -> None:
    wide = fonts.FONTS / "NotoSerifSC_400Regular.ttf"
    (tmp_path / "simfang.ttf").write_bytes(narrow_font(wide, "FangSong", "任务谈扩产选址签供货备忘录明科长"))
    members = [{"name": character + "明", "post": "科长"} for character in RARE]
    given = values(members=members, who=RARE)
    data = render_pdf(source(), given, day=DAY, extra_fonts=tmp_path)
    used = {font for font, _glyph in pdf_glyphs(data)}
    assert any("FangSong" in font for font in used)
    assert any("NotoSerifSC" in font for font in used)
    assert all(character + "明" in pdf_words(data) for character in RARE)
    assert 0 not in {glyph for _font, glyph in pdf_glyphs(data)}
    assert not any("FangSong" in font for font, _glyph in pdf_glyphs(render_pdf(source(), given, day=DAY)))


def test_a_character_that_the_first_font_lacks_comes_from_the_next() -> None:
    serif = fonts.characters(fonts.FONTS / "NotoSerifSC_400Regular.ttf")
    sans = fonts.characters(fonts.FONTS / "NotoSansSC_400Regular.ttf")
    only_serif = next(chr(code) for code in sorted(serif - sans) if 0x4E00 <= code <= 0x9FFF)
    paper = source(official="sheet")
    plain = pdf_glyphs(render_pdf(paper, values(), day=DAY))
    data = render_pdf(paper, values(purpose=only_serif), day=DAY)
    assert only_serif in pdf_words(data)
    assert not any("Serif" in font for font, _glyph in plain)
    assert any("Serif" in font for font, _glyph in pdf_glyphs(data))
    assert 0 not in {glyph for _font, glyph in pdf_glyphs(data)}


def test_a_character_that_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(PaperError, match="☐"):
        render_pdf(source(), values(purpose="选☐项"), day=DAY)


def test_only_fonts_from_the_package_are_used_and_all_are_in_the_file() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(source(), values(), day=DAY)))
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font["/DescendantFonts"][0].get_object()
            assert "Noto" in descendant["/BaseFont"]
            assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"])


def test_the_file_says_that_it_is_pdf_a_2b_with_its_title_and_day() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(source(), values(), day=DAY)))
    about = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in about
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in about
    assert reader.metadata.title == "关于梁舒镕等2人赴日本、韩国的批件"
    assert reader.metadata.creation_date.date() == DAY


def test_the_same_paper_is_the_same_bytes_in_another_process() -> None:
    program = (
        "import sys; from waiban.core.papers.tests.example import *; from waiban.core.papers.pdf import render_pdf;"
        "from waiban.core.papers.word import render_docx; from hashlib import sha256;"
        "print(*(sha256(make(source(), values(), day=DAY)).hexdigest() for make in (render_pdf, render_docx)))"
    )
    here = Path(__file__).parents[4]
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(here), "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    assert len(answers) == 1


HOSTILE = '<w:br/>&amp; {{ office }} {% raw %} #import "x" $x$ *a* _b_ @c \\ [d] `e` ]'


def test_words_are_never_read_as_markup_of_either_kind() -> None:
    given = values(purpose=HOSTILE, members=[{"name": HOSTILE, "post": "{{ 1 + 1 }}"}])
    assert squeezed(HOSTILE) in pdf_words(render_pdf(source(), given, day=DAY))
    lines = docx_lines(render_docx(source(), given, day=DAY))
    assert HOSTILE in lines
    assert f"{HOSTILE}\t{{{{ 1 + 1 }}}}" in lines


def test_the_template_that_an_office_may_take_holds_the_names() -> None:
    text = "\n".join(docx_lines(docx_template(source())))
    assert "{{ purpose }}" in text
    assert "{%tr for member in members %}" in text
