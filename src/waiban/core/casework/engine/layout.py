"""A drawing for a process that has none: BPMN DI that bpmn-js and other editors can show and move."""

import re
from xml.sax.saxutils import quoteattr

from waiban.core.casework.engine.model import Node, Process
from waiban.core.casework.engine.parse import parse

_COLUMN, _ROW, _LEFT, _TOP = 150, 130, 60, 80
_SIZE = {"task": (110, 80), "exclusive": (50, 50), "parallel": (50, 50)}
_EVENT = (36, 36)
_END = re.compile(r"</(?:[\w.-]+:)?definitions>\s*$")
_DIAGRAM = re.compile(r"\s*<(?:[\w.-]+:)?BPMNDiagram\b.*</(?:[\w.-]+:)?BPMNDiagram>", re.DOTALL)
Box = tuple[int, int, int, int]
"""x, y, width, height in pixels, y downwards."""


def with_diagram(text: str) -> str:
    """The same process with a drawing made anew; raises ProcessRefused where the text is no process."""
    process = parse(text)
    bare = _DIAGRAM.sub("", text)
    end = _END.search(bare)
    assert end is not None  # the parser has seen the closing tag
    return bare[: end.start()].rstrip() + "\n" + _diagram(process) + bare[end.start() :]


def has_diagram(text: str) -> bool:
    return _DIAGRAM.search(text) is not None


def _places(process: Process) -> dict[str, Box]:
    layer = _layers(process)
    taken: set[tuple[int, int]] = set()
    boxes: dict[str, Box] = {}
    row: dict[str, int] = {}
    shared_ends = [n.id for n in process.nodes.values() if n.kind == "end" and len(n.incoming) > 1]
    # Ends that many ways lead to lie below everything, so that no line runs through a step.
    for node_id in sorted(layer, key=lambda n: (n in shared_ends, layer[n], list(process.nodes).index(n))):
        node = process.nodes[node_id]
        wanted = 0
        for flow_id in node.incoming:
            source = process.flows[flow_id].source
            if flow_id not in process.back_flows and source in row:
                wanted = row[source] + (process.nodes[source].outgoing.index(flow_id))
                break
        if len(node.incoming) > 1:
            wanted = min((row[s] for s in (process.flows[f].source for f in node.incoming) if s in row), default=wanted)
        if node_id in shared_ends:
            wanted = max(row.values(), default=-1) + 1
        while (layer[node_id], wanted) in taken:
            wanted += 1
        taken.add((layer[node_id], wanted))
        row[node_id] = wanted
        # A line that runs on past several columns keeps its row free.
        for flow_id in node.outgoing:
            far = process.flows[flow_id].target
            if far not in shared_ends and flow_id not in process.back_flows:
                taken |= {(between, wanted) for between in range(layer[node_id] + 1, layer[far])}
        boxes[node_id] = _box(node, _LEFT + layer[node_id] * _COLUMN, _TOP + wanted * _ROW)
    for node in process.nodes.values():
        for place, timer in enumerate(node.timers):
            x, y, width, height = boxes[node.id]
            boxes[timer] = (x + width - 30 - 40 * place, y + height - 18, *_EVENT)
    return boxes


def _box(node: Node, x: int, y: int) -> Box:
    width, height = _SIZE.get(node.kind, _EVENT)
    return (x + (110 - width) // 2, y + (80 - height) // 2, width, height)


def _layers(process: Process) -> dict[str, int]:
    layer: dict[str, int] = {}

    def visit(node_id: str) -> int:
        if node_id not in layer:
            node = process.nodes[node_id]
            before = [process.flows[flow].source for flow in node.incoming if flow not in process.back_flows]
            hosts = [process.nodes[s].attached_to or s for s in before]
            layer[node_id] = max((visit(host) + 1 for host in hosts), default=0)
        return layer[node_id]

    for node in process.nodes.values():
        if node.kind != "boundary":
            visit(node.id)
    return layer


def _line(start: Box, end: Box, *, back: bool) -> list[tuple[int, int]]:
    x1, y1 = start[0] + start[2], start[1] + start[3] // 2
    x2, y2 = end[0], end[1] + end[3] // 2
    if back:
        top = min(start[1], end[1]) - 30
        left, right = start[0] + start[2] // 2, end[0] + end[2] // 2
        return [(left, start[1]), (left, top), (right, top), (right, end[1])]
    if y1 == y2:
        return [(x1, y1), (x2, y2)]
    if y2 > y1 and start[2] == _SIZE["exclusive"][0]:
        middle, bottom = start[0] + start[2] // 2, start[1] + start[3]
        if y2 > y1 + _ROW:  # past other rows: down the gap between the columns
            gap = middle + _COLUMN // 2
            return [(middle, bottom), (middle, bottom + 12), (gap, bottom + 12), (gap, y2), (x2, y2)]
        return [(middle, start[1] + start[3]), (middle, y2), (x2, y2)]
    bend = x2 - 25
    return [(x1, y1), (bend, y1), (bend, y2), (x2, y2)]


def _diagram(process: Process) -> str:
    boxes = _places(process)
    parts = [
        (
            '  <bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
            ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
            f' id="diagram">\n    <bpmndi:BPMNPlane id="plane" bpmnElement={quoteattr(process.id)}>'
        )
    ]
    for node_id, (x, y, width, height) in boxes.items():
        extra = ' isMarkerVisible="true"' if process.nodes[node_id].kind == "exclusive" else ""
        parts.append(
            f'      <bpmndi:BPMNShape id="{node_id}_shape" bpmnElement="{node_id}"{extra}>'
            f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}" /></bpmndi:BPMNShape>'
        )
    for flow in process.flows.values():
        points = _line(boxes[flow.source], boxes[flow.target], back=flow.id in process.back_flows)
        way = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in points)
        parts.append(f'      <bpmndi:BPMNEdge id="{flow.id}_edge" bpmnElement="{flow.id}">{way}</bpmndi:BPMNEdge>')
    parts.append("    </bpmndi:BPMNPlane>\n  </bpmndi:BPMNDiagram>\n")
    return "\n".join(parts)
