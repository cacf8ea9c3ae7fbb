"""An office's own order of steps: the same steps with their answers, in another order.

Only flows' targets change, so every step keeps its post, outcomes and clock. Whether the new order is
lawful is the checker's to say (`check.prove` with the requirements of the release it came from).
"""

import re
from collections.abc import Sequence

from waiban.core.casework.engine.layout import has_diagram, with_diagram
from waiban.core.casework.engine.model import Process
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.engine.problems import refuse_step

_FLOW_TAG = re.compile(r"<(?:[\w.-]+:)?sequenceFlow\b[^>]*>")
_ID = re.compile(r"""\bid=(["'])(.*?)\1""")
_TARGET = re.compile(r"""(\btargetRef=)(["'])(.*?)\2""")


def reorder(text: str, order: Sequence[str]) -> str:
    """`order`: task ids as they shall follow each other; they take the places that these tasks hold now.
    A step takes along the gateway that reads its answer where all other ways out of that end the case.
    """
    process = parse(text)
    slots = [task for task in _in_flow_order(process) if task in order]
    if len(order) != len(set(order)) or set(order) != set(slots):
        raise refuse_step("order", "", "新顺序须是现有环节，每个一次", "The order must name existing steps, each once")
    onward = {task: _onward_flow(process, task) for task in slots}
    place_of = dict(zip(slots, order, strict=True))
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
