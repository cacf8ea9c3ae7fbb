"""倒排: from the wanted departure back to the last safe day of every step, and which step will fail first.

What a step takes is, in this order: what nine in ten of the office's own closed steps took, once there are twenty;
the process's own time limit; a setting, marked as a default. It warns and never blocks.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import get_language, gettext_lazy

from waiban.core.casework import back
from waiban.core.casework.clocks import DAY, today
from waiban.core.casework.engine.model import Node, Process
from waiban.core.casework.errors import CannotError
from waiban.core.casework.models import StepTime, WorkItem
from waiban.core.casework.moves import marking_of
from waiban.core.casework.processes import current_release, parsed, process_of
from waiban.core.offices.models import Office
from waiban.core.offices.queries import grants_in_force, settings_for
from waiban.core.offices.settings import Kind, Setting
from waiban.core.places.calendar import work_calendar
from waiban.domains.outbound.authority import authority_of
from waiban.domains.outbound.dossier import value_of
from waiban.domains.outbound.models import Trip

GROUP = gettext_lazy("倒排")
VISA, PASSPORT, NOTICE = "planner.visa_workdays", "planner.passport_workdays", "planner.notice_workdays"
ENOUGH = 20
"""Closed steps from which on an office's own times count."""
LAST = "depart"


def _workdays(key: str, default: int, label: object, help_text: object = "", at_least: int = 0) -> Setting:
    return Setting(
        key, Kind.NUMBER, default, label, GROUP, help=help_text, at_least=at_least, at_most=240  # type: ignore[arg-type]
    )  # fmt: skip


OF_STEP: dict[str, Setting] = {
    step: _workdays(f"planner.{step}_workdays", default, label)
    for step, default, label in (
        ("start", 0, gettext_lazy("发起预留工作日")),
        ("finance_review", 2, gettext_lazy("单位财务先审预留工作日")),
        ("unit_approval", 2, gettext_lazy("单位审批预留工作日")),
        ("submit", 1, gettext_lazy("报送外办预留工作日")),
        ("outside_approval", 20, gettext_lazy("上级审批预留工作日")),
        ("personnel_filing", 5, gettext_lazy("组织人事备案预留工作日")),
        ("depart", 1, gettext_lazy("行前教育预留工作日")),
    )
}
OTHER = _workdays("planner.other_workdays", 1, gettext_lazy("没有时限的其他环节预留工作日"))
SETTINGS = (
    _workdays(VISA, 20, gettext_lazy("签证预留工作日"), gettext_lazy("以使馆为准，这里只供倒推")),
    # An official passport is issued within five working days (outbound-process, step 10).
    _workdays(PASSPORT, 5, gettext_lazy("护照预留工作日")),
    # Public notice, both end days counted (readings §8).
    _workdays(NOTICE, 5, gettext_lazy("公示工作日"), at_least=1),
    *OF_STEP.values(),
    OTHER,
)

Source = Literal["own", "process", "default"]
State = Literal["done", "now", "to_come"]


@dataclass(frozen=True, slots=True)
class Takes:
    """Working days that a step is given, and whence: `own` with how many closed steps and their median."""

    workdays: int
    source: Source
    p50: int | None = None
    closed: int = 0


@dataclass(frozen=True, slots=True)
class BackStep:
    """`start_by`, `finish_by`: the last safe days. `begins`, `ends`: what happened, or what is to be expected from today."""

    step: str
    name: str
    stage: str
    takes: Takes
    start_by: date
    finish_by: date
    state: State
    begins: date
    ends: date
    late_by: int
    """Working days by which the step is expected to end after its last safe day; 0 where it holds."""


@dataclass(frozen=True, slots=True)
class BackPlan:
    depart: date
    steps: tuple[BackStep, ...]
    provisional: bool
    """A year's holidays aren't announced yet."""

    @property
    def first_late(self) -> BackStep | None:
        """What will fail first, in the order of the walk; what is done can't be helped any more."""
        return next((step for step in self.steps if step.late_by and step.state != "done"), None)


def plan_back(trip: Trip, wanted: date | None = None, on: date | None = None) -> BackPlan | None:
    """None where no day of leaving is stated, or the office has published no process."""
    depart = wanted or trip.depart
    try:
        process = process_of(trip.case) if trip.case else _published(trip.office_id)
    except CannotError:
        return None
    if depart is None:
        return None
    authority = authority_of(value_of(trip.dossier), trip.office, trip.channel, depart)
    values = {"authority": "own" if authority.own else "upward"}
    return _counted(_course(trip.office, process, values), depart, _walked(trip), on or today())


def plan_back_from(office: Office, depart: date, on: date | None = None) -> BackPlan | None:
    """For a trip that nobody has typed yet: by the office's own authority where it has any, else the long way up."""
    try:
        process = _published(office.pk)
    except CannotError:
        return None
    values = {"authority": "own" if grants_in_force(office.pk, depart) else "upward"}
    return _counted(_course(office, process, values), depart, Walked({}, {}), on or today())


def last_safe_day(trip: Trip, step: str) -> date | None:
    """The last day on which `step` may end without the departure being late; None where it can't be said."""
    plan = plan_back(trip)
    return next((row.finish_by for row in plan.steps if row.step == step), None) if plan else None


def _published(office: uuid.UUID) -> Process:
    return parsed(current_release(office, "trip").bpmn)


def _course(office: Office, process: Process, values: Mapping[str, object]) -> tuple[back.Course, dict[str, Takes]]:
    taken = takes(office, process)
    return back.Course(process, {step: how.workdays for step, how in taken.items()}, values, work_calendar()), taken


def _counted(counted: tuple[back.Course, dict[str, Takes]], depart: date, walked: "Walked", on: date) -> BackPlan:
    course, taken = counted
    calendar, process = course.calendar, course.process
    opened, ended = walked.opened, walked.ended
    latest = back.latest_days(course, LAST, depart)
    expected = back.expected_days(course, latest, opened, ended, on)
    zh = (get_language() or "zh").startswith("zh")
    rows = []
    for task, days in latest.items():
        node = process.tasks[task]
        begins, ends = expected[task]
        state: State = "done" if task in ended else "now" if task in opened else "to_come"
        late_by = calendar.workdays(days.finish_by + DAY, ends) if ends > days.finish_by else 0
        rows.append(
            BackStep(
                step=task, name=_name(node, zh=zh), stage=node.step.stage if node.step else "", takes=taken[task],
                start_by=days.start_by, finish_by=days.finish_by, state=state, begins=begins, ends=ends,
                late_by=max(late_by, 1) if ends > days.finish_by else 0,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (row.start_by, row.finish_by))
    return BackPlan(depart, tuple(rows), calendar.is_provisional(min([on, *(row.start_by for row in rows)]), depart))


def _name(node: Node, *, zh: bool) -> str:
    return node.name if zh or node.step is None else node.step.name_en or node.name


def takes(office: Office, process: Process) -> dict[str, Takes]:
    """For every task of the process."""
    own = {
        row.step: row
        for row in StepTime.objects.filter(office=office, process=process.id, closed__gte=ENOUGH)
    }  # fmt: skip
    kept = settings_for(office, [setting.key for setting in SETTINGS])
    found = {}
    for task, node in process.tasks.items():
        if task in own:
            found[task] = Takes(own[task].p90, "own", own[task].p50, own[task].closed)
        elif task == "notice":
            found[task] = Takes(int(kept[NOTICE]), "default")
        elif task == "travel_papers":
            found[task] = Takes(int(kept[VISA]) + int(kept[PASSPORT]), "default")
        elif node.step is not None and node.step.workdays is not None:
            found[task] = Takes(node.step.workdays, "process")
        else:
            found[task] = Takes(int(kept[OF_STEP.get(task, OTHER).key]), "default")
    return found


@dataclass(frozen=True, slots=True)
class Walked:
    """What lies on a desk, and what the walk in force has behind it: the day each came, the day each was left."""

    opened: Mapping[str, date]
    ended: Mapping[str, date]


def _walked(trip: Trip) -> Walked:
    opened: dict[str, date] = {}
    ended: dict[str, date] = {}
    if trip.case is None:
        return Walked(opened, ended)
    passed = marking_of(trip.case).passed
    rows = WorkItem.objects.filter(case=trip.case, nature=WorkItem.Nature.STEP)
    for step, state, came, left in rows.values_list("step", "state", "opened_on", "closed_on").order_by("id"):
        if state == WorkItem.State.OPEN:
            opened[step] = min(came, opened.get(step, came))
        elif left and step in passed:
            ended[step] = max(left, ended.get(step, left))
    return Walked(opened, {step: day for step, day in ended.items() if step not in opened})
