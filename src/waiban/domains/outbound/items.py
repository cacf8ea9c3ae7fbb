"""What waits on a trip's case: the one query that every act of outbound begins with."""

from waiban.core.casework.models import WorkItem
from waiban.domains.outbound.models import Trip


def open_items(trip: Trip, *steps: str, entry: str | None = None) -> list[WorkItem]:
    if trip.case_id is None:
        return []
    found = WorkItem.objects.select_related("case", "post").filter(
        case_id=trip.case_id, step__in=steps, nature=WorkItem.Nature.STEP, state=WorkItem.State.OPEN
    )
    if entry is not None:
        found = found.filter(entry=entry)
    return list(found.order_by("id"))


def open_item(trip: Trip, step: str, entry: str | None = None) -> WorkItem | None:
    return next(iter(open_items(trip, step, entry=entry)), None)
