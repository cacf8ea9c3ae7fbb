"""Which process a trip runs on: read off its own facts, never chosen (docs/outbound.md).

The order is that of the readings: Taiwan is settled first, then joined groups, then whose people go,
then Hong Kong and Macao, then what the unit and the task are.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from waiban.domains.outbound.dossier import channel_of
from waiban.domains.outbound.models import Trip
from waiban.dossiers.trip import Trip as TripValue

MAIN = (
    "trip", "units", "joined", "hk_macao", "mixed", "taiwan", "academic", "state_enterprise", "training",
)  # fmt: skip
"""Processes that a trip's own case may run on."""


@dataclass(frozen=True, slots=True)
class Road:
    process: str
    name: str
    """What people call the process."""
    why: str
    """The facts that lead here, as a sentence."""


def process_of(value: TripValue) -> str:
    """Name of the process. What isn't stated leads nowhere special: it stays the plain road until it is."""
    channel = _channel(value)
    if channel == Trip.Channel.TAIWAN:
        return "taiwan"
    if (value.organising or "").startswith("joins"):
        return "joined"
    if others(value):
        return "units"
    if channel in (Trip.Channel.HK_MACAO, Trip.Channel.MIXED):
        return str(channel)
    if claims_academic(value):
        return "academic"
    if value.unit_kind == "state_enterprise":
        return "state_enterprise"
    return "training" if value.kind == "training" else "trip"


def road_of(value: TripValue) -> Road:
    process = process_of(value)
    names = road_names()
    reasons = {
        "taiwan": _("只赴台湾，由市台办办理"),
        "joined": _("参加其他单位组织的团组"),
        "units": _("有其他单位的人员：%(units)s") % {"units": "、".join(others(value))},
        "hk_macao": _("只赴香港、澳门"),
        "mixed": _("既出国又赴港澳"),
        "academic": _("全体为教学科研人员的学术交流，或按教学科研申报"),
        "state_enterprise": _("组团单位是国有企业"),
        "training": _("出访类别是培训"),
        "trip": _("自行组团，都是本单位人员"),
    }
    return Road(process, names[process], reasons[process])


def road_names() -> dict[str, str]:
    return {
        "trip": _("自行组团"),
        "units": _("自行组团，含其他单位人员"),
        "joined": _("参加其他团组"),
        "hk_macao": _("因公赴港澳"),
        "mixed": _("因公出国并赴港澳"),
        "taiwan": _("因公赴台"),
        "academic": _("教学科研人员学术交流"),
        "state_enterprise": _("国有企业人员出访"),
        "training": _("出国（境）培训"),
    }


def others(value: TripValue) -> list[str]:
    """Units other than the organising one that send somebody, each once; a unit that isn't stated is its own."""
    named = (member.unit for member in value.members or [])
    return list(dict.fromkeys(unit for unit in named if unit and unit != value.unit))


def claims_academic(value: TripValue) -> bool:
    """Readings §2: claimed by the exemption's kind, or by every member's category on an academic exchange."""
    if value.exemption and value.exemption.kind == "teaching_research":
        return True
    members = value.members or []
    return (
        value.kind == "academic_exchange"
        and bool(members)
        and all(member.category == "teaching_research" for member in members)
    )


def _channel(value: TripValue) -> str:
    visited = (stop.country for stop in value.stops or [] if not stop.transit or stop.leaves_airport is True)
    return channel_of(list(dict.fromkeys(country for country in visited if country)))
