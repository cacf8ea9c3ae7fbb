"""The words of the papers between units: 确认件 for our people in another's group, 任务通知书 for others' in ours."""

from collections.abc import Collection, Mapping
from datetime import date

from waiban.core.papers.figures import paper_day
from waiban.core.papers.letterhead import Letterhead
from waiban.core.papers.source import Values
from waiban.domains.outbound.papers.values import only, source, trip_values
from waiban.dossiers.trip import Trip


def confirmation(
    trip: Trip,
    names: Mapping[str, str],
    letterhead: Letterhead,
    *,
    day: date,
    number: str | None,
    unit: str,
    request_number: str | None,
    grant: str,
    valid_until: date | None = None,
    approved: Collection[str] | None = None,
) -> Values:
    organiser = trip.organiser
    own = {
        "unit": unit,
        "organiser": organiser.name if organiser else None,
        "organiser_approval": organiser.approval_no if organiser else None,
        "task_notice": organiser.task_notice_no if organiser else None,
        "request_number": request_number,
        "grant": grant,
        "valid_until": paper_day(valid_until) if valid_until else None,
    }
    values = only(source("confirmation"), trip_values(trip, names, approved=approved))
    return {**values, **own, **letterhead.head(day=day, number=number, valid_until=valid_until)}


def task_notice(
    trip: Trip,
    names: Mapping[str, str],
    letterhead: Letterhead,
    *,
    day: date,
    number: str | None,
    unit: str,
    approval_number: str,
    group_size: int,
    grant: str,
    approved: Collection[str],
) -> Values:
    """`approved`: the unit's own members alone; of the others only how many they are."""
    own = {
        "unit": unit,
        "organiser": trip.unit,
        "approval_number": approval_number,
        "group_size": str(group_size),
        "grant": grant,
    }
    values = only(source("task_notice"), trip_values(trip, names, approved=approved))
    return {**values, **own, **letterhead.head(day=day, number=number)}
