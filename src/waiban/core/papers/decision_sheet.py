"""The one A4 page that a leader decides on, often with a pen: exceptions first, a box for the words."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

import msgspec
import typst
from pypdf import PdfReader

from waiban.core.papers import fonts
from waiban.core.papers.pdf import LAYOUTS
from waiban.core.papers.qr import qr_svg
from waiban.core.papers.source import PaperError, UndrawnError

Kind = Literal["block", "warn", "attest", "not_stated", "exempt", "met", "said"]


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class Notable:
    """What isn't plainly in order: shape, word (提醒, 豁免 …), sentence, and who vouched or how it is mended."""

    kind: Kind
    word: str
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Section:
    head: str
    text: str


@dataclass(frozen=True)
class Opinion:
    who: str
    words: str
    when: str
    kind: Kind = "said"


@dataclass(frozen=True)
class DecisionSheet:
    """All texts as they shall be read; an empty column at the right of `people` is for the pen."""

    office: str
    name: str
    number: str
    version: str
    printed: str
    title: str
    facts: Sequence[Fact]
    source_line: str
    exceptions: Sequence[Notable]
    in_order: int
    sections: Sequence[Section]
    heads: Sequence[str]
    widths: Sequence[int]
    people: Sequence[Sequence[str]]
    opinions: Sequence[Opinion]
    foot: str
    qr_text: str | None = None
    mark: str = "未盖章"
    know: str = "请您知道"
    who: str = "谁去"
    before: str = "前面的意见"
    box_words: str = "批示"
    box_hint: str = "同意 / 退回 / 不同意（逐人不同意的，在上表划“×”）"
    box_signature: str = "签名和日期"
    folded: str | None = None


def render_decision_sheet(sheet: DecisionSheet, *, day: date, extra_fonts: Path | None = None) -> bytes:
    """One page wherever that can be had at 9 pt and more: older opinions are folded into a line that counts them.

    Raises PaperError where the columns don't fit the rows or no font draws a character.
    """
    if any(len(row) != len(sheet.heads) for row in sheet.people) or len(sheet.widths) != len(sheet.heads):
        raise PaperError("each row of people has as many cells as there are heads and widths")
    data = b""
    for kept in range(len(sheet.opinions), -1, -1):
        hidden = len(sheet.opinions) - kept
        folded = f"另有 {hidden} 条较早的意见，见案卷" if hidden else None
        data = _render(replace(sheet, opinions=sheet.opinions[hidden:], folded=folded), day, extra_fonts)
        if len(PdfReader(io.BytesIO(data)).pages) == 1:
            return data
    # Even without opinions it is longer than a page: then nothing is hidden.
    return _render(sheet, day, extra_fonts)


def _render(sheet: DecisionSheet, day: date, extra_fonts: Path | None) -> bytes:
    count = len(sheet.exceptions)
    said = f"{count} 点例外，其余 {sheet.in_order} 项符合" if count else f"没有例外，{sheet.in_order} 项都符合"
    paper = asdict(sheet) | {
        "count": said,
        "qr": qr_svg(sheet.qr_text) if sheet.qr_text else None,
        "fonts": {"sans": fonts.families(fonts.SANS, extra_fonts)},
    }
    words = msgspec.json.encode(paper).decode()
    if lost := fonts.undrawn(words, extra_fonts):
        raise UndrawnError(lost)
    return typst.compile(
        LAYOUTS / "decision.typ",
        root=LAYOUTS,
        font_paths=fonts.typst_fonts(extra_fonts),
        ignore_system_fonts=True,
        sys_inputs={"paper": words},
        pdf_standards=["a-2b"],
        timestamp=datetime.combine(day, time(), UTC),
        format="pdf",
    )
