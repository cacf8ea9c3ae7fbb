"""When something is due after the return, by the law in force: each level counts, the earliest wins (readings §8)."""

from datetime import date

import msgspec

from waiban.domains.outbound.models import TravelDocument, Trip
from waiban.domains.outbound.office_law import law_of
from waiban.domains.outbound.versions import actual_value, approved_value
from waiban.dossiers.check import check_trip
from waiban.dossiers.trip import Aftermath, Member, TravelPaper
from waiban.dossiers.trip import Trip as TripValue

RETURNED_ON, REPORT, PUBLISHED = "passport/returned_on", "/after/report_filed", "/after/report_published"
Due = tuple[date, str]
"""The day, and the rule that says so."""


def came_back(trip: Trip) -> date | None:
    """When the group really came back, else when it was approved to; None before any approval."""
    after = trip.dossier.get("after") or {}
    if after.get("came_back"):
        return date.fromisoformat(str(after["came_back"]))
    value = actual_value(trip) or approved_value(trip)
    return value.return_ if value else None


def due_days(trip: Trip, value: TripValue, back: date, *, paper: str = "service") -> dict[str, Due]:
    """By the place in the dossier that a deadline is about. `paper`: the kind of document that is owed.

    A deadline that no level of the law states is left out: nothing is invented for it.
    """
    asked = msgspec.structs.replace(
        value,
        members=[Member(id="1", passport=TravelPaper(kind=paper))],  # type: ignore[arg-type]
        after=Aftermath(came_back=back, left=value.depart),
    )
    judgement = check_trip(asked, law_of(trip.office), stage="close", today=back, in_case=False)
    found: dict[str, Due] = {}
    for finding in judgement.lines:
        name = finding.card["due"]
        day = _day(finding.facts.get(name)) if name else None
        if day is None:
            continue
        for place in finding.card["at"]:
            if place not in found or day < found[place][0]:
                found[place] = (day, finding.rule)
    return found


def document_due(trip: Trip, kind: str, back: date | None = None) -> Due | None:
    """When a document of this kind must be handed in after the trip's return."""
    value = approved_value(trip)
    day = back or came_back(trip)
    if value is None or day is None:
        return None
    paper = kind if kind in TravelDocument.Kind.values else "service"
    return due_days(trip, value, day, paper=paper).get(RETURNED_ON)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
