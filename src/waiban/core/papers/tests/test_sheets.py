import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from waiban.core.papers.sheets import Cell, SheetColumn, TooManyRowsError, write_csv, write_xlsx

COLUMNS = [
    SheetColumn("团组"),
    SheetColumn("人数", "count"),
    SheetColumn("经费", "money"),
    SheetColumn("离境", "day"),
    SheetColumn("送出", "moment"),
]
ROW: list[Cell] = ["赴日本", 6, Decimal("213400.50"), date(2027, 3, 2), datetime(2027, 1, 17, 20, 12, tzinfo=UTC)]


def sheet(rows: Sequence[Sequence[Cell]], columns: Sequence[SheetColumn] = COLUMNS) -> tuple[int, io.BytesIO]:
    out = io.BytesIO()
    count = write_xlsx(out, "团组/2027", columns, rows)
    out.seek(0)
    return count, out


def test_cells_keep_their_kind() -> None:
    count, out = sheet([ROW, [None] * 5])
    book = CalamineWorkbook.from_filelike(out)
    assert book.sheet_names == ["团组_2027"]
    head, first = book.get_sheet_by_index(0).to_python()[:2]
    assert count == 2
    assert head == ["团组", "人数", "经费", "离境", "送出"]
    assert first == ["赴日本", 6.0, 213400.5, date(2027, 3, 2), datetime(2027, 1, 18, 4, 12)]  # noqa: DTZ001 - Excel has no zones


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "http://example.org", "370502199001011234"]
)
def test_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    _count, out = sheet([[text]], [SheetColumn("项")])
    xml = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    out.seek(0)
    assert CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()[1] == [text]


def test_a_sum_too_long_for_excel_is_text_not_a_rounded_number() -> None:
    _count, out = sheet([[Decimal("12345678901234567.89")]], [SheetColumn("经费", "money")])
    assert CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()[1] == ["12345678901234567.89"]


def test_the_header_stays_in_sight_and_can_be_filtered() -> None:
    _count, out = sheet([ROW])
    xml = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in xml
    assert '<autoFilter ref="A1:E2"/>' in xml


def test_more_rows_than_a_worksheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waiban.core.papers.sheets.ROWS_MAX", 1)
    with pytest.raises(TooManyRowsError):
        sheet([ROW, ROW])


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        sheet([["", None, None, None, datetime(2027, 1, 1)]])  # noqa: DTZ001 - the naive time is the point


def test_csv_is_known_to_excel_and_does_not_run() -> None:
    out = io.BytesIO()
    assert write_csv(out, COLUMNS, [ROW, ["=cmd", -1, None, None, None]]) == 2
    assert out.getvalue().decode("utf-8") == (
        "\ufeff团组,人数,经费,离境,送出\r\n赴日本,6,213400.50,2027-03-02,2027-01-18 04:12\r\n'=cmd,-1,,,\r\n"
    )
