"""Timers whose day has come move their case; run daily by a job as the system."""

import uuid
from datetime import date

from django.db import transaction

from waiban.core.access.principals import current_principal
from waiban.core.casework import clocks
from waiban.core.casework.engine import walk
from waiban.core.casework.models import Case
from waiban.core.casework.moves import Values, engine_words, follow, lock_case, log, marking_of, tell_subject
from waiban.core.casework.processes import process_of


def fire_timers(on: date | None = None) -> int:
    """How many fired. Each case in a transaction of its own."""
    on = on or clocks.today()
    waiting = Case.objects.filter(result="", timers__closed_on=None, timers__due__lte=on)
    return sum(_fire(case_id, on) for case_id in waiting.values_list("pk", flat=True).distinct())


@transaction.atomic
def _fire(case_id: uuid.UUID, on: date) -> int:
    case = lock_case(case_id)
    process, fired = process_of(case), 0
    for timer in list(case.timers.filter(closed_on=None, due__lte=on)):
        before = marking_of(case)
        if timer.timer not in walk.armed_timers(process, before):
            continue
        with engine_words():
            after = walk.fire(process, before, timer.timer, Values(case))
        opened = follow(case, before, after, on=on)
        log("case.timer", current_principal(), case, on, timer=timer.timer)
        tell_subject("timer", case, opened)
        fired += 1
    return fired
