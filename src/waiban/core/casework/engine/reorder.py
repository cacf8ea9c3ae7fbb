"""An office's own order of steps: the same steps with their answers, in another order.

Only flows' targets change, so every step keeps its post, outcomes and clock. Whether the new order is
lawful is the checker's to say (`check.prove` with the requirements of the release it came from).
"""

import re
from collections.abc import Sequence

from waiban.core.casework.engine.layout import has_diagram, with_diagram
from waiban.core.casework.engine.model import Process
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.engine.problems import StepRefused, refuse_step

_FLOW_TAG = re.compile(r"<(?:[\w.-]+:)?sequenceFlow\b[^>]*>")
_ID = re.compile(r"""\bid=(["'])(.*?)\1""")
_TARGET = re.compile(r"""(\btargetRef=)(["'])(.*?)\2""")


def reorder(text: str, order: Sequence[str]) -> str:
    """`order`: task ids as they shall follow each other; within each chain they take the places that the named
    ones hold now. A step takes along the gateway that reads its answer where all other ways out of that end the case.
    """
    process = parse(text)
    place_of: dict[str, str] = {}
    for chain in chains(process):
        slots = [task for task in chain if task in order]
        place_of |= dict(zip(slots, [task for task in order if task in chain], strict=False))
    if len(order) != len(set(order)) or set(order) != set(place_of):
        raise refuse_step("order", "", "新顺序须是可以挪动的环节，每个一次", "Name steps that can move, each once")
    slots = list(place_of)
    onward = {task: _onward_flow(process, task) for task in slots}
    after = {task: process.flows[onward[task]].target for task in slots}
    targets = {flow.id: place_of.get(flow.target, flow.target) for flow in process.flows.values()}
    for slot, task in place_of.items():
        targets[onward[task]] = place_of.get(after[slot], after[slot])

    def retarget(match: re.Match[str]) -> str:
        flow = _ID.search(match[0])
        new = targets[flow[2]] if flow else ""
        return _TARGET.sub(lambda m: f"{m[1]}{m[2]}{new}{m[2]}", match[0])

    changed = _FLOW_TAG.sub(retarget, text)
    return with_diagram(changed) if has_diagram(text) else changed


def chains(process: Process) -> tuple[tuple[str, ...], ...]:
    """Steps that follow each other with no fork, join or choice between: within a chain they may change places."""
    following: dict[str, str] = {}
    for task in process.tasks:
        try:
            onward = _onward_flow(process, task)
        except StepRefused:
            continue
        if onward not in process.back_flows and process.flows[onward].target in process.tasks:
            following[task] = process.flows[onward].target
    found = []
    for task in _in_flow_order(process):
        if task in following and task not in following.values():
            chain = [task]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            found.append(tuple(chain))
    return tuple(found)


def _in_flow_order(process: Process) -> list[str]:
    """Tasks so that none stands before one that leads to it."""
    return sorted(process.tasks, key=lambda task: -len(process.onward[task]))


def _onward_flow(process: Process, task: str) -> str:
    """The flow by which the case goes on from this step."""
    flow = process.nodes[task].outgoing[0]
    answer = process.nodes[process.flows[flow].target]
    if answer.kind != "exclusive" or len(answer.incoming) > 1:
        return flow
    on = [out for out in answer.outgoing if process.nodes[process.flows[out].target].kind != "end"]
    if len(on) == 1:
        return on[0]
    if process.nodes[task].step and any("outcome" in process.flows[out].condition_text for out in answer.outgoing):
        name = process.nodes[task].name or task
        raise refuse_step(
            "order", task, f"“{name}”之后分了岔，不能挪动", f"{task} is followed by a choice: it can't move"
        )
    return flow
