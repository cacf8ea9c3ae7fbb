"""Moving tokens. Every function takes a marking and answers a new one; a refused step changes nothing.

`values` are the gateways' variables as the case's last frozen dossier states them. A value that
isn't stated never passes and never fails: a gateway that needs it refuses the step and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waiban.core.casework.engine.marking import Held, Instances, Marking
from waiban.core.casework.engine.model import Node, Process, Step
from waiban.core.casework.engine.problems import StepRefused, refuse_step

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that waits to be done: a task, or one entry of a countersign."""

    task: str
    entry: str = ""


def start(process: Process, values: Values) -> Marking:
    """One token from the start event to the first tasks."""
    return _push(process, Marking(), process.nodes[process.start].outgoing, values, None)


def enabled(process: Process, marking: Marking) -> tuple[Open, ...]:
    """What posts may do now, in the order of the file."""
    found: list[Open] = []
    for task in process.tasks:
        entries = marking.at.get(task)
        if entries is None:
            continue
        if process.tasks[task].step and _step(process, task).each:
            found.extend(Open(task, key) for key, outcome in entries if outcome is None)
        else:
            found.append(Open(task))
    return tuple(found)


def armed_timers(process: Process, marking: Marking) -> tuple[str, ...]:
    """Timers that run now; the caller knows when each began."""
    return tuple(place for place in marking.at if place in process.nodes and process.nodes[place].kind != "task")


def complete(
    process: Process, marking: Marking, task: str, outcome: str, values: Values, *, entry: str = ""
) -> Marking:
    """The task, or one entry of a countersign, is done. A countersign moves on when its last entry has
    spoken, and counts as the worst outcome given: no objection is lost at the join.
    """
    _must_be_open(process, marking, task)
    step = _step(process, task)
    if outcome not in step.outcomes:
        label = _label(process, task)
        raise refuse_step("outcome", task, f"{label}没有结论 {outcome}", f"{task} has no outcome {outcome}")
    if step.each:
        entries = _answer(process, marking, task, entry, outcome)
        if any(answer is None for _key, answer in entries):
            return replace(marking, at={**marking.at, task: entries})
        outcome = max((answer or "" for _key, answer in entries), key=step.outcomes.index)
    return _leave(process, marking, task, outcome, values)


def fire(process: Process, marking: Marking, timer: str, values: Values) -> Marking:
    """The timer's time has come."""
    node = process.nodes.get(timer)
    if node is None or node.kind not in ("timer", "boundary") or timer not in marking.at:
        raise refuse_step("timer", timer, f"计时 {timer} 没有在走", f"Timer {timer} isn't running")
    at = dict(marking.at)
    del at[timer]
    held = marking.held
    if node.kind == "boundary" and node.interrupting:
        for place in (node.attached_to, *process.nodes[node.attached_to].timers):
            at.pop(place, None)
        held = None if held and held.to == node.attached_to else held
    return _push(process, replace(marking, at=at, held=held), node.outgoing, values, None)


def targets(process: Process, marking: Marking, task: str) -> tuple[str, ...]:
    """The desks to which this one may send the case back, in the order of the file."""
    return tuple(
        other
        for other in process.tasks
        if other in marking.passed and task in process.onward[other] and not _starves(process, marking, other)
    )


def send_back(process: Process, marking: Marking, task: str, target: str, values: Values) -> Marking:
    """One token at the target; everything that waits ahead of it is taken up, other parallel branches too.
    What was taken up is held, so that `resume` may restore it. A countersign is asked anew, of everyone.
    """
    _must_be_open(process, marking, task)
    if target not in targets(process, marking, task):
        here, there = _label(process, task), _label(process, target)
        raise refuse_step("target", target, f"{here}不能退回到{there}", f"{task} can't send back to {target}")
    return _take_back(process, marking, target, values, by=task)


def take_back(process: Process, marking: Marking, values: Values) -> Marking:
    """Withdrawn by the applicant: back to the first desk at which the dossier may be changed."""
    target = process.first_edit
    if target in marking.at or target not in marking.passed:
        raise refuse_step("withdraw", target, "办件还在申报人手里，不用撤回", "The case is still with the applicant")
    return replace(_take_back(process, marking, target, values, by=target), held=None)


def cancel(marking: Marking, result: str) -> Marking:
    """The case ends where it stands."""
    return replace(marking, at={}, held=None, result=result)


def may_resume(process: Process, marking: Marking, task: str) -> bool:
    """Whether this desk holds a case that was sent back to it and could go straight back."""
    return marking.held is not None and marking.held.to == task and task in marking.at and task in process.tasks


def resume(process: Process, marking: Marking, task: str, outcome: str) -> Marking:
    """Done, and straight back to the desk that sent it. The caller has made sure that no fact a rule
    looks at has changed; if one has, `complete` is the only way on.
    """
    _must_be_open(process, marking, task)
    held = marking.held
    if held is None or not may_resume(process, marking, task):
        label = _label(process, task)
        raise refuse_step("resume", task, f"{label}不是退回来的，不能直送", f"{task} wasn't sent back")
    at = {place: entries for place, entries in marking.at.items() if place not in (task, *process.nodes[task].timers)}
    passed = {**marking.passed, **held.passed, task: outcome}
    return replace(marking, at={**at, **held.at}, passed=passed, held=None)


def _label(process: Process, node_id: str) -> str:
    node = process.nodes.get(node_id)
    return f"“{node.name}”" if node and node.name else node_id


def _step(process: Process, task: str) -> Step:
    step = process.nodes[task].step
    assert step is not None
    return step


def _must_be_open(process: Process, marking: Marking, task: str) -> None:
    if task not in process.tasks or task not in marking.at:
        label = _label(process, task)
        raise refuse_step("not_open", task, f"{label}现在不在办", f"{task} isn't open now")


def _answer(process: Process, marking: Marking, task: str, entry: str, outcome: str) -> Instances:
    entries = marking.at[task]
    if (entry, None) not in entries:
        label = _label(process, task)
        raise refuse_step("entry", task, f"{label}没有待办的会签 {entry}", f"{task} doesn't wait for {entry}")
    return tuple((key, outcome if key == entry else answer) for key, answer in entries)


def _leave(process: Process, marking: Marking, task: str, outcome: str, values: Values) -> Marking:
    node = process.nodes[task]
    at = {place: entries for place, entries in marking.at.items() if place != task and place not in node.timers}
    held = None if marking.held and marking.held.to == task else marking.held
    left = replace(marking, at=at, passed={**marking.passed, task: outcome}, held=held)
    return _push(process, left, node.outgoing, values, outcome)


def _take_back(process: Process, marking: Marking, target: str, values: Values, *, by: str) -> Marking:
    ahead = process.onward[target]
    taken = {place: entries for place, entries in marking.at.items() if place in ahead}
    kept = {place: entries for place, entries in marking.at.items() if place not in ahead}
    dropped = {task: outcome for task, outcome in marking.passed.items() if task in ahead or task == target}
    passed = {task: outcome for task, outcome in marking.passed.items() if task not in dropped}
    held = Held(target, by, taken, {task: outcome for task, outcome in dropped.items() if task != target})
    back = replace(marking, round=marking.round + 1, at=kept, passed=passed, held=held)
    return _open(process, back, process.nodes[target], values)


def _starves(process: Process, marking: Marking, target: str) -> bool:
    """Whether a join ahead of the target would wait for ever: one of its branches is neither ahead of the
    target nor still under way.
    """
    ahead = process.onward[target]
    alive = {place for place in marking.at if place not in ahead}
    for node_id in ahead:
        node = process.nodes.get(node_id)
        if node is None or node.kind != "parallel" or len(node.incoming) < 2:
            continue
        for flow in node.incoming:
            under_way = flow in alive or any(flow in process.onward.get(place, ()) for place in alive)
            if flow not in ahead and not under_way:
                return True
    return False


def _open(process: Process, marking: Marking, node: Node, values: Values) -> Marking:
    if node.id in marking.at:
        label = _label(process, node.id)
        raise refuse_step("twice", node.id, f"{label}同时来了两次", f"{node.id} would be open twice at once")
    entries = _expand(process, node, values) if node.step and node.step.each else ()
    timers: dict[str, Instances] = dict.fromkeys(node.timers, ())
    return replace(marking, at={**marking.at, node.id: entries, **timers})


def _expand(process: Process, node: Node, values: Values) -> Instances:
    assert node.step is not None
    each = values.get(node.step.each)
    label = _label(process, node.id)
    if not isinstance(each, Sequence) or isinstance(each, str) or not each:
        raise refuse_step("countersign", node.id, f"{label}还没有写明请谁办", f"{node.id}: nobody is named to be asked")
    keys = [str(key) for key in each]
    if len(set(keys)) != len(keys):
        raise refuse_step("countersign", node.id, f"{label}所请有重复", f"{node.id}: somebody is named twice")
    return tuple((key, None) for key in keys)


def _push(process: Process, marking: Marking, flows: Sequence[str], values: Values, outcome: str | None) -> Marking:
    """Carry tokens along flows until each waits somewhere or ends."""
    waiting: list[tuple[str, str | None]] = [(flow, outcome) for flow in flows]
    hops = 0
    while waiting:
        hops += 1
        flow_id, outcome_here = waiting.pop(0)
        flow = process.flows[flow_id]
        if hops > 4 * len(process.flows) + 4:
            raise refuse_step(
                "circle", flow.target, f"连线在 {flow.target} 处空转，没有环节", f"Endless loop at {flow.target}"
            )
        if flow_id in process.back_flows:
            marking = replace(marking, round=marking.round + 1)
        node = process.nodes[flow.target]
        if node.kind in {"task", "timer"}:
            marking = _open(process, marking, node, values)
        elif node.kind == "exclusive":
            waiting.append((choose(process, marking, node, values, outcome_here), outcome_here))
        elif node.kind == "parallel":
            marking, onward = _join(process, marking, node, flow_id)
            after = outcome_here if len(node.incoming) == 1 else None
            waiting.extend((out, after) for out in onward)
        else:
            marking = _end(marking, node)
            if node.terminate:
                return marking
    return marking


def _join(process: Process, marking: Marking, node: Node, flow_id: str) -> tuple[Marking, tuple[str, ...]]:
    if len(node.incoming) == 1:
        return marking, node.outgoing
    if flow_id in marking.at:
        label = _label(process, node.id)
        raise refuse_step("twice", node.id, f"{label}的同一条入线来了两次", f"{node.id}: two tokens on {flow_id}")
    at: dict[str, Instances] = {**marking.at, flow_id: ()}
    if any(flow not in at for flow in node.incoming):
        return replace(marking, at=at), ()
    return replace(marking, at={p: e for p, e in at.items() if p not in node.incoming}), node.outgoing


def _end(marking: Marking, node: Node) -> Marking:
    if node.terminate:
        return replace(marking, at={}, held=None, result=node.result)
    return replace(marking, result=node.result) if node.result else marking


def choose(process: Process, marking: Marking, node: Node, values: Values, outcome: str | None) -> str:
    """The one way out of an exclusive gateway. Two that hold at once are a fault of the process."""
    if len(node.outgoing) == 1:
        return node.outgoing[0]
    known = {**values, **marking.passed, "outcome": outcome}
    true: list[str] = []
    unknown: set[str] = set()
    for flow_id in node.outgoing:
        condition = process.flows[flow_id].condition
        if condition is None:
            continue
        answer = condition(known)
        if answer:
            true.append(flow_id)
        elif answer is None:
            unknown |= {name for name in condition.names if known.get(name) is None}
    label = _label(process, node.id)
    if len(true) == 1:
        return true[0]
    if true:
        raise refuse_step("ambiguous", node.id, f"{label}有两条出线同时成立：{'、'.join(true)}",
                          f"{node.id}: several flows hold: {', '.join(true)}")  # fmt: skip
    if unknown:
        names = sorted(unknown)
        raise refuse_step("not_stated", node.id, f"{label}要看的还没有填报：{'、'.join(names)}",
                          f"{node.id} needs what isn't stated: {', '.join(names)}")  # fmt: skip
    if node.default:
        return node.default
    raise refuse_step("no_way", node.id, f"{label}没有一条出线成立", f"{node.id}: no flow holds")


__all__ = [
    "Open", "StepRefused", "armed_timers", "cancel", "choose", "complete", "enabled", "fire", "may_resume",
    "resume", "send_back", "start", "take_back", "targets",
]  # fmt: skip
