"""派员单位: who sends people into a delegation that another unit organises, and what each of them may see of it."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from waiban.core.casework.processes import process_of
from waiban.core.people.models import Post, Role, Traveller, Unit
from waiban.core.people.queries import nearest_post, personnel_post_for
from waiban.domains.outbound.members import traveller_id
from waiban.domains.outbound.models import SendingPart, Trip, TripMember
from waiban.domains.outbound.relevant import digest

State = SendingPart.State
SHOWN = (
    "title", "kind", "unit", "organising", "purpose", "depart", "return", "stops", "legs", "programme", "invitations",
)  # fmt: skip
"""What a sending unit is told of the journey; of the money, the total, its source and who pays."""
ASKED_FOR = ("purpose", "depart", "return", "stops", "members")
"""What a unit agrees to: a later change of it asks again."""


def road_of_case(trip: Trip) -> str:
    """The process that the trip's case runs on; empty before 发起."""
    return process_of(trip.case).id if trip.case else ""


def by_parts(trip: Trip) -> bool:
    """Whether each sending unit has a part of its own, instead of a place in the trip's own case."""
    return road_of_case(trip) == "units"


def parts_in_force(trip: Trip) -> list[SendingPart]:
    return list(
        SendingPart.objects.filter(trip=trip).exclude(state=State.DROPPED).select_related("unit", "case").order_by("id")
    )


def sending_units(trip: Trip) -> list[Unit]:
    """By the travellers' own unit, the organising one left out."""
    sent = TripMember.objects.filter(trip=trip).values("traveller__unit")
    return list(Unit.objects.filter(pk__in=sent).exclude(pk=trip.unit_id).order_by("name"))


def units_of_members(trip: Trip) -> dict[str, Unit]:
    """Member id → the traveller's unit."""
    rows = Traveller.objects.filter(pk__in=TripMember.objects.filter(trip=trip).values("traveller"))
    return {str(row.pk): row.unit for row in rows.select_related("unit")}


def own_dossier(trip: Trip, unit: Unit) -> dict[str, Any]:
    """The dossier as this unit may read it: its own people alone."""
    units = units_of_members(trip)
    members = trip.dossier.get("members") or []
    budget = trip.dossier.get("budget") or {}
    lines = [{key: value for key, value in line.items() if key != "members"} for line in budget.get("lines") or []]
    shown = {key: trip.dossier[key] for key in SHOWN if key in trip.dossier}
    money = {key: budget[key] for key in ("total_cny", "source") if key in budget}
    own = [member for member in members if _is_of(units.get(str(member.get("id"))), unit)]
    return {**shown, "members": own, "budget": {**money, "lines": lines}}


def content_for(trip: Trip, unit: Unit) -> dict[str, Any]:
    units = units_of_members(trip)
    members = trip.dossier.get("members") or []
    counted: dict[str, int] = {}
    for member in members:
        of = units.get(str(member.get("id")))
        if not _is_of(of, unit):
            name = of.name if of else str(member.get("unit") or trip.unit.name)
            counted[name] = counted.get(name, 0) + 1
    share = share_of(trip, unit)
    return {
        "dossier": own_dossier(trip, unit),
        "others": [{"unit": name, "count": count} for name, count in counted.items()],
        "head_count": len(members),
        "share_cny": str(share) if share is not None else None,
    }


def same_request(part: SendingPart, trip: Trip) -> bool:
    """Whether what the unit was asked for still holds; the others' head counts may have changed."""
    return _asked(part.content) == _asked(content_for(trip, part.unit))


def _asked(content: dict[str, Any]) -> str:
    dossier = content["dossier"]
    return digest([{key: dossier.get(key) for key in ASKED_FOR}, content.get("share_cny")])


def share_of(trip: Trip, unit: Unit) -> Decimal | None:
    """The unit's money in CNY by head count, from the lines that the sending units pay; None where they pay none."""
    units = units_of_members(trip)
    sent = [key for key, of in units.items() if of.pk != trip.unit_id]
    own = {key for key in sent if units[key].pk == unit.pk}
    budget = trip.dossier.get("budget") or {}
    rates = {
        "CNY": Decimal(1),
        **{code: Decimal(str(rate)) for code, rate in (budget.get("rates_to_cny") or {}).items()},
    }
    total, found = Decimal(0), False
    for line in budget.get("lines") or []:
        if line.get("payer") != "sender_unit":
            continue
        payers = [key for key in line.get("members") or sent if key in sent]
        amount, rate = _decimal(line.get("amount")), rates.get(str(line.get("currency") or "CNY"))
        if amount is None or rate is None or not payers:
            continue
        found = True
        total += amount * rate * len(own & set(payers)) / len(payers)
    return total.quantize(Decimal("0.01")) if found and total else None


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _is_of(found: Unit | None, unit: Unit) -> bool:
    return found is not None and found.pk == unit.pk


def head_of(unit: Unit) -> Post | None:
    """Who speaks for the unit; a small unit's head is that of the unit above it."""
    return nearest_post(unit, Role.UNIT_HEAD)


def officer_for(part: SendingPart) -> Post | None:
    return nearest_post(part.unit, Role.DESIGNATED_OFFICER)


def finance_of(unit: Unit) -> Post | None:
    return nearest_post(unit, Role.UNIT_FINANCE)


def bodies_of(part: SendingPart) -> dict[str, list[str]]:
    """Personnel post's id → the unit's members whom it files."""
    members = part.content["dossier"].get("members") or []
    managed = {traveller_id(member): str(member.get("managed_by") or "") for member in members}
    found: dict[str, list[str]] = {}
    for traveller in _known(managed):
        post = personnel_post_for(part.unit, managed[traveller.pk])
        if post is not None:
            found.setdefault(str(post.pk), []).append(str(traveller.pk))
    return found


def _known(ids: Iterable[Any]) -> Iterable[Traveller]:
    return Traveller.objects.filter(pk__in=[one for one in ids if one]).order_by("id")
