"""Counting a process back from the day at which one of its tasks must be done, in working days.

The walk that is counted is the one in which everybody agrees and nothing is sent back; where a gateway's
variable isn't known, the longest way counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from waiban.core.casework.engine.model import Flow, Process
from waiban.kernel.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Course:
    """What is counted: a process, the working days that each task takes, and what the gateways' variables are."""

    process: Process
    workdays: Mapping[str, int]
    values: Mapping[str, object]
    calendar: WorkCalendar

    def after(self, day: date, task: str) -> date:
        return self.calendar.add_workdays(day, self.workdays.get(task, 0))

    def before(self, day: date, task: str) -> date:
        return self.calendar.add_workdays(day, -self.workdays.get(task, 0))


@dataclass(frozen=True, slots=True)
class Latest:
    """The last safe day on which the task may come to its desk, and on which it must leave it."""

    start_by: date
    finish_by: date


def next_tasks(process: Process, task: str, values: Mapping[str, object]) -> list[str]:
    """The tasks that follow `task` on a walk without returns; a parallel fork gives several."""
    found: list[str] = []
    seen: set[str] = set()
    waiting = [task]
    while waiting:
        node = process.nodes[waiting.pop()]
        for flow in _taken(process, node.outgoing, values):
            if flow.target in seen:
                continue
            seen.add(flow.target)
            target = process.nodes[flow.target]
            if target.kind == "task":
                found.append(target.id)
            elif target.kind != "end":
                waiting.append(target.id)
    return found


def _taken(process: Process, outgoing: tuple[str, ...], values: Mapping[str, object]) -> list[Flow]:
    flows = [process.flows[flow] for flow in outgoing if flow not in process.back_flows]
    answers = {flow.id: flow.condition(values) for flow in flows if flow.condition}
    sure = [flow for flow in flows if answers.get(flow.id) is True]
    # A gateway takes the first that holds; one that can't be decided yet leaves every way open that isn't excluded.
    return sure[:1] or [flow for flow in flows if answers.get(flow.id) is not False]


def latest_days(course: Course, until: str, day: date) -> dict[str, Latest]:
    """For `until`, which must be done on `day`, and every task on the way to it."""
    found: dict[str, Latest | None] = {}

    def of(task: str) -> Latest | None:
        if task not in found:
            found[task] = None  # a task that can't reach `until` has no latest day
            finish: date | None = day
            if task != until:
                followers = next_tasks(course.process, task, course.values)
                finish = min((latest.start_by for one in followers if (latest := of(one))), default=None)
            if finish is not None:
                found[task] = Latest(course.before(finish, task), finish)
        return found[task]

    walked = _walked(course)
    return {task: latest for task in course.process.tasks if task in walked and (latest := of(task)) is not None}


def _walked(course: Course) -> set[str]:
    """The tasks that a walk from the beginning comes by."""
    found: set[str] = set()
    waiting = [course.process.start]
    while waiting:
        for follower in next_tasks(course.process, waiting.pop(), course.values):
            if follower not in found:
                found.add(follower)
                waiting.append(follower)
    return found


def expected_days(
    course: Course, tasks: Iterable[str], opened: Mapping[str, date], ended: Mapping[str, date], today: date
) -> dict[str, tuple[date, date]]:
    """For each of `tasks` when it begins and ends if every desk takes its time from today on.

    `opened`: tasks that lie on a desk, with the day on which they came; `ended`: those of the walk that are done.
    """
    before: dict[str, list[str]] = {task: [] for task in tasks}
    for task in before:
        for follower in next_tasks(course.process, task, course.values):
            if follower in before:
                before[follower].append(task)
    found: dict[str, tuple[date, date]] = {}

    def of(task: str) -> tuple[date, date]:
        if task not in found:
            if task in ended:
                found[task] = (ended[task], ended[task])
            elif task in opened:
                found[task] = (opened[task], max(today, course.after(opened[task], task)))
            else:
                began = max([today, *(of(earlier)[1] for earlier in before[task])])
                found[task] = (began, course.after(began, task))
        return found[task]

    return {task: of(task) for task in before}
