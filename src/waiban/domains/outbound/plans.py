"""The year's plan and the trip quota (控制数) as a trip meets them.

`reserve` at submission, `use` at the approval and after every change that is granted, `free` where people
or the whole trip fall away. Each makes the ledger say what the trip takes now, in the year of its departure
and for each sending unit apart, and is called inside the transaction of the act that causes it. The ledger
belongs to the office: it is written as the platform, since the organising unit sees no other unit's quota.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.principals import acting_as, current_principal
from waiban.core.audit.record import record
from waiban.core.casework.clocks import today
from waiban.core.offices.queries import setting
from waiban.core.offices.settings import Kind as SettingKind
from waiban.core.offices.settings import Setting
from waiban.core.people.models import Unit
from waiban.core.people.principals import system
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.errors import CannotError
from waiban.domains.outbound.models import AnnualPlan, PlanItem, Quota, QuotaEntry, Trip, TripMember
from waiban.domains.outbound.models.plans import EVERY_RANK
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.plan_facts import highest, item_named, item_text, leader_rank
from waiban.domains.outbound.versions import approved_value
from waiban.dossiers import trip as dossier
from waiban.dossiers.check import check_trip
from waiban.dossiers.trip import Trip as TripValue

SENDING_COUNTS = "plan.sending_counts_group"
"""Setting: whether a sending unit's part in another unit's delegation takes one 团组 of its quota, or people only."""
SETTINGS = (
    Setting(
        SENDING_COUNTS, SettingKind.YES_NO, True, gettext_lazy("派员单位也占一个团组数"), gettext_lazy("计划"),
        help=gettext_lazy("参加别的单位的团组时，除人次外是否也占本单位一个团组控制数；默认占，以本地规定为准"),
    ),
)  # fmt: skip
Kind, Cause, State = QuotaEntry.Kind, QuotaEntry.Cause, PlanItem.State


@transaction.atomic
def reserve(trip: Trip, *, decision: uuid.UUID | None = None, on: date | None = None) -> None:
    """Submission. Raises CannotError where a unit has no place left: of two for the last one, one gets it."""
    value = value_of(trip.dossier)
    _book(trip, value, None, used=False, cause=Cause.SUBMITTED, decision=decision, on=on)


@transaction.atomic
def use(
    trip: Trip,
    *,
    members: Iterable[str] | None = None,
    decision: uuid.UUID | None = None,
    change: uuid.UUID | None = None,
    on: date | None = None,
) -> None:
    """The approval, and every change granted after it. `members`: who goes, where the version isn't pinned yet.

    May be called again: only what differs from before is written, a move into another year included.
    """
    value = (None if members is not None else approved_value(trip)) or value_of(trip.dossier)
    cause = Cause.CHANGED if change else Cause.APPROVED
    going = None if members is None else set(members)
    _book(trip, value, going, used=True, cause=cause, decision=decision, change=change, on=on)


@transaction.atomic
def free(
    trip: Trip,
    members: Iterable[str] | None = None,
    *,
    why: str = Cause.CANCELLED,
    decision: uuid.UUID | None = None,
    change: uuid.UUID | None = None,
    on: date | None = None,
) -> None:
    """Give back the whole trip's places, or those of `members`. `why`: refused, withdrawn, cancelled, members."""
    with acting_as(system(trip.office_id, "quota ledger")):
        held = bool(_held(trip)) or PlanItem.objects.filter(trip=trip).exists()
    if not held:
        return
    if members is None:
        _write(trip, {}, used=False, cause=Cause(why), decision=decision, change=change, on=on)
        _let_items_go(trip)
        return
    value = approved_value(trip) or value_of(trip.dossier)
    going = {str(member.id) for member in value.members or []} - set(members)
    used = approved_value(trip) is not None
    _book(trip, value, going, used=used, cause=Cause.MEMBERS, decision=decision, change=change, on=on)


@transaction.atomic
def catch_up(office: uuid.UUID, year: int, *, on: date | None = None) -> None:
    """Book the trips of a year that were submitted before its quota was allotted; what is on record stays as it is."""
    states = Trip.State
    handed = (states.SUBMITTED, states.CORRECTION, states.IN_REVIEW, states.IN_APPROVAL, states.FORWARDED)
    decided = (states.APPROVED, states.AWAY, states.RETURNED, states.CLOSED)
    with acting_as(system(office, "quota ledger")):
        waiting = list(
            Trip.objects.filter(office=office, depart__year=year, state__in=(*handed, *decided), imported=False)
            .exclude(pk__in=QuotaEntry.objects.filter(trip__depart__year=year).values("trip"))
            .select_related("office", "unit").order_by("pk")
        )  # fmt: skip
        for trip in waiting:
            used = trip.state in decided
            value = (approved_value(trip) if used else None) or value_of(trip.dossier)
            cause = Cause.APPROVED if used else Cause.SUBMITTED
            _book(trip, value, None, used=used, cause=cause, decision=None, on=on, strict=False)


@dataclass(frozen=True)
class Taken:
    groups: int = 0
    people: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.groups + other.groups, self.people + other.people)


def _book(
    trip: Trip, value: TripValue, going: set[str] | None, *, used: bool, cause: str,
    decision: uuid.UUID | None, on: date | None, change: uuid.UUID | None = None, strict: bool = True,
) -> None:  # fmt: skip
    with acting_as(system(trip.office_id, "quota ledger")):
        quotas = _quotas(trip, value)
        counts = bool(quotas) and is_counted(trip, value)
        wanted = _wanted(trip, value, going, quotas) if counts else {}
    _write(trip, wanted, used=used, cause=cause, decision=decision, change=change, on=on)
    _let_items_go(trip, but_of=set(_by_unit(trip, value, going)) if quotas else set())
    if quotas and cause != Cause.MEMBERS:
        with acting_as(system(trip.office_id, "quota ledger")):
            _take_item(trip, value, counts=counts, strict=strict and cause == Cause.SUBMITTED)


def is_counted(trip: Trip, value: TripValue) -> bool:
    """Whether the trip takes from the quota at all: the rule's own answer where there would be no place left.

    Teaching and research that holds, and groups whom the rule doesn't reach, are listed and not counted.
    """
    plan = msgspec.structs.replace(value.plan or dossier.PlanItem(), unit_quota=0, unit_used=0)
    judgement = check_trip(msgspec.structs.replace(value, plan=plan), law_of(trip.office), today=today())
    answers = {finding.rule: finding.answer for finding in judgement.all_findings}
    return answers.get("quota_total_cap") not in ("exempt", "not_applicable")


def _quotas(trip: Trip, value: TripValue) -> dict[tuple[uuid.UUID, str], Quota]:
    """The rows of the year of departure, of every unit of the office; none where the office keeps no ledger for it."""
    if value.depart is None:
        return {}
    rows = Quota.objects.filter(office_id=trip.office_id, year=value.depart.year)
    return {(row.unit_id, row.rank): row for row in rows}


def _wanted(
    trip: Trip, value: TripValue, going: set[str] | None, quotas: Mapping[tuple[uuid.UUID, str], Quota]
) -> dict[uuid.UUID, Taken]:
    """What the trip takes, by quota row. Each unit's group by the leader's rank or its highest, each person by rank."""
    sending_counts = bool(setting(trip.office_id, SENDING_COUNTS))
    wanted: dict[uuid.UUID, Taken] = {}
    for unit, ranks in _by_unit(trip, value, going).items():
        organises = unit == trip.unit_id
        group_row = _row(quotas, unit, leader_rank(value) if organises else highest(ranks))
        if group_row is None:
            raise _no_quota(unit, value)
        takes = [(group_row, Taken(groups=1))] if organises or sending_counts else []
        takes += [(_row(quotas, unit, rank) or group_row, Taken(people=1)) for rank in ranks]
        for row, taken in takes:
            wanted[row.pk] = wanted.get(row.pk, Taken()) + taken
    return wanted


def _by_unit(trip: Trip, value: TripValue, going: set[str] | None) -> dict[uuid.UUID, list[str]]:
    """Ranks of those who go, by their unit; the organising unit is there even where none of them is its own."""
    with acting_as(system(trip.office_id, "quota ledger")):
        home = {
            str(row.traveller_id): row.traveller.unit_id
            for row in TripMember.objects.filter(trip=trip).select_related("traveller")
        }
    found: dict[uuid.UUID, list[str]] = {trip.unit_id: []}
    for member in value.members or []:
        if going is None or str(member.id) in going:
            found.setdefault(home.get(str(member.id), trip.unit_id), []).append(member.rank or EVERY_RANK)
    return found


def _row(quotas: Mapping[tuple[uuid.UUID, str], Quota], unit: uuid.UUID, rank: str) -> Quota | None:
    return quotas.get((unit, rank)) or quotas.get((unit, EVERY_RANK))


def _no_quota(unit: uuid.UUID, value: TripValue) -> CannotError:
    name = Unit.objects.get(pk=unit).name
    year = value.depart.year if value.depart else 0
    return CannotError(_("%(unit)s %(year)d 年没有这个级别的控制数") % {"unit": name, "year": year}, "/plan/unit_quota")


def _held(trip: Trip) -> dict[uuid.UUID, tuple[Taken, Taken]]:
    """(reserved, used) by quota row, as the ledger sums them."""
    held: dict[uuid.UUID, tuple[Taken, Taken]] = {}
    rows = QuotaEntry.objects.filter(trip=trip).values("quota", "kind", "freed_from")
    for row in rows.annotate(groups_sum=Sum("groups"), people_sum=Sum("people")).order_by():
        reserved, used = held.get(row["quota"], (Taken(), Taken()))
        plus = Taken(row["groups_sum"], row["people_sum"])
        minus = Taken(-plus.groups, -plus.people)
        if row["kind"] == Kind.RESERVED:
            reserved += plus
        elif row["kind"] == Kind.USED:
            reserved, used = reserved + minus, used + plus
        elif row["freed_from"] == Kind.RESERVED:
            reserved += minus
        else:
            used += minus
        held[row["quota"]] = reserved, used
    return {quota: pair for quota, pair in held.items() if pair != (Taken(), Taken())}


def _write(
    trip: Trip, wanted: Mapping[uuid.UUID, Taken], *, used: bool, cause: str,
    decision: uuid.UUID | None, change: uuid.UUID | None, on: date | None,
) -> None:  # fmt: skip
    """Lock the rows in one order, then write the difference between what the trip takes and what it should."""
    principal = current_principal()
    with acting_as(system(trip.office_id, "quota ledger")):
        held = _held(trip)
        ids = sorted({*held, *wanted})
        if not ids:
            return
        rows = {
            row.pk: row
            for row in Quota.objects.select_for_update(of=("self",))
            .select_related("unit").filter(pk__in=ids).order_by("pk")
        }  # fmt: skip
        years = {rows[quota].year for quota in wanted}
        lines: list[QuotaEntry] = []
        for quota in ids:
            row, now = rows[quota], wanted.get(quota, Taken())
            reserved, spent = held.get(quota, (Taken(), Taken()))
            why = Cause.YEAR if wanted and quota not in wanted and row.year not in years else cause
            _require_room(trip, row, now, reserved + spent)
            lines += _difference(row, now, reserved, spent, used=used, why=why)
        for line in lines:
            line.trip, line.decision_id, line.change_id = trip, decision, change
            line.happened_on = on or today()
            try:
                with transaction.atomic():
                    line.save(force_insert=True)
            except IntegrityError as error:
                raise CannotError(_("控制数刚被别的团组占用，请刷新"), "/plan/unit_quota") from error
    if lines:
        record(
            "quota.write", principal, subject=("trip", trip.pk), case=trip.case_id, readers=trip.readers,
            happened_on=on, data={"lines": [_said(line) for line in lines], "cause": str(cause)},
        )  # fmt: skip


def _difference(row: Quota, now: Taken, reserved: Taken, spent: Taken, *, used: bool, why: str) -> list[QuotaEntry]:
    """Free first what falls away, from what is used where the trip is approved; then take; then use what is reserved."""
    lines = []
    for source in (Kind.USED, Kind.RESERVED) if used else (Kind.RESERVED, Kind.USED):
        has = spent if source == Kind.USED else reserved
        less = Taken(
            min(has.groups, max(0, reserved.groups + spent.groups - now.groups)),
            min(has.people, max(0, reserved.people + spent.people - now.people)),
        )
        if less != Taken():
            lines.append(_line(row, Kind.FREED, less, why, freed_from=source))
            left = Taken(has.groups - less.groups, has.people - less.people)
            reserved, spent = (reserved, left) if source == Kind.USED else (left, spent)
    more = Taken(
        max(0, now.groups - reserved.groups - spent.groups), max(0, now.people - reserved.people - spent.people)
    )
    if more != Taken():
        lines.append(_line(row, Kind.RESERVED, more, why))
        reserved += more
    if used and reserved != Taken():
        lines.append(_line(row, Kind.USED, reserved, why))
    return lines


def _line(row: Quota, kind: str, taken: Taken, cause: str, *, freed_from: str = "") -> QuotaEntry:
    return QuotaEntry(
        quota=row, kind=kind, freed_from=freed_from, groups=taken.groups, people=taken.people, cause=cause,
        readers=row.readers,
    )  # fmt: skip


def _said(line: QuotaEntry) -> str:
    """For the register: 2027 年 预占 团组 1 人次 2."""
    return f"{line.quota.year} 年{Kind(line.kind).label}团组 {line.groups}、人次 {line.people}"


def _require_room(trip: Trip, row: Quota, now: Taken, before: Taken) -> None:
    """A sentence where the constraint would refuse. Another unit's figures are not the organiser's to see."""
    groups = row.groups_reserved + row.groups_used - before.groups
    people = row.people_reserved + row.people_used - before.people
    short = groups + now.groups > row.groups_allotted and now.groups > before.groups
    fewer = row.people_limited and people + now.people > row.people_allotted and now.people > before.people
    if not short and not fewer:
        return
    said = {"unit": row.unit.name, "year": row.year}
    if row.unit_id != trip.unit_id:
        raise CannotError(_("%(unit)s %(year)d 年控制数不够，请先与该单位商量") % said, "/members")
    if short:
        said |= {"n": row.groups_allotted, "taken": groups}
        text = _("%(unit)s %(year)d 年控制数 %(n)d 个团组，已占 %(taken)d 个，没有余额") % said
    else:
        said |= {"n": row.people_allotted, "taken": people, "more": now.people}
        text = _("%(unit)s %(year)d 年控制数 %(n)d 人次，已占 %(taken)d，本团还要 %(more)d") % said
    raise CannotError(text, "/plan/unit_quota")


def _take_item(trip: Trip, value: TripValue, *, counts: bool, strict: bool) -> None:
    """Mark the item of the plan that the trip carries out, or that it replaces; give back one named before.

    `strict` at submission: the item must be there. What was granted afterwards isn't taken back for the plan's sake.
    """
    replaces = value.plan is not None and value.plan.in_annual_plan is False
    named = value.plan.item if value.plan else None
    wanted = counts or (named and not replaces)
    found, trouble = _item_for(trip.unit_id, trip, named, value.depart, replaces=replaces) if wanted else (None, "")
    if trouble and strict:
        raise CannotError(trouble, "/plan/item")
    _mark(trip, trip.unit_id, found, replaces=replaces)


@transaction.atomic
def take_for_sender(trip_id: uuid.UUID, unit: uuid.UUID, text: str, reason: str) -> None:
    """A sending unit says which item of its own plan its part is, or (with a reason) which one it replaces.

    Raises CannotError where the office keeps the ledger of that year and the item isn't the unit's to take.
    """
    with acting_as(system(Unit.objects.get(pk=unit).office_id, "quota ledger")):
        trip = Trip.objects.select_related("office", "unit").get(pk=trip_id)
        value = value_of(trip.dossier)
        if not _quotas(trip, value):
            return
        replaces = bool(reason.strip())
        found, trouble = _item_for(unit, trip, text, value.depart, replaces=replaces)
        if trouble and is_counted(trip, value):
            raise CannotError(trouble, "plan_item")
        _mark(trip, unit, found, replaces=replaces)


def _let_items_go(trip: Trip, but_of: set[uuid.UUID] | None = None) -> None:
    """Items that the trip no longer takes; `but_of`: the units that still go."""
    with acting_as(system(trip.office_id, "quota ledger")):
        items = PlanItem.objects.filter(trip=trip).exclude(unit__in=but_of or set())
        items.update(trip=None, state=State.PLANNED)


def _mark(trip: Trip, unit: uuid.UUID, found: PlanItem | None, *, replaces: bool) -> None:
    """One item a unit and trip: what the trip named before is free again."""
    others = PlanItem.objects.filter(trip=trip, unit=unit)
    (others.exclude(pk=found.pk) if found else others).update(trip=None, state=State.PLANNED)
    if found:
        found.trip, found.state = trip, State.REPLACED if replaces else State.TAKEN
        found.save(update_fields=["trip", "state"])


def _item_for(
    unit: uuid.UUID, trip: Trip, text: str | None, depart: date | None, *, replaces: bool
) -> tuple[PlanItem | None, str]:
    """The locked row of the item that a dossier names, or what is wrong with it."""
    named = item_named(text)
    if named is None:
        return None, _("计划外团组请写明替换计划中的哪一项") if replaces else _("请选年度计划中的一项")
    year, number = named
    if depart is None or year != depart.year:
        return None, _("请选离境当年计划中的一项；%(item)s是别的年度") % {"item": item_text(year, number)}
    item = (
        PlanItem.objects.select_for_update(of=("self",))
        .filter(plan__unit=unit, plan__state=AnnualPlan.State.APPROVED, plan__whole_office=False)
        .filter(year=year, number=number).first()
    )  # fmt: skip
    if item is None or item.state == State.DROPPED:
        return None, _("年度计划里没有第 %(n)d 项，或已取消") % {"n": number}
    if item.trip_id not in (None, trip.pk):
        return None, _("第 %(n)d 项已由别的团组使用") % {"n": number}
    return item, ""
