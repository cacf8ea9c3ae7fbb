"""Walks: YAML files beside a process that say what is open after which act; they run as tests.

name: 一句话
values: {authority: own, units: [u1]}
steps:
  - {open: [start]}                      # exactly these are open; a countersign's entry as task/entry
  - {do: start}                          # the best outcome unless one is given
  - {do: notice/u1, outcome: done}
  - {back: desk_review, to: submit}
  - {resume: submit}
  - {withdraw: true}
  - {values: {authority: upward}}        # the dossier was changed
  - {timer: reminder}
  - {refused: {do: approve}}             # this act isn't possible here
result: closed
"""

from collections.abc import Mapping
from typing import Any

from waiban.core.casework.engine import walk
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.engine.model import Process
from waiban.core.casework.engine.problems import StepRefused


def run_walk(process: Process, script: Mapping[str, Any]) -> Marking:
    """The last marking; AssertionError names the step that went another way than written."""
    values: dict[str, object] = dict(script.get("values", {}))
    marking = walk.start(process, values)
    for number, step in enumerate(script["steps"], start=1):
        if "values" in step:
            values |= step["values"]
        elif "open" in step:
            found = sorted(_label(item) for item in walk.enabled(process, marking))
            assert found == sorted(step["open"]), f"step {number}: open are {found}, written {step['open']}"
        elif "refused" in step:
            try:
                _act(process, marking, step["refused"], values)
            except StepRefused:
                continue
            raise AssertionError(f"step {number}: {step['refused']} was possible")
        else:
            marking = _act(process, marking, step, values)
        marking = Marking.from_json(marking.to_json())
    assert marking.result == script.get("result"), f"ended as {marking.result}, written {script.get('result')}"
    return marking


def _label(item: walk.Open) -> str:
    return f"{item.task}/{item.entry}" if item.entry else item.task


def _act(process: Process, marking: Marking, step: Mapping[str, Any], values: Mapping[str, object]) -> Marking:
    match step:
        case {"do": str(what)}:
            task, _, entry = what.partition("/")
            node = process.tasks[task].step
            assert node is not None
            return walk.complete(process, marking, task, step.get("outcome", node.outcomes[0]), values, entry=entry)
        case {"back": str(task), "to": str(target)}:
            return walk.send_back(process, marking, task, target, values)
        case {"resume": str(task)}:
            node = process.tasks[task].step
            assert node is not None
            return walk.resume(process, marking, task, step.get("outcome", node.outcomes[0]))
        case {"withdraw": True}:
            return walk.take_back(process, marking, values)
        case {"timer": str(timer)}:
            return walk.fire(process, marking, timer, values)
        case {"cancel": str(result)}:
            return walk.cancel(marking, result)
    raise AssertionError(f"no such step: {dict(step)}")
