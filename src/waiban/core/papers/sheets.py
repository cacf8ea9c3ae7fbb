"""Lists as spreadsheets: what a page shows and filters, typed, for a reader who goes on in Excel or WPS."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

Cell = str | int | Decimal | date | datetime | None
Kind = Literal["text", "count", "money", "number", "day", "moment"]

FORMATS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@"},
    "count": {"num_format": "0"},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "0.######"},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
}
WIDTHS = {"text": 18, "count": 8, "money": 14, "number": 12, "day": 12, "moment": 17}
ROWS_MAX = 1_048_575  # a worksheet's limit less the header
# A spreadsheet runs a text that begins so, when it comes from a CSV; a leading apostrophe stops it.
RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class SheetColumn:
    head: str
    kind: Kind = "text"
    width: int | None = None


class TooManyRowsError(ValueError):
    """A list longer than a worksheet holds; the caller asks for a narrower filter or a CSV."""


def write_xlsx(
    out: IO[bytes],
    name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[Cell]],
    *,
    zone: str = "Asia/Shanghai",
) -> int:
    """Write one worksheet, header frozen and filtered, row by row; returns the number of rows.

    Text is always written as text, never as formula, link or number: identity numbers keep their
    digits and `=…` stays a word. Moments are shown in `zone`; a naive one is refused. Excel's own
    numbers hold 15 digits, so a longer sum is written as text rather than rounded.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": False,
    }
    count = 0
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": name})
        sheet = book.add_worksheet(_sheet_name(name))
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {kind: book.add_format(look | {"valign": "top"}) for kind, look in FORMATS.items()}
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width or WIDTHS[column.kind])
            sheet.write_string(0, place, column.head, head)
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows, 1):
            if count > ROWS_MAX:
                raise TooManyRowsError(f"a worksheet holds {ROWS_MAX:,} rows")
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                _write(sheet, count, place, value, kind=column.kind, formats=formats, zone=zone)
        if columns:
            sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _write(sheet: Any, row: int, place: int, value: Cell, *, kind: Kind, formats: dict[str, Any], zone: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, _local(value, zone).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats["day"])
    elif isinstance(value, int | Decimal) and kind != "text" and _exact(value):
        sheet.write_number(row, place, value, formats[kind])
    else:
        sheet.write_string(row, place, str(value), formats["text"])


def _exact(value: int | Decimal) -> bool:
    number = Decimal(value)
    return number.is_finite() and len(number.normalize().as_tuple().digits) <= 15


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be written")
    return moment.astimezone(ZoneInfo(zone))


def _sheet_name(name: str) -> str:
    clean = "".join("_" if character in "[]:*?/\\'" else character for character in name)
    return clean[:31] or "Sheet1"


def write_csv(
    out: IO[bytes], columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], *, zone: str = "Asia/Shanghai"
) -> int:
    """The same list as CSV in UTF-8 with a mark that Excel knows it by; text that could run gets an apostrophe."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([_csv(column.head, zone) for column in columns])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the answer
        writer.writerow([_csv(value, zone) for _column, value in zip(columns, row, strict=True)])
    text.detach()
    return count


def _csv(value: Cell, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _local(value, zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RUNS_AS_FORMULA) else value
    return str(value)
