"""BPMN 2.0 text to a Process. Whatever lies outside the subset is refused by name, never skipped."""

import keyword
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import cast
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]

from waiban.core.casework.engine.model import (
    STEP_KINDS,
    Flow,
    Node,
    Process,
    Requirement,
    Stage,
    Step,
    StepKind,
    Value,
    Variable,
)
from waiban.core.casework.engine.problems import Problem, ProcessRefused
from waiban.rulebook.condition import Condition, compile_condition
from waiban.rulebook.types import BOOL, NUMBER, TEXT, Kind, list_of

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
WAIBAN = "{https://waiban.org/schema/1.0/casework}"
_NODES = {"startEvent", "endEvent", "userTask", "exclusiveGateway", "parallelGateway",
          "intermediateCatchEvent", "boundaryEvent"}  # fmt: skip
_SILENT = {"documentation", "extensionElements", "incoming", "outgoing"}
_CHILDREN = {
    "startEvent": set(),
    "endEvent": {"terminateEventDefinition"},
    "userTask": {"multiInstanceLoopCharacteristics"},
    "exclusiveGateway": set(),
    "parallelGateway": set(),
    "intermediateCatchEvent": {"timerEventDefinition"},
    "boundaryEvent": {"timerEventDefinition"},
    "sequenceFlow": {"conditionExpression"},
    "multiInstanceLoopCharacteristics": {"loopDataInputRef", "inputDataItem"},
    "timerEventDefinition": {"timeDuration"},
}
_DURATION = re.compile(r"P(\d+)D")
_DEFAULT_OUTCOMES = {"review": ("agree", "refuse"), "approve": ("agree", "refuse"), "outside": ("agree", "refuse")}


def parse(text: str) -> Process:
    """Raises ProcessRefused with every fault found, each naming its element."""
    return _Reader(text).read()


def _local(element: Element) -> str:
    return element.tag.removeprefix(BPMN)


def _outcomes(task: Element) -> tuple[str, ...]:
    given = tuple(task.get(f"{WAIBAN}outcomes", "").split())
    return given or _DEFAULT_OUTCOMES.get(task.get(f"{WAIBAN}kind", "act"), ("done",))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.variables: dict[str, Variable] = {}
        self.names: dict[str, Kind] = {}

    def fault(self, code: str, element: str, zh: str, en: str) -> None:
        self.problems.append(Problem(code, element, zh, en))

    def read(self) -> Process:
        try:
            root = fromstring(self.text.encode())
        except (ParseError, DefusedXmlException) as error:
            raise ProcessRefused(
                [Problem("not_xml", "", f"文件不是可读的 XML：{error}", f"Not readable as XML: {error}")]
            ) from error
        processes = root.findall(f"{BPMN}process")
        if root.tag != f"{BPMN}definitions" or len(processes) != 1:
            raise ProcessRefused([Problem(
                "one_process", "", "文件须为 BPMN 2.0，且只含一个流程", "The file must be BPMN 2.0 with one process",
            )])  # fmt: skip
        for child in root:
            if child.tag.startswith(BPMN) and _local(child) != "process":
                self.outside(child)
        process = self.read_process(processes[0])
        if self.problems:
            raise ProcessRefused(self.problems)
        return process

    def outside(self, element: Element) -> None:
        name, tag = element.get("id") or element.get("name") or "", _local(element)
        self.fault("outside_subset", name, f"不支持的元素 {tag}（{name or '无编号'}）",
                   f"Element {tag} ({name or 'no id'}) is outside the supported subset")  # fmt: skip

    def read_process(self, element: Element) -> Process:
        extension = element.find(f"{BPMN}extensionElements")
        extras = list(extension) if extension is not None else []
        for extra in extras:
            if extra.tag == f"{WAIBAN}variable":
                self.read_variable(extra)
        task_ids = [task.get("id", "") for task in element.findall(f"{BPMN}userTask")]
        for task_id in task_ids:
            if not task_id.isidentifier() or keyword.iskeyword(task_id) or task_id == "outcome":
                self.fault("task_id", task_id, f"环节编号 {task_id!r} 须为字母、数字和下划线",
                           f"Task id {task_id!r} must be a plain identifier")  # fmt: skip
        clash = set(task_ids) & set(self.variables)
        for name in sorted(clash):
            self.fault("name_clash", name, f"变量与环节同名：{name}", f"Variable and task share a name: {name}")
        self.names = self.read_names(element)

        nodes: dict[str, Node] = {}
        flows: dict[str, Flow] = {}
        for child in element:
            tag = _local(child)
            if tag in _NODES:
                node = self.read_node(child)
                if node.id in nodes:
                    self.fault("twice", node.id, f"编号重复：{node.id}", f"Id used twice: {node.id}")
                nodes[node.id] = node
            elif tag == "sequenceFlow":
                flow = self.read_flow(child)
                flows[flow.id] = flow
            elif tag == "property":
                self.read_property(child)
            elif tag not in _SILENT:
                self.outside(child)
        nodes = self.connect(nodes, flows)
        stages = tuple(
            Stage(e.get("id", ""), e.get("name", ""), e.get("name-en", "")) for e in extras if e.tag == f"{WAIBAN}stage"
        )
        requirements = tuple(self.read_requirement(e, nodes) for e in extras if e.tag == f"{WAIBAN}require")
        for extra in extras:
            if extra.tag.startswith(WAIBAN) and extra.tag.removeprefix(WAIBAN) not in ("variable", "stage", "require"):
                self.fault("extension", "", f"不认识的扩展 {extra.tag.removeprefix(WAIBAN)}",
                           f"Unknown extension {extra.tag.removeprefix(WAIBAN)}")  # fmt: skip
        starts = [node.id for node in nodes.values() if node.kind == "start"]
        if len(starts) != 1:
            self.fault("one_start", ", ".join(starts), f"须有且只有一个开始事件，现有 {len(starts)} 个",
                       f"Exactly one start event is needed, found {len(starts)}")  # fmt: skip
        if not any(node.kind == "end" for node in nodes.values()):
            self.fault("no_end", "", "没有结束事件", "There is no end event")
        stage_ids = {stage.id for stage in stages}
        for node in nodes.values():
            if node.step and node.step.stage and node.step.stage not in stage_ids:
                self.fault("stage", node.id, f"{node.name or node.id}的阶段 {node.step.stage} 未列出",
                           f"Stage {node.step.stage} of {node.id} isn't listed")  # fmt: skip
        return Process(
            id=element.get("id", ""), name=element.get("name", ""), nodes=nodes, flows=flows,
            start=starts[0] if starts else "", variables=self.variables, requirements=requirements,
            stages=stages, text=self.text,
        )  # fmt: skip

    def read_names(self, element: Element) -> dict[str, Kind]:
        """What conditions may speak of, each with its closed list: a misspelt word is a fault, not a No."""
        names: dict[str, Kind] = {}
        for variable in self.variables.values():
            if variable.is_list:
                names[variable.name] = list_of(TEXT)
            elif isinstance(variable.values[0] if variable.values else "", str):
                names[variable.name] = Kind("text", words=frozenset(map(str, variable.values)))
            else:
                names[variable.name] = BOOL if isinstance(variable.values[0], bool) else NUMBER
        given: set[str] = set()
        for task in element.findall(f"{BPMN}userTask"):
            outcomes = _outcomes(task)
            given.update(outcomes)
            names[task.get("id", "")] = Kind("text", words=frozenset(outcomes))
        names["outcome"] = Kind("text", words=frozenset(given))
        return names

    def read_variable(self, element: Element) -> None:
        name, kind = element.get("name", ""), element.get("type", "text")
        words = element.get("values", "").split()
        values: tuple[Value, ...] = tuple(words)
        if kind == "boolean":
            values = (True, False)
        elif kind == "integer" and all(word.lstrip("-").isdigit() for word in words):
            values = tuple(int(word) for word in words)
        elif kind not in ("text", "list"):
            self.fault(
                "variable", name, f"变量 {name} 的类型 {kind} 不认识", f"Variable {name} has unknown type {kind}"
            )
        if not name.isidentifier() or keyword.iskeyword(name):
            self.fault("variable", name, f"变量名 {name!r} 不可用", f"Variable name {name!r} can't be used")
        if kind != "list" and not values:
            self.fault("variable", name, f"变量 {name} 须列出全部取值", f"Variable {name} must list every value")
        self.variables[name] = Variable(
            name,
            () if kind == "list" else values,
            kind == "list",
            element.get("title", ""),
            tuple(element.get("words", "").split()),
        )

    def read_property(self, element: Element) -> None:
        """BPMN's own declaration of a countersign's list, so that other editors find what it refers to."""
        name = element.get("id", "")
        if name not in self.variables or not self.variables[name].is_list:
            self.fault("property", name, f"property {name} 不是列表变量", f"Property {name} isn't a list variable")

    def read_node(self, element: Element) -> Node:
        tag, node_id, name = _local(element), element.get("id", ""), element.get("name", "")
        if not node_id:
            self.fault("no_id", name, f"{tag} 没有编号（{name}）", f"{tag} has no id ({name})")
        self.only_known(element, _CHILDREN[tag] | _SILENT)
        if tag == "startEvent":
            return Node(node_id, "start", name)
        if tag == "endEvent":
            terminate = element.find(f"{BPMN}terminateEventDefinition") is not None
            return Node(node_id, "end", name, result=element.get(f"{WAIBAN}result"), terminate=terminate)
        if tag == "userTask":
            return Node(node_id, "task", name, step=self.read_step(element))
        if tag == "exclusiveGateway":
            return Node(node_id, "exclusive", name, default=element.get("default"))
        if tag == "parallelGateway":
            return Node(node_id, "parallel", name)
        duration, workdays = self.read_timer(element, node_id)
        if tag == "intermediateCatchEvent":
            return Node(node_id, "timer", name, duration=duration, workdays=workdays)
        return Node(
            node_id, "boundary", name, attached_to=element.get("attachedToRef", ""),
            interrupting=element.get("cancelActivity", "true") != "false", duration=duration, workdays=workdays,
        )  # fmt: skip

    def only_known(self, element: Element, allowed: set[str], owner: str = "") -> None:
        owner = owner or element.get("id", "")
        for child in element:
            if child.tag.startswith(BPMN) and _local(child) not in allowed:
                self.fault("outside_subset", owner, f"{owner} 含不支持的元素 {_local(child)}",
                           f"{owner} holds unsupported element {_local(child)}")  # fmt: skip

    def read_timer(self, element: Element, node_id: str) -> tuple[str, int | None]:
        definition = element.find(f"{BPMN}timerEventDefinition")
        if definition is not None:
            self.only_known(definition, _CHILDREN["timerEventDefinition"] | _SILENT, node_id)
        duration = definition.find(f"{BPMN}timeDuration") if definition is not None else None
        text = (duration.text or "").strip() if duration is not None else ""
        if not _DURATION.fullmatch(text):
            self.fault(
                "timer", node_id, f"{node_id} 须写明以日计的时长，如 P5D", f"{node_id} needs a duration in days, P5D"
            )
        workdays = element.get(f"{WAIBAN}workdays")
        return text, self.whole(node_id, workdays)

    def whole(self, node_id: str, text: str | None) -> int | None:
        if text is None:
            return None
        if not text.isdigit():
            self.fault("workdays", node_id, f"{node_id} 的工作日数 {text!r} 不是整数", f"{node_id}: workdays {text!r}")
            return None
        return int(text)

    def read_step(self, element: Element) -> Step:
        def extra(name: str, default: str = "") -> str:
            return element.get(f"{WAIBAN}{name}", default)

        node_id, kind = element.get("id", ""), extra("kind", "act")
        if kind not in STEP_KINDS:
            self.fault("kind", node_id, f"{node_id} 的环节类型 {kind} 不认识", f"{node_id} has unknown kind {kind}")
        scope = extra("scope", "office")
        if scope not in ("unit", "office", "subject"):
            self.fault("scope", node_id, f"{node_id} 的 scope {scope} 不认识", f"{node_id} has unknown scope {scope}")
        if not extra("post"):
            self.fault("post", node_id, f"{element.get('name') or node_id}没有写明由哪个岗位办",
                       f"{node_id} names no post")  # fmt: skip
        return Step(
            kind=cast("StepKind", kind), post=extra("post"), scope=scope,  # type: ignore[arg-type]
            stage=extra("stage"), outcomes=_outcomes(element),
            workdays=self.whole(node_id, element.get(f"{WAIBAN}workdays")),
            edits=extra("edits") == "true", each=self.read_each(element, node_id), name_en=extra("name-en"),
        )  # fmt: skip

    def read_each(self, element: Element, node_id: str) -> str:
        loop = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
        if loop is None:
            return ""
        self.only_known(loop, _CHILDREN["multiInstanceLoopCharacteristics"] | _SILENT, node_id)
        if loop.get("isSequential") == "true":
            self.fault("outside_subset", node_id, f"{node_id} 的会签须同时进行（isSequential=false）",
                       f"{node_id}: a countersign runs in any order (isSequential=false)")  # fmt: skip
        source = loop.find(f"{BPMN}loopDataInputRef")
        name = (source.text or "").strip() if source is not None else ""
        variable = self.variables.get(name)
        if variable is None or not variable.is_list:
            self.fault("countersign", node_id, f"{node_id} 的会签对象 {name!r} 不是列表变量",
                       f"{node_id}: {name!r} isn't a list variable")  # fmt: skip
        return name

    def read_flow(self, element: Element) -> Flow:
        self.only_known(element, _CHILDREN["sequenceFlow"] | _SILENT)
        flow_id = element.get("id", "")
        expression = element.find(f"{BPMN}conditionExpression")
        text = (expression.text or "").strip() if expression is not None else ""
        return Flow(
            flow_id, element.get("sourceRef", ""), element.get("targetRef", ""),
            self.condition(flow_id, text) if text else None, text,
        )  # fmt: skip

    def condition(self, element: str, text: str) -> Condition | None:
        try:
            return compile_condition(text, self.names)
        except ValueError as error:
            self.fault(
                "condition", element, f"{element} 的条件 {text!r} 不可用：{error}", f"{element}: {text!r}: {error}"
            )
            return None

    def read_requirement(self, element: Element, nodes: dict[str, Node]) -> Requirement:
        task, before, text = element.get("task", ""), element.get("before", ""), element.get("when", "")
        if task not in nodes or nodes[task].step is None:
            self.fault("require", task, f"必经环节 {task} 不存在", f"Required task {task} doesn't exist")
        if before not in nodes:
            self.fault("require", before, f"必经环节所指 {before} 不存在", f"Requirement's {before} doesn't exist")
        outcome = element.get("outcome")
        step = nodes[task].step if task in nodes else None
        if outcome and step and outcome not in step.outcomes:
            self.fault("require", task, f"{task} 没有结论 {outcome}", f"{task} has no outcome {outcome}")
        return Requirement(task, before, outcome, self.condition(f"{task}→{before}", text) if text else None, text)

    def connect(self, nodes: dict[str, Node], flows: dict[str, Flow]) -> dict[str, Node]:
        incoming: dict[str, list[str]] = {node_id: [] for node_id in nodes}
        outgoing: dict[str, list[str]] = {node_id: [] for node_id in nodes}
        timers: dict[str, list[str]] = {node_id: [] for node_id in nodes}
        for flow in flows.values():
            for end, side in ((flow.source, outgoing), (flow.target, incoming)):
                if end not in nodes:
                    self.fault(
                        "flow", flow.id, f"连线 {flow.id} 指向不存在的 {end!r}", f"Flow {flow.id}: no node {end!r}"
                    )
                else:
                    side[end].append(flow.id)
        for node in nodes.values():
            if node.kind == "boundary":
                host = nodes.get(node.attached_to)
                if host is None or host.kind != "task":
                    self.fault("boundary", node.id, f"{node.id} 须附在一个环节上", f"{node.id} must sit on a user task")
                else:
                    timers[host.id].append(node.id)
        linked = {
            node.id: replace(
                node,
                incoming=tuple(incoming[node.id]),
                outgoing=tuple(outgoing[node.id]),
                timers=tuple(timers[node.id]),
            )
            for node in nodes.values()
        }
        self.check_degrees(linked.values(), flows)
        return linked

    def check_degrees(self, nodes: Iterable[Node], flows: dict[str, Flow]) -> None:
        for node in nodes:
            label = f"{node.name or node.id}（{node.id}）"
            if node.kind in ("start", "boundary") and node.incoming:
                self.fault("degree", node.id, f"{label}不能有入线", f"{node.id} can't have incoming flows")
            if node.kind not in ("start", "boundary") and not node.incoming:
                self.fault("unreached", node.id, f"没有连线通到{label}", f"No flow leads to {node.id}")
            if node.kind == "end" and node.outgoing:
                self.fault("degree", node.id, f"{label}不能有出线", f"{node.id} can't have outgoing flows")
            if node.kind != "end" and not node.outgoing:
                self.fault("dead_end", node.id, f"{label}没有出线", f"{node.id} leads nowhere")
            if node.kind not in ("exclusive", "parallel", "end") and len(node.outgoing) > 1:
                self.fault(
                    "degree", node.id, f"{label}有多条出线，须用网关", f"{node.id} has several ways out: use a gateway"
                )
            self.check_conditions(node, label, flows)

    def check_conditions(self, node: Node, label: str, flows: dict[str, Flow]) -> None:
        for flow_id in node.outgoing:
            flow = flows[flow_id]
            if node.kind != "exclusive" and flow.condition_text:
                self.fault(
                    "condition", flow_id, f"{label}不是排他网关，出线不能带条件", f"{node.id}: condition not allowed"
                )
            if node.kind == "exclusive" and len(node.outgoing) > 1:
                is_default = flow_id == node.default
                if is_default == bool(flow.condition_text):
                    self.fault("condition", flow_id, f"{label}的出线 {flow_id} 须有条件，或为默认出线（二者取一）",
                               f"{node.id}: flow {flow_id} needs a condition, or to be the default")  # fmt: skip
        if node.default and node.default not in node.outgoing:
            self.fault("condition", node.id, f"{label}的默认出线不存在", f"{node.id}: default flow doesn't exist")
