"""Small processes for tests, written as blocks and emitted as BPMN that any engine reads."""

from dataclasses import dataclass, field
from itertools import count, pairwise

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:waiban="https://waiban.org/schema/1.0/casework" targetNamespace="urn:test" id="d">
<process id="p" name="试" isExecutable="true">
"""
TAIL = "</process></definitions>"


@dataclass(frozen=True)
class Task:
    name: str
    outcomes: tuple[str, ...] = ("agree", "refuse")
    each: str = ""


@dataclass(frozen=True)
class Seq:
    blocks: tuple[object, ...]


@dataclass(frozen=True)
class Choice:
    """A task whose outcome picks one of two ways."""

    task: Task
    yes: object
    no: object


@dataclass(frozen=True)
class Branch:
    """A variable that picks one of two ways."""

    variable: str
    yes: object
    no: object


@dataclass(frozen=True)
class Both:
    blocks: tuple[object, ...]


@dataclass(frozen=True)
class Loop:
    body: object
    until: Task


@dataclass
class Writer:
    parts: list[str] = field(default_factory=list)
    ids: count = field(default_factory=lambda: count(1))

    def new(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids)}"

    def node(self, tag: str, node_id: str, extra: str = "", inner: str = "") -> str:
        self.parts.append(f'<{tag} id="{node_id}" name="{node_id}" {extra}>{inner}</{tag}>')
        return node_id

    def flow(self, source: str, target: str, condition: str = "") -> str:
        flow = self.new("f")
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.parts.append(f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')
        return flow

    def task(self, task: Task) -> str:
        inner = ""
        if task.each:
            inner = (
                f"<multiInstanceLoopCharacteristics><loopDataInputRef>{task.each}</loopDataInputRef>"
                f'<inputDataItem id="one_{task.name}" name="one_{task.name}"/></multiInstanceLoopCharacteristics>'
            )
        extra = f'waiban:post="desk" waiban:outcomes="{" ".join(task.outcomes)}"'
        return self.node("userTask", task.name, extra, inner)

    def block(self, block: object) -> tuple[str, str]:
        """First and last node of the block."""
        match block:
            case Task():
                name = self.task(block)
                return name, name
            case Seq(blocks=blocks):
                ends = [self.block(part) for part in blocks]
                for (_, left), (right, _) in pairwise(ends):
                    self.flow(left, right)
                return ends[0][0], ends[-1][1]
            case Choice(task=task, yes=yes, no=no):
                name = self.task(task)
                split = self.split("outcome == 'agree'", yes, no)
                self.flow(name, split[0])
                return name, split[1]
            case Branch(variable=variable, yes=yes, no=no):
                return self.split(f"{variable} == 'y'", yes, no)
            case Both(blocks=blocks):
                fork, join = self.new("fork"), self.new("join")
                self.node("parallelGateway", fork)
                self.node("parallelGateway", join)
                for part in blocks:
                    first, last = self.block(part)
                    self.flow(fork, first)
                    self.flow(last, join)
                return fork, join
            case Loop(body=body, until=until):
                merge = self.node("exclusiveGateway", self.new("merge"))
                first, last = self.block(body)
                task = self.task(until)
                split = self.new("again")
                out = self.node("exclusiveGateway", self.new("out"))
                self.flow(merge, first)
                self.flow(last, task)
                self.flow(task, split)
                self.flow(split, merge, "outcome == 'refuse'")
                default = self.flow(split, out)
                self.node("exclusiveGateway", split, f'default="{default}"')
                return merge, out
        raise TypeError(block)

    def split(self, condition: str, yes: object, no: object) -> tuple[str, str]:
        split, merge = self.new("if"), self.node("exclusiveGateway", self.new("fi"))
        ends = [self.block(yes), self.block(no)] if no is not None else [self.block(yes)]
        self.flow(split, ends[0][0], condition)
        default = self.flow(split, ends[1][0] if no is not None else merge)
        self.node("exclusiveGateway", split, f'default="{default}"')
        for _, last in ends:
            self.flow(last, merge)
        return split, merge


def bpmn(block: object, extensions: str = "") -> str:
    """The whole file: start, the block, one end whose result is `approved`."""
    writer = Writer()
    first, last = writer.block(block)
    writer.node("startEvent", "begin")
    writer.node("endEvent", "finish", 'waiban:result="approved"')
    writer.flow("begin", first)
    writer.flow(last, "finish")
    extra = f"<extensionElements>{extensions}</extensionElements>" if extensions else ""
    return HEAD + extra + "\n".join(writer.parts) + TAIL
