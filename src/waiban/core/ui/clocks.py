"""One answer to "how long has it still", for lists, inbox and case page alike.

An item's ring is the item's own clock. A case's is that of its earliest running deadline, whichever desk it lies with.
"""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from waiban.core.casework.models import Case, Deadline, WorkItem
from waiban.core.casework.queries import holder_text
from waiban.core.places.calendar import work_calendar
from waiban.core.ui.marks import ClockFace, clock_face, paused_face


def face_of(due: date | None, total: int | None, on: date) -> ClockFace | None:
    """`total` is the clock's length in working days, as is what is left of it."""
    left = work_calendar().workdays(on + timedelta(days=1), due) if due and due > on else None
    return clock_face(due, on, left, total)


def item_face(item: WorkItem, on: date) -> ClockFace | None:
    if item.case.paused_for:
        return paused_face(holder_text(item.case.paused_for))
    return face_of(item.due, item.workdays, on)


def case_faces(cases: Iterable[Case], on: date) -> dict[uuid.UUID, ClockFace]:
    """Of the running ones that have a clock; one query for any number."""
    running = [case for case in cases if not case.result]
    totals = workdays_of([case.pk for case in running if case.due and not case.paused_for])
    found: dict[uuid.UUID, ClockFace] = {}
    for case in running:
        if case.paused_for:
            face: ClockFace | None = paused_face(holder_text(case.paused_for))
        else:
            face = face_of(case.due, totals.get(case.pk), on)
        if face is not None:
            found[case.pk] = face
    return found


def workdays_of(case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """How long the clock is that gives each case its due day."""
    rows = Deadline.objects.filter(case__in=list(case_ids), met_on=None, dropped_on=None).order_by("-due", "-id")
    return dict(rows.values_list("case_id", "workdays"))  # the earliest comes last and stays
