"""What the door lets in and what it refuses, file by file, made here by the programs that offices use."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
import typst
import xlsxwriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

from waiban.core.files.door.inspect import clean_name, inspect
from waiban.core.files.door.marks import mark_in, mark_in_lines
from waiban.core.files.errors import RefusedError

FONTS = Path(__file__).parents[2] / "papers" / "fonts"


def word(make: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    document.add_paragraph("关于赴德国访问的请示")
    make(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sheet(make: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None], name: str = "预算") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    first = book.add_worksheet(name)
    first.write("A1", "合计")
    make(book, first)
    book.close()
    return out.getvalue()


def pdf(*lines: str, spaced: bool = False) -> bytes:
    """A page set by Typst, as the product's own papers are; `spaced` sets each character apart."""
    text = "\n\n".join(lines)
    size = '#set text(font: "Noto Serif SC")\n' + ("#set text(tracking: 1.2em)\n" if spaced else "")
    return typst.compile((size + text).encode(), font_paths=[str(FONTS)], ignore_system_fonts=True)


def refuse(name: str, data: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        inspect(name, data)
    return refused.value


def header(document: docx.document.Document) -> None:
    document.sections[0].header.paragraphs[0].text = "秘密★5年"


def split_runs(document: docx.document.Document) -> None:
    paragraph = document.add_paragraph()
    for piece in ("机", "密", " ★", " 1 年"):
        paragraph.add_run(piece).bold = piece == "密"


def text_box(document: docx.document.Document) -> None:
    box = (
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>绝密</w:t></w:r><w:r><w:t>★</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.add_paragraph("外框")._p.append(parse_xml(box))


def word_art(document: docx.document.Document) -> None:
    art = (
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape>'
        '<v:textpath string="机密★"/></v:shape></w:pict></w:r>'
    )
    document.add_paragraph()._p.append(parse_xml(art))


def comment(document: docx.document.Document) -> None:
    document.add_comment(document.paragraphs[0].runs[0], text="原件为秘密★", author="办公室")


def deleted_text(document: docx.document.Document) -> None:
    change = f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>秘密★</w:delText></w:r></w:del>'
    document.add_paragraph()._p.append(parse_xml(change))


def wingdings_star(document: docx.document.Document) -> None:
    paragraph = document.add_paragraph("秘密")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:sym w:font="Wingdings" w:char="F0AB"/></w:r>'))


def one_character_a_line(document: docx.document.Document) -> None:
    for character in "秘密★5年":
        document.add_paragraph(character)


def property_text(document: docx.document.Document) -> None:
    document.core_properties.subject = "秘密★"


def table_cell(document: docx.document.Document) -> None:
    document.add_table(1, 2).cell(0, 1).text = "秘密★一年"


@pytest.mark.parametrize(
    "make",
    [
        header,
        split_runs,
        text_box,
        word_art,
        comment,
        deleted_text,
        wingdings_star,
        one_character_a_line,
        property_text,
        table_cell,
    ],
)
def test_a_word_document_with_a_mark_is_refused(make: Callable[[docx.document.Document], None]) -> None:
    refused = refuse("请示.docx", word(make))
    assert refused.reason == "classification_mark"
    assert refused.mark in {"秘密", "机密", "绝密"}


@pytest.mark.parametrize(
    "words",
    [
        "不得涉及国家秘密",
        "商业秘密和机密信息",
        "保守秘密\u3000人人有责",
        "★ 重点项目",
        "机密性、完整性",
        "已核对，不含秘密、机密、绝密文件",
    ],
)
def test_ordinary_words_pass(words: str) -> None:
    found = inspect("请示.docx", word(lambda document: document.add_paragraph(words) and None))
    assert found.readable
    assert found.name == "请示.docx"


def test_a_list_of_stars_below_the_word_passes() -> None:
    assert mark_in_lines(["本单位严守国家秘密", "★第一，学习条例", "★第二，检查设备"]) == ""


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("秘密★", "秘密"),
        ("机 密 ★ 5 年", "机密"),
        ("絕密★", "绝密"),
        ("祕密☆1年", "秘密"),
        ("机\u200b密\ufeff★", "机密"),
        ("秘密", ""),
        ("★秘密", ""),
    ],
)
def test_how_a_mark_is_seen(text: str, mark: str) -> None:
    assert mark_in(text) == mark


def comment_in_sheet(_: xlsxwriter.Workbook, first: xlsxwriter.worksheet.Worksheet) -> None:
    first.write_comment("A1", "机密★")


def header_of_sheet(_: xlsxwriter.Workbook, first: xlsxwriter.worksheet.Worksheet) -> None:
    first.set_header('&L&"宋体,常规"&12秘&B密&"宋体,粗体"★')


def text_box_in_sheet(_: xlsxwriter.Workbook, first: xlsxwriter.worksheet.Worksheet) -> None:
    first.insert_textbox("C3", "绝密★启用前")


def rich_string(book: xlsxwriter.Workbook, first: xlsxwriter.worksheet.Worksheet) -> None:
    bold = book.add_format({"bold": True})
    first.write_rich_string("B2", "秘", bold, "密", "★")


def two_cells(_: xlsxwriter.Workbook, first: xlsxwriter.worksheet.Worksheet) -> None:
    first.write("A3", "秘密")
    first.write("B3", "★5年")


@pytest.mark.parametrize("make", [comment_in_sheet, header_of_sheet, text_box_in_sheet, rich_string, two_cells])
def test_a_sheet_with_a_mark_is_refused(
    make: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None],
) -> None:
    assert refuse("预算.xlsx", sheet(make)).reason == "classification_mark"


def test_a_sheets_name_and_a_files_name_are_read() -> None:
    assert refuse("预算.xlsx", sheet(lambda *_: None, name="秘密★")).reason == "classification_mark"
    assert refuse("秘密★请示.docx", word(lambda _: None)).reason == "classification_mark"
    assert inspect("预算.xlsx", sheet(lambda *_: None)).content_type.endswith("spreadsheetml.sheet")


def test_a_file_inside_a_document_is_read() -> None:
    inner = sheet(comment_in_sheet)
    outer = io.BytesIO(word(lambda _: None))
    with zipfile.ZipFile(outer, "a") as archive:
        archive.writestr("word/embeddings/one.xlsx", inner)
    assert refuse("请示.docx", outer.getvalue()).reason == "classification_mark"


def test_an_old_office_object_inside_a_document_needs_a_statement() -> None:
    outer = io.BytesIO(word(lambda _: None))
    with zipfile.ZipFile(outer, "a") as archive:
        archive.writestr("word/embeddings/one.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert not inspect("请示.docx", outer.getvalue()).readable


def test_pdf_text_split_by_spaces() -> None:
    assert refuse("请示.pdf", pdf("机密★1年", spaced=True)).mark == "机密"
    assert refuse("请示.pdf", pdf("秘 密 ★", "正文")).mark == "秘密"
    assert inspect("请示.pdf", pdf("关于赴德国访问的请示", "不含国家秘密")).readable


def test_pdf_properties_notes_and_attached_files_are_read() -> None:
    def changed(change: Callable[[PdfWriter], object]) -> bytes:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("正文"))))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    from pypdf.annotations import FreeText

    assert refuse("a.pdf", changed(lambda w: w.add_metadata({"/Title": "秘密★"}))).mark == "秘密"
    note = FreeText(text="机密★", rect=(50, 50, 200, 100))
    assert refuse("a.pdf", changed(lambda w: w.add_annotation(0, note))).mark == "机密"
    assert refuse("a.pdf", changed(lambda w: w.add_attachment("a.docx", word(header)))).mark == "秘密"
    assert refuse("a.pdf", changed(lambda w: w.add_outline_item(title="绝密★", page_number=0))).mark == "绝密"


def test_formats_that_cannot_be_read_come_in_with_a_statement_only() -> None:
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("秘密★"))))
    locked.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    locked.write(out)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    for name, data in {"a.pdf": out.getvalue(), "请示.doc": old, "请示.wps": old, "请示.docx": old}.items():
        found = inspect(name, data)
        assert not found.readable
        assert found.advice
    assert refuse("请示.doc", old + "秘密★".encode("utf-16-le")).mark == "秘密"


def test_an_owner_locked_pdf_is_read() -> None:
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("秘密★"))))
    locked.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    locked.write(out)
    assert refuse("a.pdf", out.getvalue()).mark == "秘密"


def test_an_ofd_cannot_be_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>")
    assert not inspect("批件.ofd", out.getvalue()).readable


def image(form: str, **rest: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form, **rest)
    return out.getvalue()


def test_what_an_image_says_of_itself_is_read() -> None:
    assert inspect("护照.png", image("PNG")).content_type == "image/png"
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Title", "秘密★")
    assert refuse("护照.png", image("PNG", pnginfo=text)).mark == "秘密"
    exif = Image.Exif()
    exif[0x9C9B] = "机密★".encode("utf-16-le")
    assert refuse("护照.jpg", image("JPEG", exif=exif)).mark == "机密"


def test_content_decides_what_a_file_is() -> None:
    assert refuse("扫描件.pdf", image("PNG")).reason == "name"
    assert refuse("a.exe", b"MZ" + b"\0" * 100).reason == "kind"
    assert refuse("a.html", b"<html><script>alert(1)</script>").reason == "kind"
    assert refuse("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>").reason == "kind"
    assert refuse("a.pdf", b"").reason == "empty"
    assert refuse("a.pdf", b"%PDF-1.7 and nothing else").reason == "broken"
    assert refuse("a.docx", word(lambda _: None)[:-400]).reason in {"kind", "broken"}
    assert refuse("a.png", image("PNG")[:40]).reason == "broken"


def test_a_bomb_is_refused() -> None:
    out = io.BytesIO(word(lambda _: None))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("word/media/one.bin", b"\0" * (30 * 1024 * 1024))
    assert refuse("a.docx", out.getvalue()).reason == "broken"


def test_entities_are_not_unfolded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><a>&b;</a>'
    out = io.BytesIO(word(lambda _: None))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/extra.xml", bomb)
    assert refuse("a.docx", out.getvalue()).reason == "broken"


def test_names_lose_paths_and_unseen_characters() -> None:
    assert clean_name("C:\\报送\\请示\u202efdp.docx") == "请示fdp.docx"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("…" * 400 + ".pdf").endswith(".pdf")
    assert len(clean_name("长" * 400 + ".pdf")) <= 160
