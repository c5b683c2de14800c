"""A diagram for a flow that has none: columns from the start to the ends, sub-processes drawn open."""

from dataclasses import dataclass

from server.engines.flows import graph
from server.engines.flows.model import Definition, Node, Scope

_GAP_X, _GAP_Y, _MARGIN = 60, 50, 30
_SIZES = {"task": (120, 80), "call": (120, 80), "exclusive": (50, 50), "parallel": (50, 50), "inclusive": (50, 50)}


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int


def drawn(xml: bytes, definition: Definition) -> bytes:
    """The document with a diagram of its process at its end."""
    boxes: dict[str, Box] = {}
    _place(definition, definition.scopes[definition.code], 40, 40, boxes)
    shapes, edges = [], []
    for scope in definition.scopes.values():
        for node in scope.nodes.values():
            shapes.append(_shape(node, boxes[node.id]))
        for edge in scope.edges.values():
            points = _way(boxes[edge.source], boxes[edge.target])
            said = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
            edges.append(f'<bpmndi:BPMNEdge id="{edge.id}_di" bpmnElement="{edge.id}">{said}</bpmndi:BPMNEdge>')
    plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement="{definition.code}">\n'
    inner = "\n".join([*shapes, *edges])
    diagram = f'<bpmndi:BPMNDiagram id="diagram">{plane}{inner}\n</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n'
    head, close, tail = xml.rpartition(b"</bpmn:definitions>")
    return head + diagram.encode() + close + tail


def _shape(node: Node, box: Box) -> str:
    open_ = (
        ' isExpanded="true"' if node.kind == "sub" else ' isMarkerVisible="true"' if node.kind == "exclusive" else ""
    )
    bounds = f'<dc:Bounds x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"/>'
    return f'<bpmndi:BPMNShape id="{node.id}_di" bpmnElement="{node.id}"{open_}>{bounds}</bpmndi:BPMNShape>'


def _place(definition: Definition, scope: Scope, left: int, top: int, boxes: dict[str, Box]) -> tuple[int, int]:
    """Give each node of a scope its box; the width and height that all of them take."""
    columns = _columns(scope)
    x, lowest = left, top
    for column in columns:
        y, widest = top, 0
        for name in column:
            node = scope.nodes[name]
            width, height = _SIZES.get(node.kind, (36, 36))
            if node.kind == "sub":
                inner = definition.scopes[f"{scope.path}/{name}"]
                wide, high = _place(definition, inner, x + _MARGIN, y + _MARGIN, boxes)
                width, height = wide + 2 * _MARGIN, high + 2 * _MARGIN
            shift = max(0, (80 - height) // 2)
            boxes[name] = Box(x, y + shift, width, height)
            for number, guard in enumerate(node.guards):
                boxes[guard] = Box(x + width - 46 - 46 * number, y + shift + height - 18, 36, 36)
            y += max(height, 80) + _GAP_Y
            widest = max(widest, width)
        lowest = max(lowest, y - _GAP_Y)
        x += widest + _GAP_X
    return x - _GAP_X - left, lowest - top


def _columns(scope: Scope) -> list[list[str]]:
    """Nodes by how far they are from the start; what nothing leads to, at the end."""
    ways = graph.successors(scope.nodes, scope.edges)
    ranks = {scope.start: 0}
    waiting = [scope.start]
    while waiting:
        one = waiting.pop(0)
        for other in ways[one]:
            if other not in ranks:
                ranks[other] = ranks[one] + (scope.nodes[other].kind != "boundary")
                waiting.append(other)
    last = max(ranks.values()) + 1
    columns: list[list[str]] = [[] for _ in range(last + 1)]
    for name, node in scope.nodes.items():
        if node.kind != "boundary":
            columns[ranks.get(name, last)].append(name)
    return [one for one in columns if one]


def _way(source: Box, target: Box) -> list[tuple[int, int]]:
    """From the right side to the left one; to something further left, around below."""
    begin = (source.x + source.width, source.y + source.height // 2)
    end = (target.x, target.y + target.height // 2)
    if end[0] > begin[0]:
        middle = end[0] - 20
        return [begin, end] if begin[1] == end[1] else [begin, (middle, begin[1]), (middle, end[1]), end]
    below = max(source.y + source.height, target.y + target.height) + 20
    under = (target.x + target.width // 2, target.y + target.height)
    return [
        (source.x + source.width // 2, source.y + source.height),
        (source.x + source.width // 2, below),
        (under[0], below),
        under,
    ]
