"""Counting a process back from the day at which one of its tasks must be done, in working days.

The walk that is counted is the one in which everybody agrees and nothing is sent back; where a gateway's
variable isn't known, the longest way counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from waiban.core.casework.engine.model import Flow, Process
from waiban.kernel.calendar import WorkCalendar


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


def latest_days(
    process: Process,
    until: str,
    day: date,
    workdays: Mapping[str, int],
    values: Mapping[str, object],
    calendar: WorkCalendar,
) -> dict[str, Latest]:
    """For `until`, which must be done on `day`, and every task on the way to it. `workdays`: what each task takes."""
    found: dict[str, Latest | None] = {}

    def of(task: str) -> Latest | None:
        if task not in found:
            found[task] = None  # a task that can't reach `until` has no latest day
            if task == until:
                finish: date | None = day
            else:
                after = [latest.start_by for follower in next_tasks(process, task, values) if (latest := of(follower))]
                finish = min(after, default=None)
            if finish is not None:
                found[task] = Latest(calendar.add_workdays(finish, -workdays.get(task, 0)), finish)
        return found[task]

    return {task: latest for task in process.tasks if (latest := of(task)) is not None}


def expected_days(
    process: Process,
    tasks: Mapping[str, Latest],
    workdays: Mapping[str, int],
    values: Mapping[str, object],
    ended: Mapping[str, date],
    opened: Mapping[str, date],
    today: date,
    calendar: WorkCalendar,
) -> dict[str, tuple[date, date]]:
    """For each of `tasks` when it begins and ends if every desk takes its time from today on.

    `ended`: tasks of the walk that are done; `opened`: tasks that lie on a desk, with the day on which they came.
    """
    before: dict[str, list[str]] = {task: [] for task in tasks}
    for task in tasks:
        for follower in next_tasks(process, task, values):
            if follower in before:
                before[follower].append(task)
    found: dict[str, tuple[date, date]] = {}

    def of(task: str) -> tuple[date, date]:
        if task not in found:
            if task in ended:
                found[task] = (ended[task], ended[task])
            elif task in opened:
                began = opened[task]
                found[task] = (began, max(today, calendar.add_workdays(began, workdays.get(task, 0))))
            else:
                began = max([today, *(of(earlier)[1] for earlier in before[task])])
                found[task] = (began, calendar.add_workdays(began, workdays.get(task, 0)))
        return found[task]

    return {task: of(task) for task in tasks}
