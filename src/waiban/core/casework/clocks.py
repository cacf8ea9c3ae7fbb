"""Working-day clocks: when an item is due, what a pause does to it, and which colour it has."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db.models import Min

from waiban.core.casework.engine.model import Node
from waiban.core.casework.models import Case, Deadline, Pause, WorkItem
from waiban.core.places.calendar import work_calendar
from waiban.kernel.clock import Clock

Colour = Literal["green", "yellow", "red", "paused", "none"]
DAY = timedelta(days=1)
UPPER_BODY = "上级外事部门"
"""Who holds a case that the process itself sends upward; stored so, shown by `queries.holder_text`."""
_clock = Clock()


def today() -> date:
    """The legal day in the office's zone."""
    return _clock.today()


def due_day(began_on: date, workdays: int) -> date:
    """The `workdays`-th working day after `began_on`, which isn't counted."""
    return work_calendar().add_workdays(began_on, workdays)


def is_provisional(began_on: date, due: date) -> bool:
    return work_calendar().is_provisional(began_on, due)


def timer_day(node: Node, began_on: date) -> date:
    """When a timer of the process runs out: in working days where the file says so, else in calendar days."""
    if node.workdays is not None:
        return due_day(began_on, node.workdays)
    return began_on + timedelta(days=int(node.duration.removeprefix("P").removesuffix("D")))


@dataclass(frozen=True, slots=True)
class Face:
    """`left` is negative when overdue; both in working days."""

    colour: Colour
    left: int | None
    total: int | None


def face(due: date | None, on: date, total: int | None, *, paused: bool = False) -> Face:
    """Red from the due day's end; yellow on the due day and when a third or less is left; green before."""
    if due is None:
        return Face("paused" if paused else "none", None, total)
    calendar = work_calendar()
    left = calendar.workdays(on + DAY, due) if due >= on else -calendar.workdays(due + DAY, on)
    if paused:
        return Face("paused", left, total)
    if due < on:
        return Face("red", left, total)
    if left == 0 or (total is not None and left * 3 <= total):
        return Face("yellow", left, total)
    return Face("green", left, total)


def begin(case: Case, item: WorkItem, name: str) -> Deadline | None:
    """The item's clock, not yet saved; sets the item's due day."""
    if item.workdays is None:
        return None
    item.due = due_day(item.opened_on, item.workdays)
    return Deadline(
        case=case,
        item=item,
        name=name,
        workdays=item.workdays,
        began_on=item.opened_on,
        due=item.due,
        provisional=is_provisional(item.opened_on, item.due),
        readers=case.readers,
    )


def promise(case: Case, name: str, workdays: int, on: date, *, source: str = "") -> Deadline:
    """A clock of the whole case, beside its items' (外办审核 7 个工作日): the earliest is the case's due day."""
    due = due_day(on, workdays)
    deadline = Deadline.objects.create(
        case=case,
        name=name,
        workdays=workdays,
        source=source,
        began_on=on,
        due=due,
        provisional=is_provisional(on, due),
        readers=case.readers,
    )
    set_due(case)
    case.save(update_fields=["due"])
    return deadline


def keep_promise(case: Case, name: str, on: date) -> None:
    """What was promised is done."""
    Deadline.objects.filter(case=case, item=None, name=name, met_on=None, dropped_on=None).update(met_on=on)
    set_due(case)
    case.save(update_fields=["due"])


def stop(item_ids: list[uuid.UUID], *, met: bool, on: date) -> None:
    running = Deadline.objects.filter(item_id__in=item_ids, met_on=None, dropped_on=None)
    running.update(**{"met_on" if met else "dropped_on": on})


def set_due(case: Case) -> None:
    """The earliest of what runs; the caller saves the case."""
    case.due = Deadline.objects.filter(case=case, met_on=None, dropped_on=None).aggregate(due=Min("due"))["due"]


def pause(case: Case, reason: Pause.Reason, holder: str, on: date, *, outside_number: str = "") -> Pause:
    """The clocks stand still from now on; the caller saves the case."""
    case.paused_for = holder
    return Pause.objects.create(
        case=case, reason=reason, holder=holder, since=on, outside_number=outside_number, readers=case.readers
    )


def go_on(case: Case, reason: Pause.Reason, on: date) -> bool:
    """End the pause. When nothing else holds the case, every running clock moves on by the working days
    that it stood still. Answers whether there was such a pause; the caller saves the case.
    """
    running = list(Pause.objects.select_for_update().filter(case=case, until=None).order_by("since"))
    ended = next((pause for pause in running if pause.reason == reason), None)
    if ended is None:
        return False
    ended.until = max(on, ended.since)
    ended.save(update_fields=["until"])
    others = [pause for pause in running if pause is not ended]
    if others:
        # The days are made good when the last one ends, counted from the first.
        others[0].since = min(others[0].since, ended.since)
        others[0].save(update_fields=["since"])
        case.paused_for = others[0].holder
        return True
    case.paused_for = ""
    _make_good(case, ended.since, ended.until)
    set_due(case)
    return True


def _make_good(case: Case, since: date, until: date) -> None:
    calendar = work_calendar()
    for deadline in Deadline.objects.filter(case=case, met_on=None, dropped_on=None).select_related("item"):
        stood = calendar.workdays(max(since, deadline.began_on) + DAY, until)
        if not stood:
            continue
        deadline.due = calendar.add_workdays(deadline.due, stood)
        deadline.provisional = is_provisional(deadline.began_on, deadline.due)
        deadline.save(update_fields=["due", "provisional"])
        if deadline.item is not None:
            deadline.item.due = deadline.due
            deadline.item.save(update_fields=["due"])
