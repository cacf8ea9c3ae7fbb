"""Bring the rows of the first day in, by the same actions that people use; again and again without harm.

Everything happens in one transaction. A row that can't be done is named and the others are tried, so that one run
names all; a single fault takes everything back.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.keys import readers, system_keys
from waiban.core.access.principals import Principal, acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.errors import CannotError as CaseError
from waiban.core.files.errors import RefusedError
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.offices.errors import CannotError, NotAllowedError
from waiban.core.offices.models import Grant, Office
from waiban.core.papers.models import NumberSeries
from waiban.core.people import identity
from waiban.core.people.actions.add_unit import add_unit
from waiban.core.people.actions.save_traveller import Facts, save_traveller
from waiban.core.people.actions.save_unit import save_unit
from waiban.core.people.models import (
    Role,
    Traveller,
    TravellerRecord,
    Unit,
)
from waiban.core.people.principals import principal_of, system
from waiban.core.places.calendar import Announced, announce
from waiban.core.places.models import CalendarDay
from waiban.domains.outbound.actions.register_document import register_document
from waiban.domains.outbound.models import TravelDocument
from waiban.site.office_init.cases import take_over_case
from waiban.site.office_init.seats import CHANGED, NEW, SAME, seat, specimen
from waiban.site.office_init.sheets import BY_CODE, SHEETS
from waiban.site.office_init.workbook import Fault, Line, Read

REASON = "初始工作簿"


@dataclass
class Report:
    """By sheet: how many rows are new, changed, the same; and every fault."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    saved: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "saved": self.saved,
            "sheets": [
                {"title": plan.title, **{word: self.counts[plan.code][word] for word in (NEW, CHANGED, SAME)}}
                for plan in SHEETS
                if plan.code in self.counts
            ],
            "faults": [[one.sheet, one.row, one.column, one.expected] for one in self.faults],
        }


class _TakeBack(Exception):  # noqa: N818 - ends a preview
    pass


class Load:
    """One run for one office, by its head's account."""

    def __init__(self, office: Office, read: Read, head: uuid.UUID, *, with_calendar: bool) -> None:
        self.office = office
        self.read = read
        self.head = head
        self.with_calendar = with_calendar
        self.report = Report(faults=list(read.faults))

    def run(self, *, save: bool, told: Callable[[int, int], None] = lambda _done, _of: None) -> Report:
        if self.report.faults:  # a row that can't be read would make others fail for no fault of theirs
            return self.report
        try:
            with self._as_head() as principal:
                self._rows(told)
                if self.report.faults or not save:
                    raise _TakeBack
                self.report.saved = True
                record(
                    "office.init", principal, subject=("office", self.office.pk), office=self.office.pk,
                    readers=readers(self.office.pk, office=True),
                    data={"sheets": {code: dict(count) for code, count in self.report.counts.items()}},
                )  # fmt: skip
        except _TakeBack:
            pass
        return self.report

    @contextmanager
    def _as_head(self) -> Iterator[Principal]:
        """The head, who for this act also sees what lies inside the units: the first day is before their own."""
        plain = principal_of(self.head)
        if plain.office != self.office.pk:
            raise NotAllowedError(_("由本办主任导入"))
        keys = tuple(sorted({*plain.keys, *system_keys(self.office.pk)}))
        with acting_as(replace(plain, keys=keys)) as principal:
            yield principal

    def _rows(self, told: Callable[[int, int], None]) -> None:
        acts: dict[str, Callable[[Line], str]] = {
            "office": self._office, "units": self._unit, "officers": self._officer, "posts": self._post,
            "travellers": self._traveller, "documents": self._document, "grants": self._grant, "series": self._series,
            "cases": self._case,
        }  # fmt: skip
        of = sum(len(lines) for lines in self.read.lines.values()) or 1
        done = 0
        for plan in SHEETS:
            lines = self.read.lines.get(plan.code) or []
            if not lines:
                continue
            self.report.counts.setdefault(plan.code, Counter())
            if plan.code == "units":
                lines = self._parents_first(lines)
            if plan.code == "calendar":
                self._calendar(lines)
            for line in lines:
                done += 1
                told(min(done, of - 1), of)
                if plan.code in acts:
                    self._try(acts[plan.code], line)
        self._orphans()

    def _try(self, act: Callable[[Line], str], line: Line) -> None:
        try:
            with transaction.atomic():
                self.report.counts[line.sheet.code][act(line)] += 1
        except (CannotError, CaseError, RefusedError, NotAllowedError) as error:
            pointer = getattr(error, "pointer", "")
            column = next((one.title for one in line.sheet.columns if one.code == pointer), "")
            self._fault(line, column or pointer, str(error))

    def _fault(self, line: Line, column: str, expected: str) -> None:
        self.report.faults.append(Fault(line.sheet.title, line.row, column, expected))

    # --- sheet by sheet ------------------------------------------------------------------

    def _office(self, line: Line) -> str:
        if line["slug"] != self.office.slug:
            raise CannotError(
                _("这份工作簿是给“%(slug)s”的，本办短名是“%(own)s”") % {"slug": line["slug"], "own": self.office.slug}
            )
        return SAME

    def _parents_first(self, lines: list[Line]) -> list[Line]:
        names = {line["name"] for line in lines}
        found: list[Line] = []
        done: set[str] = set()
        left = lines
        while left:
            ready = [line for line in left if line.get("parent") not in names - done]
            if not ready:
                for line in left:
                    self._fault(line, "上级单位", _("上级单位绕成了一圈"))
                break
            found += ready
            done |= {line["name"] for line in ready}
            left = [line for line in left if line not in ready]
        return found

    def _unit(self, line: Line) -> str:
        parent = self._unit_called(line["parent"], "parent") if line.get("parent") else None
        wanted = (line.get("short_name") or line["name"], line["kind"], parent.pk if parent else None)
        unit = Unit.objects.filter(office=self.office, name=line["name"]).first()
        if unit is None:
            add_unit(self.office, name=line["name"], short_name=wanted[0], kind=wanted[1], parent=parent)
            return NEW
        if (unit.short_name, unit.kind, unit.parent_id) == wanted:
            return SAME
        save_unit(
            unit.pk, name=unit.name, short_name=wanted[0], kind=wanted[1], parent=parent, closed_on=unit.closed_on
        )  # fmt: skip
        return CHANGED

    def _officer(self, line: Line) -> str:
        unit = self._unit_called(line["unit"])
        words = {
            seat(self.office, unit, Role.DESIGNATED_OFFICER, "", line),
            specimen(self.office, unit, line) if line.picture or line.get("filed_on") else SAME,
        }
        return NEW if NEW in words else CHANGED if CHANGED in words else SAME

    def _post(self, line: Line) -> str:
        return seat(self.office, self._unit_called(line["unit"]), line["role"], line.get("name") or "", line)

    def _traveller(self, line: Line) -> str:
        unit = self._unit_called(line["unit"])
        born = date.fromisoformat(line["born_on"]) if line.get("born_on") else None
        found = self._find(unit, line["name"], line.get("identity_number"), born)
        facts = Facts(
            post=line.get("post") or "",
            rank=line.get("rank") or "",
            grade=line.get("grade") or "",
            category=line.get("category") or "",
            status=line.get("status") or "",
            managed_by=line.get("managed_by") or "",
            heads_unit=line.get("heads_unit"),
            leadership_of=line.get("leadership_of") or "",
        )
        since = date.fromisoformat(line["since"])
        said = NEW
        if found is not None:
            said = CHANGED
            kept = TravellerRecord.objects.filter(traveller=found, since__lte=since).order_by("-since").first()
            wanted = {name: getattr(facts, name) for name in _FACTS}
            same = kept is not None and all(getattr(kept, name) == value for name, value in wanted.items())
            if (
                same
                and found.name == line["name"]
                and found.born_on == born
                and found.pinyin == (line.get("pinyin") or "")
            ):
                return SAME
        with acting_as(system(self.office.pk, REASON)):
            save_traveller(
                unit,
                name=line["name"],
                facts=facts,
                since=since,
                traveller_id=found.pk if found else None,
                pinyin=line.get("pinyin") or "",
                born_on=born,
                identity_number=line.get("identity_number") if found is None else None,
            )
        return said

    def _find(self, unit: Unit, name: str, number: str | None, born: date | None = None) -> Traveller | None:
        rows = Traveller.objects.filter(unit=unit, erased_on=None)
        if number:
            return rows.filter(identity_hash=identity.digest(number)).first()
        rows = rows.filter(name=name)
        if born is not None:
            rows = rows.filter(born_on=born)
        found = list(rows[:2])
        if len(found) > 1:
            raise CannotError(_("%(unit)s有几个人叫这个名字，请写身份证号") % {"unit": unit.short_name})
        return found[0] if found else None

    def _document(self, line: Line) -> str:
        holder = self._find(self._unit_called(line["unit"]), line["holder"], line.get("identity_number"))
        if holder is None:
            raise CannotError(_("出访人员里没有这个人"))
        digest = identity.digest(line["number"])
        kept = TravelDocument.objects.filter(office=self.office, number_hash=digest).first()
        if kept is not None:
            if kept.holder_id != holder.pk or kept.kind != line["kind"]:
                raise CannotError(_("这个证照号码已经登记在别人或别种证照名下"))
            return SAME
        with acting_as(system(self.office.pk, REASON)):
            register_document(
                holder.pk,
                kind=line["kind"],
                number=line["number"],
                issuer=line.get("issuer") or "",
                issued_on=_day(line.get("issued_on")),
                expires_on=_day(line.get("expires_on")),
                place=line.get("place") or "drawer",
            )
        return NEW

    def _grant(self, line: Line) -> str:
        kept = Grant.objects.filter(office=self.office, number=line["number"]).first()
        wanted = (
            line["by"], date.fromisoformat(line["granted_on"]), date.fromisoformat(line["since"]), _day(line.get("until")),
            sorted(line["ranks"]), sorted(line["channels"]), sorted(line["documents"]),
        )  # fmt: skip
        if kept is None:
            record_grant(
                self.office, number=line["number"], by=wanted[0], granted_on=wanted[1], since=wanted[2], until=wanted[3],
                ranks=line["ranks"], channels=line["channels"], documents=line["documents"],
            )  # fmt: skip
            return NEW
        known = (
            kept.by, kept.granted_on, kept.since, kept.until, sorted(kept.ranks), sorted(kept.channels),
            sorted(kept.documents),
        )  # fmt: skip
        if known != wanted:
            raise CannotError(_("这份授权已经登记，内容不同；要改请在系统里收回再登记"))
        return SAME

    def _series(self, line: Line) -> str:
        """Numbers go on after what paper has used; a series that has gone on here is never set back."""
        kept = NumberSeries.objects.select_for_update().filter(
            office=self.office, kind=line["kind"], year=line["year"]
        ).first()  # fmt: skip
        if kept is not None:
            if kept.last >= line["last"]:
                return SAME
            before, kept.last = kept.last, line["last"]
            kept.save(update_fields=["last"])
        else:
            before = None
            kept = NumberSeries.objects.create(
                office=self.office, kind=line["kind"], year=line["year"], last=line["last"],
                readers=readers(self.office.pk, office=True, staff=True),
            )  # fmt: skip
        record(
            "paper.take_over_series", current_principal(), subject=("series", kept.pk), office=self.office.pk,
            readers=readers(self.office.pk, office=True),
            data={"kind": kept.kind, "year": kept.year, "last": kept.last, "before": before},
        )  # fmt: skip
        return NEW if before is None else CHANGED

    def _calendar(self, lines: list[Line]) -> None:
        """One year whole; the same for every office of the deployment, so the operator's to bring in."""
        count = self.report.counts["calendar"]
        kept = {row.day: (row.is_workday, row.name) for row in CalendarDay.objects.all()}
        years: dict[int, list[Line]] = {}
        for line in lines:
            years.setdefault(date.fromisoformat(line["day"]).year, []).append(line)
        for year, rows in years.items():
            days = {date.fromisoformat(row["day"]): (row["kind"] == "workday", row["name"]) for row in rows}
            if {day: said for day, said in kept.items() if day.year == year} == days:
                count[SAME] += len(rows)
                continue
            if not self.with_calendar:
                self._fault(rows[0], "", _("日历全部署共用，请管理员用 bin/office-init 导入，或先删去这张表的行"))
                continue
            known = any(day.year == year for day in kept)
            try:
                with transaction.atomic():
                    announce(year, [Announced(day, *said) for day, said in days.items()], rows[0]["source"])
            except ValueError as error:
                self._fault(rows[0], "日期", str(error))
                continue
            count[CHANGED if known else NEW] += len(rows)

    def _case(self, line: Line) -> str:
        unit = self._unit_called(line["unit"])
        key = (line["year"], line["number"])
        own = {
            code: [one for one in self.read.lines.get(code) or [] if (one["year"], one["number"]) == key]
            for code in ("members", "stops", "opinions", "facts")
        }
        made = take_over_case(self.office, unit, line, own, self._member)
        for code, lines in own.items():
            self.report.counts.setdefault(code, Counter())[NEW if made else SAME] += len(lines)
        return NEW if made else SAME

    def _member(self, line: Line) -> Traveller:
        found = self._find(self._unit_called(line["unit"]), line["name"], line.get("identity_number"))
        if found is None:
            raise CannotError(
                _("在办件人员第 %(n)d 行：出访人员里没有这个人") % {"n": line.row}
            )  # fmt: skip
        return found

    def _orphans(self) -> None:
        """Rows of a case that stands in no row of cases."""
        cases = {(line["year"], line["number"]) for line in self.read.lines.get("cases") or []}
        for code in ("members", "stops", "opinions", "facts"):
            for line in self.read.lines.get(code) or []:
                if (line["year"], line["number"]) not in cases:
                    self._fault(line, "案号", _("“%(sheet)s”里没有这个案号") % {"sheet": BY_CODE["cases"].title})

    def _unit_called(self, name: str, pointer: str = "unit") -> Unit:
        rows = Unit.objects.filter(office=self.office)
        found = rows.filter(name=name).first() or rows.filter(short_name=name).first()
        if found is None:
            error = CannotError(_("没有“%(name)s”这个单位") % {"name": name})
            error.pointer = pointer  # type: ignore[attr-defined]
            raise error
        return found


_FACTS = ("post", "rank", "grade", "category", "status", "managed_by", "heads_unit", "leadership_of")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
