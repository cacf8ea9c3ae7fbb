"""The office's own ledger of travel documents, read from a spreadsheet: every fault with its row and column.

Numbers come from this file or the keyboard, never from the ministry's network. Nothing is saved here.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from waiban.core.offices.models import Office
from waiban.core.people import identity
from waiban.core.people.models import Traveller
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.keeping import is_code, plain_code
from waiban.domains.outbound.models import TravelDocument

COLUMNS = (
    ("name", "姓名", True),
    ("unit", "单位", True),
    ("kind", "证照种类", True),
    ("number", "证照号码", True),
    ("issuer", "签发机关", False),
    ("issued_on", "签发日期", False),
    ("expires_on", "有效期至", True),
    ("place", "所在", False),
    ("code", "袋号", False),
    ("mark", "备注", False),
)
"""Key, heading in the file, and whether it must be there."""
MOST = 5000
KINDS = {
    "外交护照": "diplomatic",
    "公务护照": "service",
    "公务普通护照": "public_affairs",
    "因公往来港澳通行证": "hk_macao_permit",
    "大陆居民往来台湾通行证": "taiwan_permit",
}
"""The words of the sheet, Chinese whatever the reader's screen speaks."""
OTHER_WORDS = {"通行证": "hk_macao_permit", "因公港澳通行证": "hk_macao_permit", "往来台湾通行证": "taiwan_permit"}
PLACES = {"外办": "drawer", "外办保管": "drawer", "单位": "unit_keeper", "单位保管": "unit_keeper", "": "drawer"}


@dataclass(frozen=True, slots=True)
class Fault:
    row: int
    column: str
    says: str


@dataclass(slots=True)
class Line:
    """One row as it would be saved; the number is only in memory."""

    row: int
    holder: Traveller
    kind: str
    number: str
    issuer: str
    issued_on: date | None
    expires_on: date | None
    place: str
    code: str
    mark: str

    @property
    def masked(self) -> str:
        return identity.masked(self.number)


@dataclass(slots=True)
class Ledger:
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: int = 0
    """Rows that stand in the register already, number and all: left as they are."""


def read_ledger(data: bytes, office: Office, on: date) -> Ledger:
    """Raises CannotError where the file as a whole can't be read."""
    rows = _rows(data)
    if not rows:
        raise CannotError(_("表里没有内容"), "file")
    heads = [_text(cell) for cell in rows[0]]
    missing = [title for _key, title, needed in COLUMNS if needed and title not in heads]
    if missing:
        raise CannotError(_("缺少列：%(columns)s") % {"columns": "、".join(missing)}, "file")
    if len(rows) - 1 > MOST:
        raise CannotError(_("一次最多 %(n)d 行") % {"n": MOST}, "file")
    at = {key: heads.index(title) for key, title, _needed in COLUMNS if title in heads}
    known = _Known(office, on)
    ledger = Ledger()
    for number, cells in enumerate(rows[1:], start=2):
        if not any(_text(cell) for cell in cells):
            continue
        got = {key: (cells[place] if place < len(cells) else "") for key, place in at.items()}
        _read(ledger, number, got, known)
    return ledger


class _Known:
    """What stands in the register, and what the rows before have said."""

    def __init__(self, office: Office, on: date) -> None:
        self.on = on
        self.people = _people(office)
        rows = TravelDocument.objects.filter(office=office)
        self.digests = set(rows.exclude(number_hash="").values_list("number_hash", flat=True))
        valid = rows.filter(state=TravelDocument.State.VALID).values_list("holder_id", "kind")
        self.held = {(holder, _family(kind)) for holder, kind in valid}
        self.seen: dict[str, int] = {}
        self.valid: dict[tuple[Any, str], int] = {}


def _read(ledger: Ledger, row: int, got: dict[str, Any], known: _Known) -> None:
    faults: list[Fault] = []

    def fault(key: str, says: str) -> None:
        faults.append(Fault(row, next(title for name, title, _needed in COLUMNS if name == key), says))

    number = identity.normal(_text(got.get("number")))
    digest = identity.digest(number) if number else ""
    if digest and digest in known.digests:
        ledger.known += 1
        return
    holder = _holder(got, known.people, fault)
    kind_word = _text(got.get("kind"))
    kind = KINDS.get(kind_word) or OTHER_WORDS.get(kind_word, "")
    if not kind:
        fault("kind", _("应为 %(words)s") % {"words": "、".join(KINDS)})
    if not number or len(number) > 20 or not number.isascii() or not number.isalnum():
        fault("number", _("只有字母和数字，最多 20 位"))
    elif digest in known.seen:
        fault("number", _("和第 %(row)d 行相同") % {"row": known.seen[digest]})
    known.seen.setdefault(digest, row)
    issued_on, expires_on = _date(got, "issued_on", fault), _date(got, "expires_on", fault)
    if expires_on is None and not _text(got.get("expires_on")):
        fault("expires_on", _("待填"))
    if issued_on and expires_on and expires_on <= issued_on:
        fault("expires_on", _("不能早于签发日期"))
    place = PLACES.get(_text(got.get("place")))
    if place is None:
        fault("place", _("应为 外办保管 或 单位保管；在外面的先按保管登记再办领用"))
    code = plain_code(_text(got.get("code")))
    if code and not is_code(code):
        fault("code", _("不是本系统的袋号，空着由系统编"))
    if holder and kind and expires_on and expires_on >= known.on:
        key = (holder.pk, _family(kind))
        if key in known.held:
            fault("kind", _("这个人已有一本有效的，先注销再登记"))
        elif key in known.valid:
            fault("kind", _("第 %(row)d 行已有这个人的一本有效证照") % {"row": known.valid[key]})
        known.valid.setdefault(key, row)
    if faults or holder is None:
        ledger.faults += faults
        return
    ledger.lines.append(
        Line(
            row, holder, kind, number, _text(got.get("issuer"))[:80], issued_on, expires_on, place or "drawer", code,
            _text(got.get("mark"))[:200],
        )
    )  # fmt: skip


def _holder(
    got: dict[str, Any], people: dict[tuple[str, str], list[Traveller]], fault: Callable[[str, str], None]
) -> Traveller | None:
    name, unit = _text(got.get("name")), _text(got.get("unit"))
    found = people.get((unit, name), [])
    if not found:
        fault("name", _("%(unit)s没有录入“%(name)s”") % {"unit": unit or _("这个单位"), "name": name})
    elif len(found) > 1:
        fault("name", _("%(unit)s有 %(n)d 个“%(name)s”，请单独登记") % {"unit": unit, "n": len(found), "name": name})
    return found[0] if len(found) == 1 else None


def _people(office: Office) -> dict[tuple[str, str], list[Traveller]]:
    """By unit, its full or short name, and name."""
    found: dict[tuple[str, str], list[Traveller]] = {}
    rows = Traveller.objects.filter(unit__office=office, erased_on=None).select_related("unit")
    for one in rows:
        for unit in {one.unit.name, one.unit.short_name}:
            found.setdefault((unit, one.name), []).append(one)
    return found


def _family(kind: str) -> str:
    return "passport" if kind in TravelDocument.PASSPORTS else kind


def _rows(data: bytes) -> Sequence[Sequence[Any]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows: Sequence[Sequence[Any]] = book.get_sheet_by_index(0).to_python()
    except Exception as error:
        raise CannotError(_("读不出这个表，请存成 .xlsx 再传"), "file") from error
    return rows


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _date(got: dict[str, Any], key: str, fault: Callable[[str, str], None]) -> date | None:
    cell = got.get(key)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell).replace("/", "-").replace(".", "-")
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        fault(key, _("写成 2027-03-02"))
        return None
