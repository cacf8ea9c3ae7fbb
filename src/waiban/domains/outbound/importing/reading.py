"""The rows of a workbook that has passed the door."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

ROWS_MOST = 200_000


@dataclass(frozen=True)
class Sheet:
    name: str
    headings: list[str]
    rows: Sequence[Sequence[Any]]
    first: int
    """Number of the first row under the headings, as the spreadsheet counts."""


def sheet_names(data: bytes) -> list[str]:
    return list(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names)


def read_sheet(data: bytes, name: str = "") -> Sheet:
    """The first row that has two texts side by side holds the headings. Raises ValueError for people."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    name = name if name in book.sheet_names else book.sheet_names[0]
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for place, row in enumerate(rows[:20]):
        texts = [" ".join(str(cell).split()) for cell in row]
        if sum(1 for text in texts if text) >= 2:
            twice = {text for text in texts if text and texts.count(text) > 1}
            if twice:
                raise ValueError(_("标题“%(name)s”写了两次") % {"name": min(twice)})
            below = rows[place + 1 :]
            if len(below) > ROWS_MOST:
                raise ValueError(_("一次最多 %(n)d 行，请分开") % {"n": ROWS_MOST})
            return Sheet(name, texts, below, place + 2)
    raise ValueError(_("工作表“%(name)s”里没有标题行") % {"name": name})
