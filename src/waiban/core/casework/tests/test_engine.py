"""The engine by hand: the subset, the marking, returns, timers, and what the checker refuses."""

from pathlib import Path

import pytest

from waiban.core.casework.engine import walk
from waiban.core.casework.engine.check import check, prove
from waiban.core.casework.engine.layout import has_diagram, with_diagram
from waiban.core.casework.engine.marking import Marking
from waiban.core.casework.engine.model import Process
from waiban.core.casework.engine.parse import parse
from waiban.core.casework.engine.problems import ProcessRefused, StepRefused
from waiban.core.casework.engine.reorder import reorder
from waiban.core.casework.tests.build import HEAD, TAIL, Both, Branch, Choice, Loop, Seq, Task, bpmn

UNITS = '<waiban:variable name="units" type="list"/>'
V = '<waiban:variable name="v" values="y n"/>'


def refused(text: str) -> list[str]:
    with pytest.raises(ProcessRefused) as caught:
        parse(text)
    return [f"{p.code}:{p.element}" for p in caught.value.problems]


def open_tasks(process: Process, marking: Marking) -> list[str]:
    return [item.task for item in walk.enabled(process, marking)]


@pytest.mark.parametrize("tag", [
    "serviceTask", "scriptTask", "inclusiveGateway", "eventBasedGateway", "subProcess", "callActivity",
    "manualTask", "sendTask", "laneSet", "dataObject", "intermediateThrowEvent",
])  # fmt: skip
def test_an_element_outside_the_subset_is_named(tag: str) -> None:
    text = bpmn(Task("a")).replace("<startEvent", f'<{tag} id="odd" name="怪"/><startEvent', 1)
    assert "outside_subset:odd" in refused(text)


def test_a_collaboration_is_outside_the_subset() -> None:
    assert refused(bpmn(Task("a")).replace(TAIL, '</process><collaboration id="c"/></definitions>')) == [
        "outside_subset:c"
    ]


@pytest.mark.parametrize(("inner", "fault"), [
    ("<standardLoopCharacteristics/>", "outside_subset:a"),
    (('<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>units</loopDataInputRef>'
     "</multiInstanceLoopCharacteristics>"), "outside_subset:a"),
    (("<multiInstanceLoopCharacteristics><completionCondition>x</completionCondition>"
     "<loopDataInputRef>units</loopDataInputRef></multiInstanceLoopCharacteristics>"), "outside_subset:a"),
    ("<multiInstanceLoopCharacteristics/>", "countersign:a"),
])  # fmt: skip
def test_a_loop_outside_the_subset_is_named(inner: str, fault: str) -> None:
    text = bpmn(Task("a"), UNITS).replace('waiban:outcomes="agree refuse"></userTask>',
                                          f'waiban:outcomes="agree refuse">{inner}</userTask>')  # fmt: skip
    assert fault in refused(text)


@pytest.mark.parametrize(("old", "new", "fault"), [
    ("outcome == 'agree'", "outcome.lower() == 'agree'", "condition"),
    ("outcome == 'agree'", "secret == 1", "condition"),
    ("outcome == 'agree'", "__import__('os')", "condition"),
    ('waiban:post="desk" ', "", "post:a"),
    ('id="a" name', 'id="1a" name', "task_id:1a"),
    ('targetRef="a"', 'targetRef="ghost"', "flow"),
    ("<startEvent", "<startEvent id='x2'/><startEvent", "one_start"),
    ('<endEvent id="finish"', '<endEvent id="a"', "twice:a"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_element(old: str, new: str, fault: str) -> None:
    text = bpmn(Choice(Task("a"), Task("b"), Task("c")))
    assert old in text
    assert any(problem.startswith(fault) for problem in refused(text.replace(old, new, 1)))


def test_entities_and_rubbish_are_refused() -> None:
    assert refused("<a") == ["not_xml:"]
    bomb = '<!DOCTYPE d [<!ENTITY x "y">]>' + bpmn(Task("a")).split("?>", 1)[1]
    assert refused(bomb) == ["not_xml:"]


def test_a_marking_is_small_and_survives_its_text() -> None:
    process = parse(bpmn(Seq((Task("a"), Both((Task("b", each="units"), Task("c"))), Task("d"))), UNITS))
    marking = walk.complete(process, walk.start(process, {}), "a", "agree", {"units": ["u1", "u2"]})
    marking = walk.complete(process, marking, "b", "agree", {}, entry="u1")
    assert Marking.from_json(marking.to_json()) == marking
    assert len(marking.to_json()) < 200


def test_an_objection_in_a_countersign_is_never_lost() -> None:
    process = parse(bpmn(Seq((Task("a", each="units"), Branch("v", Task("b"), Task("c")))), UNITS + V))
    marking = walk.start(process, {"units": ["u1", "u2", "u3"], "v": "y"})
    marking = walk.complete(process, marking, "a", "agree", {}, entry="u1")
    marking = walk.complete(process, marking, "a", "refuse", {}, entry="u2")
    marking = walk.complete(process, marking, "a", "agree", {"v": "y"}, entry="u3")
    assert marking.passed["a"] == "refuse"


@pytest.mark.parametrize("units", [None, [], "u1", ["u1", "u1"]])
def test_a_countersign_with_nobody_or_twice_the_same_is_refused(units: object) -> None:
    process = parse(bpmn(Task("a", each="units"), UNITS))
    with pytest.raises(StepRefused):
        walk.start(process, {"units": units})


def test_a_value_that_is_not_stated_never_passes() -> None:
    process = parse(bpmn(Seq((Task("a"), Branch("v", Task("b"), Task("c")))), V))
    marking = walk.start(process, {})
    with pytest.raises(StepRefused, match="还没有填报：v"):
        walk.complete(process, marking, "a", "agree", {})
    assert open_tasks(process, walk.complete(process, marking, "a", "agree", {"v": "n"})) == ["c"]


def test_a_return_takes_up_the_parallel_block_and_resume_restores_it() -> None:
    process = parse(
        bpmn(Seq((Task("a"), Both((Seq((Task("b1"), Task("b2"))), Task("c", each="units"))), Task("d"))), UNITS)
    )
    values = {"units": ["u1", "u2"]}
    marking = walk.complete(process, walk.start(process, values), "a", "agree", values)
    marking = walk.complete(process, marking, "c", "refuse", values, entry="u1")
    marking = walk.complete(process, marking, "b1", "agree", values)
    assert walk.targets(process, marking, "b2") == ("a", "b1")
    inside = walk.send_back(process, marking, "b2", "b1", values)
    assert open_tasks(process, inside) == ["b1", "c"]
    outside = walk.send_back(process, marking, "b2", "a", values)
    assert open_tasks(process, outside) == ["a"]
    assert outside.round == 2
    assert outside.passed == {}
    back = walk.resume(process, Marking.from_json(outside.to_json()), "a", "agree")
    assert (back.at, back.passed) == (marking.at, marking.passed)
    again = walk.complete(process, outside, "a", "agree", values)
    assert open_tasks(process, again) == ["b1", "c", "c"]


def test_no_return_that_would_starve_a_join() -> None:
    process = parse(bpmn(Seq((Task("a"), Both((Task("b"), Task("c"))), Task("d")))))
    marking = walk.start(process, {})
    for task in "abc":
        marking = walk.complete(process, marking, task, "agree", {})
    assert walk.targets(process, marking, "d") == ("a",)
    with pytest.raises(StepRefused, match="不能退回"):
        walk.send_back(process, marking, "d", "b", {})


def test_a_loop_raises_the_round() -> None:
    process = parse(bpmn(Loop(Task("a"), Task("b"))))
    marking = walk.start(process, {})
    for number in range(1, 300):
        assert marking.round == number
        marking = walk.complete(process, walk.complete(process, marking, "a", "agree", {}), "b", "refuse", {})
    assert len(marking.to_json()) < 100


TIMERS = (
    HEAD
    + """
<startEvent id="s"/><userTask id="a" name="甲" waiban:post="x"/><userTask id="b" waiban:post="x"/>
<boundaryEvent id="soft" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>P3D</timeDuration>
</timerEventDefinition></boundaryEvent>
<boundaryEvent id="hard" attachedToRef="a" waiban:workdays="9"><timerEventDefinition><timeDuration>P9D</timeDuration>
</timerEventDefinition></boundaryEvent>
<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>
</intermediateCatchEvent>
<exclusiveGateway id="m"/><endEvent id="e" waiban:result="approved"/><endEvent id="quiet"/>
<userTask id="urge" waiban:post="y"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="m"/>
<sequenceFlow id="f3" sourceRef="hard" targetRef="m"/><sequenceFlow id="f4" sourceRef="m" targetRef="wait"/>
<sequenceFlow id="f5" sourceRef="wait" targetRef="b"/><sequenceFlow id="f6" sourceRef="b" targetRef="e"/>
<sequenceFlow id="f7" sourceRef="soft" targetRef="urge"/><sequenceFlow id="f8" sourceRef="urge" targetRef="quiet"/>
"""
    + TAIL
)


def test_timers() -> None:
    process = parse(TIMERS)
    marking = walk.start(process, {})
    assert walk.armed_timers(process, marking) == ("soft", "hard")
    assert process.nodes["hard"].workdays == 9
    urged = walk.fire(process, marking, "soft", {})
    assert open_tasks(process, urged) == ["a", "urge"]
    with pytest.raises(StepRefused):
        walk.fire(process, urged, "soft", {})
    late = walk.fire(process, urged, "hard", {})
    assert (open_tasks(process, late), walk.armed_timers(process, late)) == (["urge"], ("wait",))
    done = walk.complete(process, marking, "a", "done", {})
    assert walk.armed_timers(process, done) == ("wait",)
    assert open_tasks(process, walk.fire(process, done, "wait", {})) == ["b"]


def faults(text: str, extra: str = "") -> dict[str, str]:
    return {problem.code: problem.text() for problem in check(parse(text)).problems}


def test_a_reminder_left_open_at_the_end_is_found() -> None:
    assert "left_over" in faults(TIMERS)


def test_a_dead_end_is_found_with_its_path() -> None:
    text = bpmn(Seq((Task("a"), Branch("v", Task("b"), Task("c")), Both((Task("d"), Task("e"))))), V)
    assert faults(text) == {}
    # The fork becomes a choice: the join then waits for ever.
    fork = next(node for node in parse(text).nodes.values() if node.id.startswith("fork"))
    first, second = fork.outgoing
    process = text.replace(f'<parallelGateway id="{fork.id}" name="{fork.id}" ></parallelGateway>',
                           f'<exclusiveGateway id="{fork.id}" default="{second}"/>')  # fmt: skip
    process = process.replace(f'<sequenceFlow id="{first}" sourceRef="{fork.id}" targetRef="d"></sequenceFlow>',
                              f'<sequenceFlow id="{first}" sourceRef="{fork.id}" targetRef="d"><conditionExpression>'
                              "v == 'y'</conditionExpression></sequenceFlow>")  # fmt: skip
    found = faults(process)
    assert "dead_end" in found
    assert "开始 → a（同意） → b（同意） → d（同意）" in found["dead_end"]


def test_a_gateway_whose_ways_do_not_cover_every_value_is_found() -> None:
    text = bpmn(Seq((Task("a"), Branch("v", Task("b"), Task("c")))), V.replace("y n", "y n z"))
    gate = next(node for node in parse(text).nodes.values() if node.default)
    text = text.replace(f' default="{gate.default}"', "").replace(
        f'<sequenceFlow id="{gate.default}" sourceRef="{gate.id}" targetRef="c"></sequenceFlow>',
        f'<sequenceFlow id="{gate.default}" sourceRef="{gate.id}" targetRef="c">'
        "<conditionExpression>v == 'z'</conditionExpression></sequenceFlow>",
    )
    found = faults(text)
    assert "v：n" in found["no_way"]
    assert "ambiguous" in faults(text.replace("v == 'z'", "v in ('y', 'n', 'z')"))


def test_a_task_never_reached_is_found() -> None:
    text = bpmn(Seq((Task("a"), Branch("v", Task("b"), Task("c")))), '<waiban:variable name="v" values="y"/>')
    assert "“c”" in faults(text)["never_reached"]


def test_a_desk_open_twice_at_once_is_found() -> None:
    text = bpmn(Both((Task("a"), Task("b"))))
    join = next(node for node in parse(text).nodes.values() if node.id.startswith("join"))
    text = text.replace(
        f'<parallelGateway id="{join.id}" name="{join.id}" ></parallelGateway>', f'<exclusiveGateway id="{join.id}"/>'
    )
    text = text.replace('targetRef="finish"', 'targetRef="z"') + ""
    text = text.replace(
        TAIL, '<userTask id="z" waiban:post="x"/><sequenceFlow id="zz" sourceRef="z" targetRef="finish"/>' + TAIL
    )
    assert "twice" in faults(text)


def test_a_way_past_a_required_desk_is_found_under_its_condition() -> None:
    need = '<waiban:require task="b" before="finish"{when}/>'
    body = Seq((Task("a"), Branch("v", Task("b"), Task("c"))))
    found = faults(bpmn(body, V + need.format(when="")))
    assert "可以不经“b”就到“finish”（v：n）：开始 → a（同意） → c（同意）" in found["past_required"]
    assert faults(bpmn(body, V + need.format(when=" when=\"v == 'y'\""))) == {}


def test_a_required_desk_cannot_be_passed_by_changing_the_dossier_later() -> None:
    """`b` is needed when v is y; the dossier may turn to y after the way that leaves `b` out."""
    need = '<waiban:require task="b" before="finish" when="v == \'y\'"/>'
    body = Seq((Task("a"), Branch("v", Task("b"), Task("c")), Task("late")))
    text = bpmn(body, V + need)
    assert faults(text) == {}
    late = text.replace('<userTask id="late" name="late" ', '<userTask id="late" name="late" waiban:edits="true" ')
    assert "past_required" in faults(late)


def test_a_refusal_that_goes_on_to_approval_is_found() -> None:
    need = '<waiban:require task="a" before="finish" outcome="agree"/>'
    assert "past_required" in faults(bpmn(Task("a"), need))


def test_an_office_may_reorder_within_the_law() -> None:
    need = '<waiban:require task="a" before="d"/>'
    text = bpmn(Seq((Task("a"), Task("b"), Task("c"), Task("d"))), need)
    order = reorder(with_diagram(text), ["c", "a", "b"])
    assert has_diagram(order)
    process = parse(order)
    marking = walk.start(process, {})
    seen = []
    while not marking.ended:
        seen += open_tasks(process, marking)
        marking = walk.complete(process, marking, seen[-1], "agree", {})
    assert seen == ["c", "a", "b", "d"]
    prove(process)
    with pytest.raises(ProcessRefused, match="可以不经“a”就到“d”"):
        prove(parse(reorder(text, ["d", "a"])))
    dropped = parse(order.replace(need, ""))
    with pytest.raises(ProcessRefused):
        prove(parse(reorder(dropped.text, ["d", "a"])), process.requirements)


TRIP = Path(__file__).parents[3] / "domains/outbound/processes/trip/1/trip.bpmn"


def test_the_default_trip_process_can_be_reordered_with_its_answers() -> None:
    text = TRIP.read_text(encoding="utf-8")
    base = parse(text)
    swapped = parse(reorder(text, ["notice", "finance_review"]))
    prove(swapped, base.requirements)
    values = {"authority": "own", "units": ["u"], "bodies": ["b"]}
    marking = walk.complete(swapped, walk.start(swapped, values), "start", "done", values)
    assert open_tasks(swapped, marking) == ["notice", "personnel_filing"]
    with pytest.raises(ProcessRefused, match="可以不经“单位审批”同意就到“报送外办”"):
        prove(parse(reorder(text, ["submit", "unit_approval"])), base.requirements)
