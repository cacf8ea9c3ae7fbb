"""A filled workbook: the empty one's sheets, with rows by the columns' titles, and pictures."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from waiban.site.office_init.sheets import BY_CODE, SHEETS
from waiban.site.office_init.workbook import FIRST

Rows = Sequence[Mapping[str, Any]]


def workbook(sheets: Mapping[str, Rows], pictures: Mapping[tuple[str, int], bytes] | None = None) -> bytes:
    """`sheets`: sheet code → rows of column title → cell. `pictures`: (sheet code, place of the row) → bytes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        for plan in SHEETS:
            if plan.code not in sheets:
                continue
            sheet = book.add_worksheet(plan.title)
            titles = [column.title for column in plan.columns]
            sheet.write_string(0, 0, plan.note)
            for place, title in enumerate(titles):
                sheet.write_string(1, place, title)
            for line, row in enumerate(sheets[plan.code], FIRST - 1):
                assert set(row) <= set(titles), set(row) - set(titles)
                for title, cell in row.items():
                    if isinstance(cell, int):
                        sheet.write_number(line, titles.index(title), cell)
                    else:
                        sheet.write_string(line, titles.index(title), str(cell))
        for (code, place), picture in (pictures or {}).items():
            plan = BY_CODE[code]
            column = next(at for at, one in enumerate(plan.columns) if one.code == "seal")
            sheet = book.get_worksheet_by_name(plan.title)
            assert sheet is not None
            sheet.insert_image(FIRST - 1 + place, column, "seal.png", {"image_data": io.BytesIO(picture)})
    return out.getvalue()
