"""Write the empty workbook, and read a filled one: texts as typed, pictures by the row that they are pasted in."""

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import python_calamine
import xlsxwriter
from django.utils.translation import gettext as _
from lxml import etree

from waiban.domains.outbound.importing.fields import CellError
from waiban.site.office_init.sheets import SHEETS, SheetPlan

ROWS_MOST = 50_000
FIRST = 4
"""The first row of data, as the spreadsheet counts: title, headings and notes stand above."""
CHOICES = "可选"


@dataclass(frozen=True, slots=True)
class Fault:
    """`row` 0 is the sheet as a whole. What stood there is left out: it may be somebody's number."""

    sheet: str
    row: int
    column: str
    expected: str


@dataclass
class Line:
    sheet: SheetPlan
    row: int
    values: dict[str, Any]
    picture: bytes | None = None

    def get(self, code: str) -> Any:
        return self.values.get(code)

    def __getitem__(self, code: str) -> Any:
        return self.values[code]


@dataclass
class Read:
    lines: dict[str, list[Line]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def write_template(out: IO[bytes]) -> None:
    """Each sheet: what it is for, headings with notes, choices as lists; identity numbers are text."""
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "外办初始工作簿"})
        title = book.add_format({"bold": True, "font_size": 12})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F7"})
        needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE6F2"})
        note = book.add_format({"font_color": "#555555", "text_wrap": True, "valign": "top"})
        plain = book.add_format({"num_format": "@"})
        sheets = [(plan, book.add_worksheet(plan.title)) for plan in SHEETS]
        lists = book.add_worksheet(CHOICES)
        used = 0
        for plan, sheet in sheets:
            sheet.write_string(0, 0, plan.note, title)
            for place, column in enumerate(plan.columns):
                sheet.set_column(place, place, 18, plain)
                sheet.write_string(1, place, column.title, needed if column.needed else head)
                said = "、".join(filter(None, ["必填" if column.needed else "", column.note]))
                sheet.write_string(2, place, said, note)
                if column.choices:
                    lists.write_string(0, used, f"{plan.title} {column.title}", head)
                    for line, word in enumerate(column.choices, 1):
                        lists.write_string(line, used, word)
                    letter = xlsxwriter.utility.xl_col_to_name(used)
                    source = f"={CHOICES}!${letter}$2:${letter}${len(column.choices) + 1}"
                    sheet.data_validation(
                        FIRST - 1, place, 5_000, place, {"validate": "list", "source": source, "error_type": "warning"}
                    )
                    used += 1
            sheet.freeze_panes(FIRST - 1, 0)


def read_workbook(data: bytes) -> Read:
    """Every cell of every known sheet. A sheet that is missing is empty; one that nobody knows is named."""
    found = Read()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    titles = {plan.title for plan in SHEETS}
    for name in book.sheet_names:
        if name not in titles | {CHOICES}:
            found.faults.append(Fault(name, 0, "", _("没有这张工作表；用的是不是别的版本的工作簿")))
    pictures = pictures_of(data)
    for plan in SHEETS:
        found.lines[plan.code] = []
        if plan.title not in book.sheet_names:
            continue
        rows = book.get_sheet_by_name(plan.title).to_python(skip_empty_area=False)
        _read_sheet(plan, rows, pictures.get(plan.title, {}), found)
    return found


def _read_sheet(plan: SheetPlan, rows: Sequence[Sequence[Any]], pictures: dict[int, bytes], found: Read) -> None:
    headings = [" ".join(str(cell).split()) for cell in rows[1]] if len(rows) > 1 else []
    places = {}
    for column in plan.columns:
        if column.title in headings:
            places[column.code] = headings.index(column.title)
        elif column.needed and len(rows) >= FIRST:
            found.faults.append(Fault(plan.title, 2, column.title, _("少了这一列")))
    if len(rows) > ROWS_MOST:
        found.faults.append(Fault(plan.title, 0, "", _("一张工作表最多 %(n)d 行") % {"n": ROWS_MOST}))
        return
    for number, cells in enumerate(rows[FIRST - 1 :], FIRST):
        if not any(cell not in ("", None) for cell in cells):
            continue
        line = Line(plan, number, {}, pictures.get(number))
        for column in plan.columns:
            place = places.get(column.code, len(cells))
            cell = cells[place] if place < len(cells) else ""
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                if column.needed:
                    found.faults.append(Fault(plan.title, number, column.title, _("待填")))
                continue
            try:
                line.values[column.code] = column.read(cell)
            except CellError as error:
                found.faults.append(Fault(plan.title, number, column.title, str(error)))
        found.lines[plan.code].append(line)


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ART = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def pictures_of(data: bytes) -> dict[str, dict[int, bytes]]:
    """Pictures by sheet and by the row in which their upper left corner lies. The file has passed the door."""
    found: dict[str, dict[int, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        book = _xml(archive, "xl/workbook.xml")
        targets = _relations(archive, parts, "xl/workbook.xml")
        for sheet in book.iter(f"{MAIN}sheet"):
            part = targets.get(sheet.get(f"{RELATION}id") or "", "")
            for drawing in _relations(archive, parts, part).values():
                if not re.fullmatch(r"xl/drawings/drawing\d+\.xml", drawing) or drawing not in parts:
                    continue
                images = _relations(archive, parts, drawing)
                for anchor in _xml(archive, drawing):
                    row, blip = anchor.find(f"{DRAWING}from/{DRAWING}row"), anchor.find(f".//{ART}blip")
                    image = images.get((blip.get(f"{RELATION}embed") or "") if blip is not None else "", "")
                    if row is not None and row.text and image in parts:
                        found.setdefault(sheet.get("name") or "", {})[int(row.text) + 1] = archive.read(image)
    return found


def _xml(archive: zipfile.ZipFile, part: str) -> Any:
    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))


def _relations(archive: zipfile.ZipFile, parts: set[str], part: str) -> dict[str, str]:
    folder, _slash, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in parts:
        return {}
    found = {}
    for relation in _xml(archive, rels):
        target = relation.get("Target") or ""
        if relation.get("TargetMode") != "External":
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[relation.get("Id") or ""] = whole
    return found
