"""How long each step took in this office: recomputed nightly by the system, in working days."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

from django.db import transaction

from waiban.core.access.keys import readers
from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks
from waiban.core.casework.models import Pause, StepTime, WorkItem
from waiban.core.places.calendar import work_calendar

REACH = timedelta(days=3 * 366)
"""Older steps say nothing of how the office works now."""


@transaction.atomic
def measure_steps(on: date | None = None) -> int:
    """How many steps were measured, over what the office closed in the last three years."""
    office = current_principal().office
    if office is None:
        return 0
    on = on or clocks.today()
    took = _durations(office, on)
    StepTime.objects.filter(office_id=office).delete()
    seen_by = readers(office, staff=True)
    StepTime.objects.bulk_create(
        StepTime(
            office_id=office,
            process=process,
            step=step,
            closed=len(days),
            p50=nearest_rank(days, 50),
            p90=nearest_rank(days, 90),
            measured_on=on,
            readers=seen_by,
        )
        for (process, step), days in sorted(took.items())
    )
    return len(took)


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """The smallest value that `percent` in a hundred of the values don't exceed; `values` isn't empty."""
    ordered = sorted(values)
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def _durations(office: uuid.UUID, on: date) -> dict[tuple[str, str], list[int]]:
    """Sent-back rounds count each for itself: what a planner needs is how long a desk holds a case."""
    calendar = work_calendar()
    paused: dict[uuid.UUID, list[tuple[date, date]]] = defaultdict(list)
    for case, since, until in Pause.objects.filter(case__office=office).values_list("case", "since", "until"):
        paused[case].append((since, until or on))
    took: dict[tuple[str, str], list[int]] = defaultdict(list)
    closed = WorkItem.objects.filter(
        case__office=office, nature=WorkItem.Nature.STEP, state=WorkItem.State.DONE, closed_on__gte=on - REACH
    )
    rows = closed.values_list("case", "case__release__process", "step", "opened_on", "closed_on")
    for case, process, step, opened, ended in rows.iterator(chunk_size=5000):
        if ended is None:
            continue
        days = calendar.workdays(opened + clocks.DAY, ended)
        for since, until in paused.get(case, ()):
            days -= calendar.workdays(max(since, opened) + clocks.DAY, min(until, ended))
        took[process, step].append(max(0, days))
    return took
