"""A source as a Word template, and that template filled: the same words as the PDF, for offices that edit.

`docx_template` gives the template itself (placeholders as docxtpl reads them), so an office can take
it, change the looks in Word, and hand it back. Fonts are named, not embedded; Word puts its own in
place of those that a machine lacks, character by character.
"""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from waiban.core.papers.qr import qr_png
from waiban.core.papers.source import HEAD, PLACE, Block, Column, Source, Values, check_values

FANGSONG, SONG_TITLE, HEI, SANS = "仿宋", "方正小标宋简体", "黑体", "微软雅黑"
RED = RGBColor(0xE6, 0x00, 0x12)
BODY, SMALL, TABLE = Pt(16), Pt(14), Pt(12)
PITCH = Pt(28.95)
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def render_docx(source: Source, values: Values, *, day: date) -> bytes:
    """The paper as DOCX; the same values and day give the same bytes. Raises PaperError as `fill` does."""
    check_values(source, values)
    template = DocxTemplate(io.BytesIO(docx_template(source)))
    context: dict[str, Any] = {name: _say(values.get(name)) for name in (*HEAD, *source.values)}
    qr = values.get("qr")
    context["qr"] = InlineImage(template, io.BytesIO(qr_png(qr)), height=Mm(17)) if isinstance(qr, str) and qr else ""
    for name in source.rows:
        context[name] = [{field: _say(text) for field, text in row.items()} for row in _rows(values, name)]
    template.render(context, SandboxedEnvironment(autoescape=True, undefined=StrictUndefined))
    _fit_head_mark(template.docx)
    properties = template.docx.core_properties
    properties.title, properties.author = source.zh, str(values["office"])
    properties.created = properties.modified = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    out = io.BytesIO()
    template.save(out)
    return steady(out.getvalue())


def _fit_head_mark(document: Any) -> None:
    """One line for the office's mark, however long its name is."""
    for paragraph in document.paragraphs[:3]:
        for run in paragraph.runs:
            if run.font.color is not None and run.font.color.rgb == RED:
                run.font.size = Pt(min(44, int(440 / max(len(run.text), 1))))


def _rows(values: Values, name: str) -> list[Mapping[str, str | None]]:
    return [row for row in values[name] or [] if not isinstance(row, str)]


def _say(value: object) -> str:
    # docxtpl reads \a as a new paragraph of the same kind, as the PDF sets each line.
    return value.replace("\n", "\a") if isinstance(value, str) else ""


def steady(data: bytes) -> bytes:
    """The same parts with one fixed time, so that equal papers are equal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx_template(source: Source) -> bytes:
    document = Document()
    _page(document, sheet=source.layout == "sheet")
    (_sheet_head if source.layout == "sheet" else _official_head)(document, source)
    for block in source.body:
        _conditional(document, block.when, block.unless, block, last=block is source.body[-1])
    if source.layout == "sheet":
        for text in source.attachments:
            _paragraph(document, text, size=Pt(10.5), font=SANS)
    else:
        _official_foot(document, source)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _conditional(document: Any, when: str | None, unless: str | None, block: Block, *, last: bool) -> None:
    condition = " and ".join(filter(None, [when, f"not {unless}" if unless else None]))
    if condition:
        document.add_paragraph(f"{{%p if {condition} %}}")
    _block(document, block)
    if last and block.text is not None:
        # The last words stay on one page with what signs them.
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    if condition:
        document.add_paragraph("{%p endif %}")


def _block(document: Any, block: Block) -> None:
    sheet = document.styles["Normal"].font.name == SANS
    if block.heading is not None:
        size = Pt(12) if sheet else BODY
        paragraph = _paragraph(document, block.heading, font=HEI, size=size, indent=0 if sheet else 2)
        paragraph.paragraph_format.keep_with_next = True
    elif block.text is not None:
        _paragraph(document, block.text, indent=0 if sheet else 2)
    elif block.table is not None:
        _table(document, block, sheet=sheet)
    elif block.pairs:
        _pairs(document, block)
    else:
        table = _grid(document, [1] * len(block.boxes))
        row = table.add_row()
        row.height = Mm(30)
        for cell, label in zip(row.cells, block.boxes, strict=True):
            _cell(cell, label, "left")


def _page(document: Any, *, sheet: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if sheet:
        section.top_margin, section.bottom_margin = Mm(20), Mm(18)
        section.left_margin = section.right_margin = Mm(20)
    else:
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(25)
        section.header_distance = Mm(12)
        document.settings.odd_and_even_pages_header_footer = True
        section.different_first_page_header_footer = True
        section.first_page_header.is_linked_to_previous = False
        _page_number(section.first_page_footer, WD_ALIGN_PARAGRAPH.RIGHT)
        _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
        _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    normal = document.styles["Normal"]
    normal.font.name = SANS if sheet else FANGSONG
    normal.font.size = Pt(10.5) if sheet else BODY
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), normal.font.name)
    for language in normal.element.rPr.findall(qn("w:lang")):
        normal.element.rPr.remove(language)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.rPr.append(language)


def _page_number(footer: Any, alignment: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = alignment
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = SMALL
    _run(paragraph, "— ", size=SMALL, font="宋体")
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = _run(paragraph, "", size=SMALL, font="宋体")
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    _run(paragraph, " —", size=SMALL, font="宋体")


def _official_head(document: Any, source: Source) -> None:
    corner = document.sections[0].first_page_header.paragraphs[0]
    corner.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(corner, "{{ mark }}　{{ qr }}", font=SANS, size=Pt(10.5))
    document.add_paragraph("{%p if head_mark %}")
    mark = _paragraph(document, "{{ head_mark }}", font=SONG_TITLE, size=Pt(36), align="center", colour=RED, bold=True)
    mark.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    mark.paragraph_format.space_after = PITCH
    if source.layout == "upward":
        line = _paragraph(document, "{{ number }}\t签发人：{{ signer }}")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(151), WD_TAB_ALIGNMENT.RIGHT)
    else:
        line = _paragraph(document, "{{ number }}", align="center")
    _border(line, "bottom", "E60012", 12)
    document.add_paragraph("{%p else %}")
    _paragraph(
        document, "签发人：{{ signer }}　{{ number }}" if source.layout == "upward" else "{{ number }}", align="right"
    )
    document.add_paragraph("{%p endif %}")
    title = _paragraph(document, source.title, font=SONG_TITLE, size=Pt(22), align="center", pitch=Pt(35))
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(24)
    if source.to:
        _paragraph(document, f"{source.to}：")


def _sheet_head(document: Any, source: Source) -> None:
    table = document.add_table(rows=1, cols=2)
    _cell(table.cell(0, 0), "{{ office }}　{{ number }}　{{ date }}", "left")
    _cell(table.cell(0, 1), "{{ mark }}　{{ qr }}", "right")
    _paragraph(document, source.title, size=Pt(18), font=SANS, bold=True, align="center")
    if source.to:
        _paragraph(document, f"{source.to}：")


def _official_foot(document: Any, source: Source) -> None:
    for place, text in enumerate(source.attachments):
        number = f"{place + 1}." if len(source.attachments) > 1 else ""
        line = _paragraph(document, f"{'附件：' if place == 0 else ''}{number}{text}")
        line.paragraph_format.left_indent = BODY * (2 if place == 0 else 5)
        line.paragraph_format.keep_with_next = True
        if place == 0:
            line.paragraph_format.space_before = PITCH
    office = _paragraph(document, "{{ office }}", align="right")
    office.paragraph_format.space_before = PITCH * 2
    day = _paragraph(document, "{{ date }}", align="right")
    for line in (office, day):
        line.paragraph_format.right_indent = BODY * (2 if line is office else 4)
        line.paragraph_format.keep_with_next = True
    document.add_paragraph("{%p if contact %}")
    contact = _paragraph(document, "（联系人：{{ contact }}）", indent=2)
    contact.paragraph_format.space_after = PITCH
    contact.paragraph_format.keep_with_next = True
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if copies_to %}")
    copies = _paragraph(document, "抄送：{{ copies_to }}。", size=SMALL)
    _border(copies, "top", "000000", 8)
    copies.paragraph_format.keep_with_next = True
    document.add_paragraph("{%p endif %}")
    issued = _paragraph(document, "{{ office }}\t{{ date }}印发", size=SMALL)
    issued.paragraph_format.tab_stops.add_tab_stop(Mm(151), WD_TAB_ALIGNMENT.RIGHT)
    _border(issued, "top", "000000", 6)
    _border(issued, "bottom", "000000", 8)


def _table(document: Any, block: Block, *, sheet: bool) -> None:
    rows = block.table
    each = _row_name(block.columns)
    table = _grid(document, [column.width for column in block.columns], 170 if sheet else 156)
    head = table.add_row()
    for cell, column in zip(head.cells, block.columns, strict=True):
        _cell(cell, column.head, "center", font=HEI)
    repeat = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(repeat)
    _cell(table.add_row().cells[0], f"{{%tr for {each} in {rows} %}}", "left")
    for cell, column in zip(table.add_row().cells, block.columns, strict=True):
        _cell(cell, column.cell, column.align)
    _cell(table.add_row().cells[0], "{%tr endfor %}", "left")


def _row_name(columns: tuple[Column, ...]) -> str:
    return next(found[1] for column in columns for found in PLACE.finditer(column.cell) if found[2])


def _pairs(document: Any, block: Block) -> None:
    table = _grid(document, [3, 5, 3, 5], 170)
    cells: list[Any] = []
    for pair in block.pairs:
        if pair.when:
            _cell(table.add_row().cells[0], f"{{%tr if {pair.when} %}}", "left")
        if pair.wide or not cells:
            cells = list(table.add_row().cells)
        label, value, *cells = cells
        if pair.wide:
            value, cells = value.merge(cells[-1]), []
        _cell(label, pair.label, "left", font=HEI)
        _cell(value, pair.value, "left")
        if pair.when:
            _cell(table.add_row().cells[0], "{%tr endif %}", "left")


def _grid(document: Any, widths: list[int], total: int = 156) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(total * width / sum(widths))
    return table


def _cell(cell: Any, text: str, align: str, font: str | None = None) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = ALIGN[align]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
    _run(paragraph, text, size=TABLE, font=font)


def _paragraph(
    document: Any,
    text: str,
    *,
    font: str | None = None,
    size: Any = None,
    align: str | None = None,
    indent: int = 0,
    colour: Any = None,
    bold: bool = False,
    pitch: Any = PITCH,
) -> Any:
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if document.styles["Normal"].font.name == FANGSONG:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, pitch
    if align:
        paragraph.alignment = ALIGN[align]
    if indent:
        first = paragraph._p.get_or_add_pPr().get_or_add_ind()
        first.set(qn("w:firstLineChars"), str(indent * 100))
        first.set(qn("w:firstLine"), str(indent * 320))
    _run(paragraph, text, size=size, font=font, colour=colour, bold=bold)
    return paragraph


def _run(
    paragraph: Any, text: str, *, size: Any = None, font: str | None = None, colour: Any = None, bold: bool = False
) -> Any:
    run = paragraph.add_run(text)
    run.font.size = size
    run.font.bold = bold or None
    if colour is not None:
        run.font.color.rgb = colour
    if font:
        run.font.name = font
        run._r.rPr.rFonts.set(qn("w:eastAsia"), font)
    return run


def _border(paragraph: Any, side: str, colour: str, eighths: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
