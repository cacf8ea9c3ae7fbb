"""A year's plan as rows of text: from the page, a paste or a spreadsheet to values, and back to the same spreadsheet.

Errors name the row and the column and say what was expected; nothing is saved while there is one.
"""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

import python_calamine
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from waiban.core.papers.sheets import SheetColumn, write_xlsx
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan, PlanItem
from waiban.domains.outbound.plan_facts import RANKS
from waiban.domains.outbound.texts import place_name
from waiban.rulebook.law import Law

HEADS = {
    "number": gettext_lazy("项号"),
    "kind": gettext_lazy("种类"),
    "title": gettext_lazy("团组名称"),
    "leader_rank": gettext_lazy("团长级别"),
    "month": gettext_lazy("月份"),
    "places": gettext_lazy("国家和地区"),
    "head_count": gettext_lazy("人数"),
    "total_cny": gettext_lazy("经费（元）"),
    "purpose": gettext_lazy("任务"),
    "invited_by": gettext_lazy("邀请单位"),
}
"""The spreadsheet that units use, column by column."""
LANGUAGES = ("zh-hans", "en")
MOST_ROWS = 300


@dataclass(frozen=True)
class Row:
    """One item as it was understood. `number` is None for a new one."""

    number: int | None
    kind: str
    title: str
    leader_rank: str
    month: int | None
    countries: tuple[str, ...]
    head_count: int | None
    total_cny: Decimal | None
    purpose: str
    invited_by: str


@dataclass(frozen=True)
class Wrong:
    row: int
    """As people count, the heading left out."""
    column: str
    say: str

    @property
    def text(self) -> str:
        return _("第 %(row)d 行%(column)s：%(say)s") % {
            "row": self.row, "column": HEADS[self.column], "say": self.say
        }  # fmt: skip


def read_rows(lines: Sequence[Mapping[str, str]], law: Law) -> tuple[list[Row], list[Wrong]]:
    """Empty lines are left out. `lines`: text by column code."""
    rows: list[Row] = []
    wrong: list[Wrong] = []
    numbers: set[int] = set()
    for place, line in enumerate(lines, 1):
        texts = {key: _plain(line.get(key, "")) for key in HEADS}
        if not any(text for key, text in texts.items() if key not in ("number", "kind")):
            continue
        if len(rows) >= MOST_ROWS:
            raise CannotError(_("一份计划最多 %(n)d 项") % {"n": MOST_ROWS})
        row, faults = _row(texts, law)
        if row.number in numbers:
            faults.append(("number", _("和别的行重复")))
        if row.number is not None:
            numbers.add(row.number)
        rows.append(row)
        wrong += [Wrong(place, column, say) for column, say in faults]
    return rows, wrong


def _row(texts: Mapping[str, str], law: Law) -> tuple[Row, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []

    def understood(column: str, value: object, expected: str) -> bool:
        if value is None and texts[column]:
            faults.append((column, expected))
        return value is not None

    number = _whole(texts["number"].removeprefix("第").removesuffix("项").strip(), 1, 9999)
    understood("number", number, _("写整数，例如 3；新项空着"))
    kind = _choice(texts["kind"], kind_words()) if texts["kind"] else PlanItem.Kind.OWN
    understood("kind", kind, _("写%(words)s") % {"words": "、".join(str(label) for label in PlanItem.Kind.labels)})
    rank = _choice(texts["leader_rank"], rank_words(law))
    understood("leader_rank", rank, _("没有这个级别，例如“%(word)s”") % {"word": rank_word(law, "county")})
    month = _whole(texts["month"].removesuffix("月").strip(), 1, 12)
    understood("month", month, _("月份应为 1 至 12"))
    head_count = _whole(texts["head_count"].removesuffix("人").strip(), 1, 999)
    understood("head_count", head_count, _("写整数，例如 6"))
    money = _money(texts["total_cny"])
    understood("total_cny", money, _("写金额，例如 128,000.00"))
    countries, unknown = _places(texts["places"])
    if unknown:
        faults.append(("places", _("没有“%(name)s”这个国家或地区") % {"name": unknown}))
    if not texts["title"]:
        faults.append(("title", _("待填")))
    faults += [
        (key, _("最多 %(n)d 字") % {"n": most})
        for key, most in (("title", 200), ("purpose", 400), ("invited_by", 200))
        if len(texts[key]) > most
    ]
    row = Row(
        number, kind or PlanItem.Kind.OWN, texts["title"], rank or "", month, countries, head_count, money,
        texts["purpose"], texts["invited_by"],
    )  # fmt: skip
    return row, faults


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", str(text)).strip()[:1000] if text is not None else ""


def _whole(text: str, least: int, most: int) -> int | None:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value == int(value) and least <= value <= most else None


def _money(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").lstrip("¥￥").removesuffix("元").strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < Decimal("1e12"):
        return None
    return value.quantize(Decimal("0.01"))


def _choice(text: str, words: Mapping[str, str]) -> str | None:
    return words.get(text.lower())


def _places(text: str) -> tuple[tuple[str, ...], str]:
    """The codes in the order given, and the first name that is none of ours."""
    for mark in ",，/;；\n":
        text = text.replace(mark, "、")
    codes: dict[str, None] = {}
    for part in text.split("、"):
        name = part.strip()
        if not name:
            continue
        code = place_codes_by_name().get(name.lower())
        if code is None:
            return tuple(codes), name
        codes[code] = None
    return tuple(codes), ""


@cache
def place_codes_by_name() -> dict[str, str]:
    """By code, Chinese and English name. The tables are read at set-up and don't change while serving."""
    from waiban.core.places.queries import place_codes

    found: dict[str, str] = {}
    for code in place_codes():
        for name in (code, place_name(code, "zh"), place_name(code, "en")):
            found.setdefault(name.lower(), code)
    return found


def kind_words() -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with override(language):
            for kind in PlanItem.Kind:
                found[_plain(str(kind.label)).lower()] = kind.value
    return found | {kind.value: kind.value for kind in PlanItem.Kind} | {"教学科研": PlanItem.Kind.TEACHING_RESEARCH}


def rank_words(law: Law) -> dict[str, str]:
    found = {}
    for rank in RANKS:
        for word in (rank, *law.labels[rank].values()) if rank in law.labels else (rank,):
            found[str(word).lower()] = rank
    return found


def rank_word(law: Law, rank: str) -> str:
    """The law's own word; the empty rank is every rank that has no row of its own."""
    if not rank:
        return _("不分级别")
    labels = law.labels.get(f"rank.{rank}") or law.labels.get(rank)
    if not labels:
        return rank
    word = str(labels["en" if (get_language() or "").startswith("en") else "zh"])
    return word[:1].upper() + word[1:]


# --- tables of text -------------------------------------------------------------------------


def lines_of(table: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """From cells to text by column: by the heading row where there is one, else in the order of the spreadsheet."""
    heads = _head_words()
    for place, cells in enumerate(table[:20]):
        found = {
            index: heads[_plain(cell).lower()] for index, cell in enumerate(cells) if _plain(cell).lower() in heads
        }
        if "title" in found.values() and len(found) > 1:
            return [{code: _cell(line, index) for index, code in found.items()} for line in table[place + 1 :]]
    return [{code: _cell(line, index) for index, code in enumerate(HEADS)} for line in table]


def _cell(line: Sequence[str], index: int) -> str:
    return line[index] if index < len(line) else ""


def _head_words() -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with override(language):
            for code, head in HEADS.items():
                found[_plain(str(head)).lower()] = code
    return found


def pasted(text: str) -> list[dict[str, str]]:
    """Cells as Excel and WPS put them on the clipboard: tabs between, one line a row."""
    return lines_of([line.split("\t") for line in text.splitlines() if line.strip()])


def read_workbook(data: bytes) -> list[dict[str, str]]:
    """The first sheet. Raises CannotError where it can't be read."""
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        table = [[_cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        raise CannotError(_("这个文件读不出表格，请用导出的表格填写"), "file") from error
    return lines_of(table)


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell)


# --- the same spreadsheet -------------------------------------------------------------------

KINDS = {"number": "count", "month": "count", "head_count": "count", "total_cny": "money"}
WIDTHS = {"title": 32, "places": 22, "purpose": 40, "invited_by": 28, "kind": 20, "leader_rank": 14}


def workbook(items: Iterable[PlanItem], law: Law, name: str, *, with_units: bool = False) -> bytes:
    """What the plan says, in the form in which it may come back. `with_units`: several units' items, not to come back."""
    columns = [
        SheetColumn(str(head), KINDS.get(code, "text"), WIDTHS.get(code))  # type: ignore[arg-type]
        for code, head in HEADS.items()
    ]
    if with_units:
        columns = [SheetColumn(_("年度"), "count"), SheetColumn(_("单位"), width=24), *columns, SheetColumn(_("状态"))]
    out = io.BytesIO()
    write_xlsx(out, name, columns, (_exported(item, law, with_units=with_units) for item in items))
    return out.getvalue()


def _exported(item: PlanItem, law: Law, *, with_units: bool) -> list[str | int | Decimal | None]:
    cells: list[str | int | Decimal | None] = [
        item.number, str(item.get_kind_display()), item.title,
        rank_word(law, item.leader_rank) if item.leader_rank else "", item.month,
        "、".join(place_name(code) for code in item.countries), item.head_count, item.total_cny, item.purpose,
        item.invited_by,
    ]  # fmt: skip
    return [item.year, item.unit.name, *cells, str(item.get_state_display())] if with_units else cells


def texts_of(item: PlanItem, law: Law) -> dict[str, str]:
    """The item as the table on the page holds it."""
    return {
        "number": str(item.number),
        "kind": item.kind,
        "title": item.title,
        "leader_rank": item.leader_rank,
        "month": str(item.month or ""),
        "places": "、".join(place_name(code) for code in item.countries),
        "head_count": str(item.head_count or ""),
        "total_cny": f"{item.total_cny:,}" if item.total_cny is not None else "",
        "purpose": item.purpose,
        "invited_by": item.invited_by,
        "rank_word": rank_word(law, item.leader_rank) if item.leader_rank else "",
    }


# --- one version against another ------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What a version says otherwise than the one it replaces. `fields`: (name, old, new)."""

    number: int
    title: str
    how: str
    """new, changed, dropped"""
    fields: tuple[tuple[str, str, str], ...] = ()


def changes_of(plan: AnnualPlan, law: Law) -> list[Change]:
    """Against the version before it; a first version has nothing to be compared with."""
    before = AnnualPlan.objects.filter(
        unit=plan.unit_id, year=plan.year, whole_office=plan.whole_office, version__lt=plan.version,
        state__in=(AnnualPlan.State.APPROVED, AnnualPlan.State.REPLACED),
    ).order_by("-version").first()  # fmt: skip
    if before is None:
        return []
    old = {item.key: item for item in PlanItem.objects.filter(plan=before)}
    found = []
    for item in PlanItem.objects.filter(plan=plan).order_by("number"):
        was = old.get(item.key)
        if was is None:
            found.append(Change(item.number, item.title, "new"))
        elif item.state == PlanItem.State.DROPPED and was.state != PlanItem.State.DROPPED:
            found.append(Change(item.number, item.title, "dropped"))
        elif fields := _differences(texts_of(was, law), texts_of(item, law)):
            found.append(Change(item.number, item.title, "changed", fields))
    return found


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (str(head), _as_read(code, old), _as_read(code, new)) for code, head in HEADS.items() if old[code] != new[code]
    )


def _as_read(code: str, texts: Mapping[str, str]) -> str:
    """Choices by their words, everything else as it stands in the table."""
    if code == "kind":
        return str(PlanItem.Kind(texts["kind"]).label)
    return texts["rank_word"] if code == "leader_rank" else texts[code]
