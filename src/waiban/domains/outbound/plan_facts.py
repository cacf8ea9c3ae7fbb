"""What the year's plan and the quota ledger say of a trip: for the check, and for the form that picks an item."""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

import msgspec
from django.db import connection

from waiban.core.casework.clocks import today
from waiban.domains.outbound.models import AnnualPlan, PlanItem, Trip
from waiban.domains.outbound.models.plans import EVERY_RANK
from waiban.dossiers import trip as dossier
from waiban.dossiers.trip import Trip as TripValue

RANKS: tuple[str, ...] = get_args(dossier.Rank)
"""From the highest to the lowest, as the dossier names them."""
ITEM = re.compile(r"(\d{4})\s*年\s*第\s*(\d+)\s*项")
State = PlanItem.State


def item_text(year: int, number: int) -> str:
    """What a dossier says in `plan.item`: it stays readable without the plan beside it."""
    return f"{year} 年第 {number} 项"


def item_named(text: str | None) -> tuple[int, int] | None:
    """(year, number) of an item that a dossier names; None where it names none of ours."""
    match = ITEM.search(text or "")
    return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True)
class Standing:
    """What the ledger says for a unit, a year and a trip. `kept` is False where the office allotted nothing that year."""

    kept: bool
    allotted: int = 0
    taken: int = 0
    """By other trips."""
    item: Mapping[str, object] | None = None


def standing_of(trip: Trip, value: TripValue) -> Standing:
    """One statement, answered to whoever sees the unit: the same dossier gets the same answer whoever asks.

    Remembered on the row, so that one request asks once.
    """
    if value.depart is None:
        return Standing(kept=False)
    named = item_named(value.plan.item if value.plan else None) or (0, 0)
    known: dict[object, Standing] = trip.__dict__.setdefault("known_standings", {})
    key = (value.depart.year, named, leader_rank(value))
    if key not in known:
        known[key] = _standing(trip, value, value.depart.year, named)
    return known[key]


def _standing(trip: Trip, value: TripValue, year: int, named: tuple[int, int]) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbound_plan_facts(%s, %s, %s, %s, %s)::text", [trip.unit_id, year, *named, trip.pk])
        row = cursor.fetchone()
    found = json.loads(row[0]) if row and row[0] else {}
    if not found.get("kept"):
        return Standing(kept=False)
    rows = {quota["rank"]: quota for quota in found["quotas"] or []}
    quota = rows.get(leader_rank(value)) or rows.get(EVERY_RANK) or {"allotted": 0, "taken": 0}
    return Standing(True, quota["allotted"], quota["taken"], found["item"])


def stated_by_ledger(trip: Trip, value: TripValue) -> TripValue:
    """The dossier with the ledger's word on plan and quota in place of the applicant's, where the office keeps one."""
    standing = standing_of(trip, value)
    if not standing.kept or value.depart is None:
        return value
    plan = value.plan or dossier.PlanItem()
    listed = plan.in_annual_plan
    if listed:
        named, item = item_named(plan.item), standing.item
        listed = None
        if named is not None:
            listed = named[0] == value.depart.year and item is not None and bool(item["free"])
            listed = listed and item is not None and item["state"] in (State.PLANNED, State.TAKEN)
    return msgspec.structs.replace(
        value,
        plan=msgspec.structs.replace(
            plan, in_annual_plan=listed, unit_quota=standing.allotted, unit_used=standing.taken
        ),
    )


def leader_rank(value: TripValue) -> str:
    members = value.members or []
    leader = next((member.rank for member in members if member.role == "leader" and member.rank), None)
    return leader or highest(member.rank for member in members)


def highest(ranks: Iterable[str | None]) -> str:
    return min((rank for rank in ranks if rank in RANKS), key=RANKS.index, default=EVERY_RANK)


def choices(trip: Trip, value: TripValue) -> list[tuple[str, PlanItem]]:
    """Items of the unit's plan in force that the trip may name, of the year of departure once it is known."""
    return items_open_to(trip.unit_id, trip.pk, value.depart)


def items_open_to(unit: uuid.UUID, trip: uuid.UUID, depart: date | None) -> list[tuple[str, PlanItem]]:
    """What the dossier would say of each item, and the item; one that another trip has taken is left out."""
    items = PlanItem.objects.filter(plan__unit=unit, plan__state=AnnualPlan.State.APPROVED, plan__whole_office=False)
    items = items.filter(year=depart.year) if depart else items.filter(year__gte=today().year)
    free = [item for item in items.order_by("year", "number") if item.trip_id in (None, trip)]
    return [(item_text(item.year, item.number), item) for item in free if item.state != State.DROPPED]
