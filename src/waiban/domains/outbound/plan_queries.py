"""Reads of the year's plans. Row security says which; these say in which order and how many."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum
from django.http import Http404

from waiban.core.casework.clocks import today
from waiban.core.people.models import Unit
from waiban.domains.outbound.actions.put_in_force import adopted_items
from waiban.domains.outbound.models import Allotment, AnnualPlan, PlanItem, Quota, QuotaEntry, Trip

PAGE = 50
VIEWS = ("force", "work", "plans")
SORTS = {"unit": "unit__name", "month": "month", "-month": "-month", "-people": "-head_count", "-money": "-total_cny"}
State, ItemState, Kind = AnnualPlan.State, PlanItem.State, PlanItem.Kind


def plan_or_404(plan_id: uuid.UUID) -> AnnualPlan:
    try:
        return AnnualPlan.objects.select_related("unit", "office", "case").get(pk=plan_id)
    except AnnualPlan.DoesNotExist as error:
        raise Http404 from error


@dataclass(frozen=True)
class PlanFilter:
    view: str = "force"
    year: int = 0
    unit: uuid.UUID | None = None
    kind: str = ""
    state: str = ""
    month: int = 0
    country: str = ""
    text: str = ""
    sort: str = "unit"


def years() -> list[int]:
    """The current year and the next, and every year of which a plan is seen."""
    seen = set(AnnualPlan.objects.order_by().values_list("year", flat=True).distinct())
    return sorted(seen | {today().year, today().year + 1})


def items(wanted: PlanFilter) -> "QuerySet[PlanItem]":
    found = PlanItem.objects.filter(plan__whole_office=False, year=wanted.year)
    states = (State.APPROVED,) if wanted.view == "force" else AnnualPlan.WORKED_ON
    found = found.filter(plan__state__in=states)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(state=wanted.state)
    elif wanted.view == "work":
        found = found.exclude(state=ItemState.DROPPED)
    if wanted.month:
        found = found.filter(month=wanted.month)
    if wanted.country:
        found = found.filter(countries__contains=[wanted.country])
    if wanted.text:
        found = found.filter(Q(title__icontains=wanted.text) | Q(purpose__icontains=wanted.text))
    return found


def page_of(wanted: PlanFilter, after: str = "") -> tuple[list[PlanItem], str]:
    """One page and the key of the next."""
    name, down = SORTS[wanted.sort].lstrip("-"), SORTS[wanted.sort].startswith("-")
    found = items(wanted).select_related("unit", "plan", "trip").order_by(*_order(wanted))
    if after:
        value, _bar, last = after.rpartition("~")
        step = "lt" if down else "gt"
        if value == "":
            found = found.filter(**{f"{name}__isnull": True, f"id__{step}": last})
        else:
            beyond = Q(**{f"{name}__{step}": value}) | Q(**{name: value, f"id__{step}": last})
            found = found.filter(beyond | Q(**{f"{name}__isnull": True}))
    rows = list(found.defer("trip__dossier", "trip__unread")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, _key(rows[-1], name) if more else ""


def _order(wanted: PlanFilter) -> tuple[Any, str]:
    first = SORTS[wanted.sort]
    name = first.lstrip("-")
    if first.startswith("-"):
        return F(name).desc(nulls_last=True), "-id"
    return F(name).asc(nulls_last=True), "id"


def _key(item: PlanItem, name: str) -> str:
    value = item.unit.name if name == "unit__name" else getattr(item, name)
    return f"{'' if value is None else value}~{item.pk}"


def every_item(wanted: PlanFilter, most: int) -> Iterator[PlanItem]:
    found = items(wanted).select_related("unit", "plan").order_by(*_order(wanted))
    return found[:most].iterator(chunk_size=1000)


@dataclass(frozen=True)
class Totals:
    counted: int
    listed: int
    """Teaching and research: listed, not counted."""
    people: int
    money: Decimal


def totals(wanted: PlanFilter) -> Totals:
    found = items(wanted).exclude(state=ItemState.DROPPED).order_by()
    counted = found.exclude(kind=Kind.TEACHING_RESEARCH)
    sums = counted.aggregate(people=Sum("head_count"))
    money = found.aggregate(money=Sum("total_cny"))["money"]
    number = counted.count()
    return Totals(number, found.count() - number, sums["people"] or 0, money or Decimal(0))


def documents(wanted: PlanFilter) -> list[AnnualPlan]:
    """The newest version of each plan of the year that is seen, the office's own first."""
    found = AnnualPlan.objects.filter(year=wanted.year)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    newest: dict[tuple[uuid.UUID, bool], AnnualPlan] = {}
    for plan in found.exclude(state=State.WITHDRAWN).select_related("unit", "office", "case").order_by("version"):
        newest[plan.unit_id, plan.whole_office] = plan
    return sorted(newest.values(), key=lambda plan: (not plan.whole_office, plan.unit.name))


@dataclass(frozen=True)
class Balance:
    """Quota of one rank: what is allotted, reserved and used."""

    rank: str
    groups: tuple[int, int, int]
    people: tuple[int, int, int]
    limited: bool

    @property
    def groups_left(self) -> int:
        return self.groups[0] - self.groups[1] - self.groups[2]

    @property
    def people_left(self) -> int:
        return self.people[0] - self.people[1] - self.people[2]


def balances(year: int, unit: uuid.UUID | None = None) -> list[Balance]:
    """By rank, over the units that are seen. A rank counts as limited only where every unit's people are."""
    rows = Quota.objects.filter(year=year)
    if unit:
        rows = rows.filter(unit=unit)
    sums: dict[str, list[Any]] = {}
    for row in rows:
        one = sums.setdefault(row.rank, [0, 0, 0, 0, 0, 0, True])
        amounts = (row.groups_allotted, row.groups_reserved, row.groups_used, row.people_allotted, row.people_reserved,
                   row.people_used)  # fmt: skip
        for place, amount in enumerate(amounts):
            one[place] += amount
        one[6] = one[6] and row.people_limited
    return [
        Balance(rank, (one[0], one[1], one[2]), (one[3], one[4], one[5]), one[6]) for rank, one in sorted(sums.items())
    ]


# --- all units' proposals beside the allotment ----------------------------------------------


@dataclass
class UnitLine:
    """What a unit proposes and has, for who balances. `proposed`: (groups, people) by rank; "" is their sum."""

    unit: Unit
    plan: AnnualPlan | None = None
    proposed: dict[str, tuple[int, int]] = field(default_factory=dict)
    listed: int = 0
    money: Decimal = Decimal(0)
    last_year: tuple[int, int] = (0, 0)
    taken: tuple[int, int] = (0, 0)
    allotted: tuple[int, int] = (0, 0)


def unit_lines(plan: AnnualPlan) -> dict[uuid.UUID, UnitLine]:
    """For the office's plan: every unit that proposes, is allotted something, or had quota last year."""
    found: dict[uuid.UUID, UnitLine] = {}
    sums: dict[tuple[uuid.UUID, str], list[int]] = defaultdict(lambda: [0, 0])
    lines = _lines_of(found)
    for item in proposals(plan):
        line = lines(item.unit)
        line.plan = item.plan
        line.money += item.total_cny or 0
        if item.kind == Kind.TEACHING_RESEARCH:
            line.listed += 1
            continue
        for rank in {item.leader_rank, ""}:
            sums[item.unit_id, rank][0] += 1
            sums[item.unit_id, rank][1] += item.head_count or 0
    for (unit, rank), (groups, people) in sums.items():
        found[unit].proposed[rank] = (groups, people)
    for row in Allotment.objects.filter(plan=plan).select_related("unit"):
        line = lines(row.unit)
        line.allotted = (line.allotted[0] + row.groups, line.allotted[1] + (row.people or 0))
    for quota in Quota.objects.filter(office=plan.office_id, year__in=(plan.year - 1, plan.year)).select_related(
        "unit"
    ):
        line = lines(quota.unit)
        if quota.year == plan.year:
            line.taken = (
                line.taken[0] + quota.groups_reserved + quota.groups_used,
                line.taken[1] + quota.people_reserved + quota.people_used,
            )
        else:
            line.last_year = (line.last_year[0] + quota.groups_used, line.last_year[1] + quota.people_used)
    return dict(sorted(found.items(), key=lambda pair: pair[1].unit.name))


def proposals(plan: AnnualPlan) -> Iterable[PlanItem]:
    """What the units ask for in that year, what still lies on the balancing desk included."""
    return adopted_items(plan, also=(State.AT_OFFICE,))


def _lines_of(found: dict[uuid.UUID, UnitLine]) -> Any:
    def line(unit: Unit) -> UnitLine:
        return found.setdefault(unit.pk, UnitLine(unit))

    return line


def last_version(plan: AnnualPlan) -> int:
    same = AnnualPlan.objects.filter(unit=plan.unit_id, year=plan.year, whole_office=plan.whole_office)
    return int(same.aggregate(last=Max("version"))["last"] or plan.version)


# --- the ledger, line by line ----------------------------------------------------------------


@dataclass(frozen=True)
class LedgerFilter:
    """`rank` None: every rank; empty: the row without one."""

    year: int
    unit: uuid.UUID | None = None
    rank: str | None = None
    kind: str = ""
    cause: str = ""


def lines(wanted: LedgerFilter) -> "QuerySet[QuotaEntry]":
    found = QuotaEntry.objects.filter(quota__year=wanted.year).select_related("quota__unit", "plan__office")
    if wanted.unit:
        found = found.filter(quota__unit=wanted.unit)
    if wanted.rank is not None:
        found = found.filter(quota__rank=wanted.rank)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.cause:
        found = found.filter(cause=wanted.cause)
    return found.order_by("-id")


def lines_page(wanted: LedgerFilter, after: str = "") -> tuple[list[QuotaEntry], str]:
    """Newest first; the key is the line itself."""
    found = lines(wanted)
    if after:
        found = found.filter(pk__lt=after)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""


def trips_seen(rows: Iterable[QuotaEntry]) -> dict[uuid.UUID, str]:
    """Titles of the trips behind the lines that the reader may open: a unit sees no other unit's."""
    ids = {row.trip_id for row in rows if row.trip_id}
    return dict(Trip.objects.filter(pk__in=ids).values_list("pk", "title"))
