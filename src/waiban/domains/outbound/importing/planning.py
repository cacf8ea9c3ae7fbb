"""What a workbook would bring: its trips, what is wrong with its rows, what is new, changed and the same.

Reads only. The preview shows it, and saving makes it again, so that nothing old is saved.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from waiban.core.offices.models import Office
from waiban.core.people import identity
from waiban.core.people.models import Traveller, Unit
from waiban.domains.outbound.importing.fields import BY_CODE, FIELDS, CellError
from waiban.domains.outbound.importing.reading import Sheet
from waiban.domains.outbound.models import ImportedRow, Trip
from waiban.kernel.ids import uuid7

Token = tuple[str, ...]
AT_ONCE = 5_000
LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """Row as the spreadsheet counts, heading of the column, what was expected; never what stood there: that may be
    somebody's number.
    """

    row: int
    column: str
    expected: str


@dataclass(slots=True)
class Row:
    number: int
    key: str
    trip_key: str
    trip: dict[str, Any]
    member: dict[str, Any]
    unit: uuid.UUID
    member_unit: uuid.UUID
    token: Token
    name: str
    born_on: str | None
    number_digest: str
    digest: str
    traveller: uuid.UUID | None = None
    before: ImportedRow | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of the row: nothing that names the person."""
        return {"trip": self.trip, "member": self.member, "unit": str(self.unit), "member_unit": str(self.member_unit)}


@dataclass
class Plan:
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    bad_rows: int = 0
    held: set[str] = field(default_factory=set)
    """Trips that a bad row holds back."""
    trips: dict[str, list[Row]] = field(default_factory=dict)
    """Good trips with something new or changed, their new and changed rows."""
    same: int = 0
    new: int = 0
    changed: int = 0
    known_trips: dict[str, uuid.UUID] = field(default_factory=dict)
    fresh: dict[Token, uuid.UUID] = field(default_factory=dict)
    """Travellers to make."""
    numbers: dict[Token, str] = field(default_factory=dict)
    """Identity numbers of those, until they are encrypted."""
    units: dict[uuid.UUID, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows, "trips": len(self.trips), "new_trips": len(set(self.trips) - set(self.known_trips)),
            "new": self.new, "changed": self.changed, "same": self.same, "people": len(self.fresh),
            "bad_rows": self.bad_rows, "held": len(self.held),
        }  # fmt: skip


def plan(
    office: Office,
    sheet: Sheet,
    columns: Mapping[str, str],
    *,
    today: date,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> Plan:
    """`columns`: field → heading. Raises ValueError where a needed field has no column."""
    made = Plan()
    units = {name: unit for unit in Unit.objects.filter(office=office) for name in (unit.short_name, unit.name)}
    made.units = {unit.pk: unit.name for unit in units.values()}
    found, numbers = _read(sheet, columns, units, made, today=today, told=told)
    by_trip: dict[str, list[Row]] = {}
    for row in found:
        by_trip.setdefault(row.trip_key, []).append(row)
    _check_together(by_trip, found, columns, made)
    _match_people(office, found, numbers, made)
    _compare(office, by_trip, made)
    told(len(sheet.rows), len(sheet.rows))
    return made


def _read(
    sheet: Sheet,
    columns: Mapping[str, str],
    units: Mapping[str, Unit],
    made: Plan,
    *,
    today: date,
    told: Callable[[int, int], None],
) -> tuple[list[Row], dict[Token, str]]:
    places: list[tuple[Any, int]] = []
    for one in FIELDS:
        heading = columns.get(one.code) or ""
        if heading and heading not in sheet.headings:
            raise ValueError(_("工作表里没有“%(name)s”这一列") % {"name": heading})
        if one.needed and not heading:
            raise ValueError(_("请指定哪一列是“%(name)s”") % {"name": one.label})
        if heading:
            places.append((one, sheet.headings.index(heading)))
    found: list[Row] = []
    numbers: dict[Token, str] = {}
    read_before: dict[str, dict[str, Any]] = {one.code: {} for one, _place in places}  # a trip says the same four times
    key_place = next(place for one, place in places if one.code == "trip_key")
    for offset, cells in enumerate(sheet.rows):
        if offset % 1_000 == 0:
            told(offset, len(sheet.rows))
        if not any(cell not in ("", None) for cell in cells):
            continue
        made.rows += 1
        number = sheet.first + offset
        said: dict[str, Any] = {}
        faults: list[tuple[str, str]] = []
        for one, place in places:
            cell = cells[place] if place < len(cells) else ""
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                if one.needed:
                    faults.append((one.code, _("待填")))
                continue
            known = read_before[one.code]
            if isinstance(cell, str) and cell in known:
                said[one.code] = known[cell]
                continue
            try:
                said[one.code] = one.read(cell)
            except CellError as error:
                faults.append((one.code, str(error)))
            else:
                if isinstance(cell, str) and one.part in ("trip", "member"):
                    known[cell] = said[one.code]
        if not faults:
            faults = _sense(said, units, today)
        if faults:
            _bad(made, number, columns, faults, said.get("trip_key") or str(cells[key_place] or ""))
            continue
        row, identity_number = _row(number, said, units)
        found.append(row)
        if identity_number:
            numbers[row.token] = identity_number
    return found, numbers


def _bad(made: Plan, number: int, columns: Mapping[str, str], faults: Sequence[tuple[str, str]], key: str) -> None:
    made.bad_rows += 1
    made.held.add(" ".join(str(key).split()))
    made.problems += [
        Problem(number, columns.get(code) or str(BY_CODE[code].label), expected) for code, expected in faults
    ]  # fmt: skip


def _sense(said: Mapping[str, Any], units: Mapping[str, Unit], today: date) -> list[tuple[str, str]]:
    """What is wrong with values that can each be read."""
    faults = []
    if said["return"] < said["depart"]:
        faults.append(("return", _("入境日期不早于离境日期")))
    elif (date.fromisoformat(said["return"]) - date.fromisoformat(said["depart"])).days > LONGEST_DAYS:
        faults.append(("return", _("离境和入境相隔超过一年，请核对")))
    if said["return"] > today.isoformat():
        faults.append(("return", _("只导入已经返回的团组；在办的用初始工作簿")))
    faults += [
        (code, _("没有“%(name)s”这个单位，请先建单位") % {"name": said[code]})
        for code in ("unit", "member_unit")
        if code in said and said[code] not in units
    ]
    if said.get("born_on", "0") > today.isoformat():
        faults.append(("born_on", _("出生日期不晚于今天")))
    return faults


TRIP_FIELDS = tuple(one.code for one in FIELDS if one.part == "trip" and one.code != "unit")
MEMBER_FIELDS = tuple(one.code for one in FIELDS if one.part == "member")


DIGESTED = tuple(one.code for one in FIELDS if one.part != "key" and one.code not in ("unit", "identity_number"))


def _row(number: int, said: dict[str, Any], units: Mapping[str, Unit]) -> tuple[Row, str]:
    unit = units[said["unit"]]
    member_unit = units[said["member_unit"]] if "member_unit" in said else unit
    identity_number = said.get("identity_number", "")
    hashed = identity.digest(identity_number) if identity_number else ""
    born_on = said.get("born_on")
    token: Token = (str(member_unit.pk), hashed) if hashed else (str(member_unit.pk), "", said["name"], born_on or "")
    trip = {code: said[code] for code in TRIP_FIELDS if code in said}
    member = {code: said[code] for code in MEMBER_FIELDS if code in said}
    # Keyed, since a name or a number stands in it: without the key nobody can try names against it.
    person = identity.digest("|".join(token))
    whole = "\x1f".join([str(unit.pk), person, *(str(said.get(code, "")) for code in DIGESTED)])
    key = said.get("row_key") or f"{said['trip_key']}#{person[:24]}"
    row = Row(
        number, key, said["trip_key"], trip, member, unit.pk, member_unit.pk, token, said["name"], born_on, hashed,
        identity.digest(whole),
    )  # fmt: skip
    return row, identity_number


def _check_together(
    by_trip: dict[str, list[Row]], found: Sequence[Row], columns: Mapping[str, str], made: Plan
) -> None:
    """Rows of one trip say the same of it; no key stands twice; nobody goes twice."""
    seen: dict[str, Row] = {}
    for row in found:
        if row.key in seen:
            told = _("和第 %(n)d 行的编号相同") % {"n": seen[row.key].number}
            _bad(made, row.number, columns, [("row_key" if columns.get("row_key") else "name", told)], row.trip_key)
            made.held.add(seen[row.key].trip_key)
        seen.setdefault(row.key, row)
    for key, rows in by_trip.items():
        first = rows[0]
        going: dict[Token, Row] = {}
        for row in rows:
            if row is not first and (row.trip != first.trip or row.unit != first.unit):
                differs = next((code for code in TRIP_FIELDS if row.trip.get(code) != first.trip.get(code)), "unit")
                told = _("同一团组写得不一样，请和第 %(n)d 行一致") % {"n": first.number}
                _bad(made, row.number, columns, [(differs, told)], key)
            if row.token in going and going[row.token].key != row.key:
                told = _("同一团组里这个人写了两次，另见第 %(n)d 行") % {"n": going[row.token].number}
                _bad(made, row.number, columns, [("name", told)], key)
            going.setdefault(row.token, row)


def _match_people(office: Office, found: Sequence[Row], numbers: Mapping[Token, str], made: Plan) -> None:
    """By the keyed hash of the number inside the person's own unit; without a number by unit, name and day of birth.

    The same person in two units stays two rows: putting them together is an act of its own (merging).
    """
    rows_of = Traveller.objects.filter(unit__office=office, erased_on=None)
    known: dict[Token, uuid.UUID] = {}
    names: dict[Token, str] = {}
    hashes = sorted({row.number_digest for row in found if row.number_digest})
    for start in range(0, len(hashes), AT_ONCE):
        part = rows_of.filter(identity_hash__in=hashes[start : start + AT_ONCE]).order_by("-id")
        for pk, unit, digest, name in part.values_list("pk", "unit_id", "identity_hash", "name"):
            known[str(unit), digest], names[str(unit), digest] = pk, name
    called = sorted({row.name for row in found if not row.number_digest})
    for start in range(0, len(called), AT_ONCE):
        part = rows_of.filter(name__in=called[start : start + AT_ONCE], identity_hash="").order_by("-id")
        for pk, unit, name, born in part.values_list("pk", "unit_id", "name", "born_on"):
            known[str(unit), "", name, born.isoformat() if born else ""] = pk
    first_named: dict[Token, Row] = {}
    for row in found:
        said = names.get(row.token)
        other = first_named.setdefault(row.token, row)
        if (said is not None and said != row.name) or other.name != row.name:
            made.problems.append(
                Problem(row.number, str(BY_CODE["name"].label), _("同一证件号码在册的是别的姓名，请核对"))
            )
            made.bad_rows += 1
            made.held.add(row.trip_key)
        row.traveller = known.get(row.token) or made.fresh.get(row.token)
        if row.traveller is None:
            row.traveller = made.fresh[row.token] = uuid7()
            if row.token in numbers:
                made.numbers[row.token] = numbers[row.token]


def _compare(office: Office, by_trip: dict[str, list[Row]], made: Plan) -> None:
    """Only new and changed rows of good trips are left to do."""
    keys = [row.key for key, rows in by_trip.items() if key not in made.held for row in rows]
    before: dict[str, ImportedRow] = {}
    for start in range(0, len(keys), AT_ONCE):
        part = ImportedRow.objects.filter(office=office, current=True, key__in=keys[start : start + AT_ONCE])
        before |= {row.key: row for row in part.select_related("trip").defer("trip__dossier", "trip__unread")}
    wanted = [key for key in by_trip if key not in made.held]
    for start in range(0, len(wanted), AT_ONCE):
        known = Trip.objects.filter(office=office, imported=True, import_key__in=wanted[start : start + AT_ONCE])
        made.known_trips |= dict(known.values_list("import_key", "pk"))
    moved: list[Row] = []
    for key in wanted:
        left = []
        for row in by_trip[key]:
            row.before = before.get(row.key)
            if row.before is not None and row.before.trip.import_key != key:
                moved.append(row)
            if row.before is not None and row.before.digest == row.digest:
                made.same += 1
            else:
                left.append(row)
                made.new, made.changed = made.new + (row.before is None), made.changed + (row.before is not None)
        if left:
            made.trips[key] = left
    for row in moved:
        made.problems.append(
            Problem(row.number, str(BY_CODE["trip_key"].label), _("这一行原来属于别的团组，请先撤销那一批"))
        )
        made.bad_rows += 1
        made.held.add(row.trip_key)
    for key in made.held:
        rows = made.trips.pop(key, [])
        made.new -= sum(1 for row in rows if row.before is None)
        made.changed -= sum(1 for row in rows if row.before is not None)
    used = {row.token for rows in made.trips.values() for row in rows}
    made.fresh = {token: pk for token, pk in made.fresh.items() if token in used}
    made.problems.sort(key=lambda problem: problem.row)


def differences(made: Plan, most: int) -> list[dict[str, Any]]:
    """Old → new of the changed rows, for the preview: the first few hundred."""
    shown: list[dict[str, Any]] = []
    for rows in made.trips.values():
        for row in rows:
            if row.before is None:
                continue
            if len(shown) >= most:
                return shown
            shown += _difference(row, row.before)
    return shown


def _difference(row: Row, before: ImportedRow) -> list[dict[str, Any]]:
    old, new = before.values, row.values
    found = [
        {"row": row.number, "field": code, "old": _shown(old[part].get(code)), "new": _shown(new[part].get(code))}
        for part, codes in (("trip", TRIP_FIELDS), ("member", MEMBER_FIELDS))
        for code in codes
        if old[part].get(code) != new[part].get(code)
    ]
    if old["unit"] != new["unit"]:
        found.append({"row": row.number, "field": "unit", "old": "", "new": ""})
    if before.traveller_id != row.traveller:
        found.append({"row": row.number, "field": "name", "old": "", "new": ""})
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
