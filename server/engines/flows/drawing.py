"""A diagram for a flow that has none: columns from the start to the ends, sub-processes drawn open."""

from dataclasses import dataclass

from server.engines.flows.model import Definition, Node, Scope

_GAP_X, _GAP_Y, _MARGIN, _LANE = 70, 40, 50, 14
_SIZES = {"task": (120, 80), "call": (120, 80), "exclusive": (50, 50), "parallel": (50, 50), "inclusive": (50, 50)}


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int


def drawn(xml: bytes, definition: Definition) -> bytes:
    """The document with a diagram of its process at its end."""
    passing: dict[str, list[tuple[int, int]]] = {
        edge: [] for scope in definition.scopes.values() for edge in scope.edges
    }
    sheet = _Sheet({}, passing, {})
    _place(definition, definition.scopes[definition.code], 80, 40, sheet)
    boxes = sheet.boxes
    shapes, edges = [], []
    for scope in definition.scopes.values():
        for node in scope.nodes.values():
            shapes.append(_shape(node, boxes[node.id]))
        for edge in scope.edges.values():
            points = _way(boxes[edge.source], boxes[edge.target], passing[edge.id], sheet.above.get(edge.id))
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


@dataclass(slots=True)
class _Sheet:
    """Where everything lies: boxes by node, what points long arrows pass, at what height those that lead back run."""

    boxes: dict[str, Box]
    passing: dict[str, list[tuple[int, int]]]
    above: dict[str, int]


def _place(definition: Definition, scope: Scope, left: int, top: int, sheet: _Sheet) -> tuple[int, int]:
    """Give each node of a scope its box; the width and height that all of them take."""
    back, ranks = _ranks(scope)
    columns = _columns(scope, back, ranks)
    first = top + _LANE * len(back)
    for number, edge in enumerate(sorted(back)):
        sheet.above[edge] = top + _LANE * number
    x, lowest = left, first
    for column in columns:
        y, widest = first, 0
        for name in column:
            if name not in scope.nodes:
                sheet.passing[name.partition(" ")[0]].append((x, y + 15))
                y += 30 + _GAP_Y
                continue
            width, height = _node(definition, scope, scope.nodes[name], x, y, sheet)
            y += max(height, 80) + _GAP_Y
            widest = max(widest, width)
        lowest = max(lowest, y - _GAP_Y)
        x += widest + _GAP_X
    return x - _GAP_X - left, lowest - top


def _node(definition: Definition, scope: Scope, node: Node, x: int, y: int, sheet: _Sheet) -> tuple[int, int]:
    width, height = _SIZES.get(node.kind, (36, 36))
    if node.kind == "sub":
        inner = definition.scopes[f"{scope.path}/{node.id}"]
        wide, high = _place(definition, inner, x + _MARGIN, y + _MARGIN, sheet)
        width, height = wide + 2 * _MARGIN, high + 2 * _MARGIN
    shift = max(0, (80 - height) // 2)
    sheet.boxes[node.id] = Box(x, y + shift, width, height)
    for number, guard in enumerate(node.guards):
        sheet.boxes[guard] = Box(x + width - 46 - 46 * number, y + shift + height - 18, 36, 36)
    return width, height


def _ranks(scope: Scope) -> tuple[set[str], dict[str, int]]:
    """The sequence flows that lead back, and each node's column: as far from the start as the longest way is."""
    hosts = {guard: node.id for node in scope.nodes.values() for guard in node.guards}
    ways: dict[str, list[tuple[str, str]]] = {one: [] for one in scope.nodes}
    for edge in scope.edges.values():
        ways[hosts.get(edge.source, edge.source)].append((edge.id, edge.target))
    back: set[str] = set()
    seen: set[str] = set()
    order: list[str] = []
    for root in (scope.start, *scope.nodes):
        open_: list[str] = [root]
        work = [(root, iter(ways[root]))] if root not in seen and root not in hosts else []
        seen.add(root)
        while work:
            one, rest = work[-1]
            for edge_id, target in rest:
                if target in open_:
                    back.add(edge_id)
                elif target not in seen:
                    seen.add(target)
                    open_.append(target)
                    work.append((target, iter(ways[target])))
                    break
            else:
                work.pop()
                open_.remove(one)
                order.append(one)
    ranks = dict.fromkeys(scope.nodes, 0)
    for one in reversed(order):
        for edge_id, target in ways[one]:
            if edge_id not in back:
                ranks[target] = max(ranks[target], ranks[one] + 1)
    return back, ranks


def _columns(scope: Scope, back: set[str], ranks: dict[str, int]) -> list[list[str]]:
    """What lies in each column from above: nodes, and `edge number` where a long arrow passes. Each near to where its
    arrows come from."""
    hosts = {guard: node.id for node in scope.nodes.values() for guard in node.guards}
    columns: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    before: dict[str, list[str]] = {}
    for name in scope.nodes:
        if name not in hosts:
            columns[ranks[name]].append(name)
    for edge in scope.edges.values():
        if edge.id in back:
            continue
        last = hosts.get(edge.source, edge.source)
        for rank in range(ranks[last] + 1, ranks[edge.target]):
            columns[rank].append(f"{edge.id} {rank}")
            before[f"{edge.id} {rank}"] = [last]
            last = f"{edge.id} {rank}"
        before.setdefault(edge.target, []).append(last)
    rows: dict[str, float] = {}
    for column in columns:
        # What hangs on a boundary event is drawn below what goes on as it should.
        late = {edge.target for edge in scope.edges.values() if edge.source in hosts}
        near = {
            one: sum(rows[other] for other in before.get(one, ())) / max(1, len(before.get(one, ()))) for one in column
        }
        column.sort(key=lambda one: (near[one] + (one in late), one in late, " " in one))
        rows |= {one: float(row) for row, one in enumerate(column)}
    return columns


def _way(source: Box, target: Box, passing: list[tuple[int, int]], above: int | None) -> list[tuple[int, int]]:
    """From the right side to the left one, past what lies between; back over everything."""
    begin = (source.x + source.width, source.y + source.height // 2)
    end = (target.x, target.y + target.height // 2)
    if above is not None:
        right, left = begin[0] + 12, end[0] - 36
        return [begin, (right, begin[1]), (right, above), (left, above), (left, end[1]), end]
    points = [begin]
    for x, y in [*passing, end]:
        if points[-1][1] != y:
            points += [(x - 20, points[-1][1]), (x - 20, y)]
        points.append((x, y))
    return points
