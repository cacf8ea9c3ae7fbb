"""From the values of its rows to a trip as it is kept: the dossier, and the columns beside it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waiban.domains.outbound.dossier import channel_of


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member: the traveller's id and unit, and what the row says of the journey."""

    traveller: uuid.UUID
    unit_name: str
    values: Mapping[str, Any]


def dossier_of(trip: Mapping[str, Any], unit_name: str, members: Sequence[MemberRow]) -> dict[str, Any]:
    """What isn't stated is left out, so that whoever reads it finds it not stated."""
    dossier: dict[str, Any] = {
        "unit": unit_name,
        "depart": trip["depart"],
        "return": trip["return"],
        "stops": [{"country": code} for code in trip["countries"]],
        "members": [
            {"id": str(row.traveller), "unit": row.unit_name}
            | {key: row.values[key] for key in ("post", "rank", "category", "role") if row.values.get(key)}
            for row in members
        ],
    }
    dossier |= {key: trip[key] for key in ("title", "kind", "purpose") if trip.get(key)}
    approval = {
        "number": trip.get("outside_number"), "on": trip.get("approved_on"), "by": trip.get("approved_by"),
    }  # fmt: skip
    if any(approval.values()):
        dossier["approval"] = {key: value for key, value in approval.items() if value}
    if trip.get("inviter"):
        dossier["invitations"] = [{"inviter": trip["inviter"]}]
    if trip.get("total_cny"):
        dossier["budget"] = {"total_cny": float(trip["total_cny"])}
    return dossier


def columns_of(trip: Mapping[str, Any], unit_name: str, members: Sequence[MemberRow]) -> dict[str, Any]:
    """The projection, by the names of the trip's columns."""
    countries = list(trip["countries"])
    return {
        "dossier": dossier_of(trip, unit_name, members),
        "title": (trip.get("title") or "")[:200],
        "kind": trip.get("kind") or "",
        "channel": str(channel_of(countries)),
        "depart": trip["depart"],
        "return_on": trip["return"],
        "countries": countries,
        "inviters": [trip["inviter"]] if trip.get("inviter") else [],
        "head_count": len(members),
        "total_cny": trip.get("total_cny"),
        "outside_number": trip.get("outside_number") or "",
    }


def member_columns(place: int, row: MemberRow, trip: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "place": place,
        "rank": row.values.get("rank") or "",
        "role": row.values.get("role") or "",
        "category": row.values.get("category") or "",
        "depart": trip["depart"],
        "return_on": trip["return"],
        "countries": list(trip["countries"]),
        "counts": True,
        "refused": False,
    }
