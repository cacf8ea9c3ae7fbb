"""Who approves a trip (readings §9): by the highest-ranked member, moved to the city only by a grant on record.

A grant is one of its kind: it names the papers that may be drawn under it, and the Taiwan affairs office needs its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from waiban.core.offices.models import Grant, Office
from waiban.core.offices.queries import grants_in_force
from waiban.domains.outbound.office_law import law_of
from waiban.dossiers.trip import Trip as TripValue

RANKS = (
    "minister",
    "vice_minister",
    "bureau",
    "deputy_bureau",
    "county",
    "deputy_county",
    "section",
    "deputy_section",
    "staff",
    "senior_title",
    "other",
)
"""From the highest; the order of the exchange format."""


@dataclass(frozen=True)
class Authority:
    """`own` only under a grant. `body` names who approves otherwise, as printed in the request upward."""

    own: bool
    highest: str | None
    body_zh: str
    body_en: str
    grant_number: str = ""
    grant_id: Any = None
    documents: tuple[str, ...] = ()
    """What the grant lets the city draw."""


def authority_of(value: TripValue, office: Office, channel: str, on: date) -> Authority:
    """Not stated ranks are no low ranks: where any member's rank isn't stated, the city has no authority of its own."""
    table = law_of(office).data["authority"]
    bodies = table["bodies"]
    ranks = [member.rank for member in value.members or []]
    highest = highest_of(ranks)
    row = next((row for row in table["rows"] if highest in row["ranks"]), table["rows"][-1])
    body = bodies[row["approves"]]
    if channel == "taiwan":
        body = bodies[table["taiwan"]["approves"]]
    grant = None
    if row["grantable"] and highest is not None and None not in ranks:
        grant = grant_for(value, office, channel, on, document_of(value))
    if grant is not None:
        taiwan = channel == "taiwan"
        return Authority(
            own=True,
            highest=highest,
            body_zh=body["zh"] if taiwan else office.name,
            body_en=body["en"] if taiwan else office.name_en,
            grant_number=grant.number,
            grant_id=grant.pk,
            documents=tuple(grant.documents),
        )
    return Authority(own=False, highest=highest, body_zh=body["zh"], body_en=body["en"])


def document_of(value: TripValue) -> str:
    """The paper that approves: 任务批件 for a group of ours, 确认件 for our people in somebody else's."""
    return "confirmation" if (value.organising or "").startswith("joins") else "task_approval"


def grant_for(value: TripValue, office: Office, channel: str, on: date, document: str) -> Grant | None:
    """The first grant in force that covers every member's rank, the channel, the kind of task and this paper."""
    ranks = {member.rank for member in value.members or []}
    for grant in grants_in_force(office.pk, on):
        covers = ranks <= set(grant.ranks) and _channels(channel) <= set(grant.channels)
        if covers and document in grant.documents and (not grant.kinds or value.kind in grant.kinds):
            return grant
    return None


def highest_of(ranks: Iterable[str | None]) -> str | None:
    stated = [rank for rank in ranks if rank is not None]
    return min(stated, key=RANKS.index) if stated else None


def _channels(channel: str) -> set[str]:
    return {"foreign", "hk_macao"} if channel == "mixed" else {channel}
