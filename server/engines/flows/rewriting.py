"""A sketch of a flow between two documents: pieces and arrows, mended until our rules hold, and written as BPMN."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from server.engines.flows.model import Names

if TYPE_CHECKING:
    from server.engines.flows.converting import _Converting

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:pestle="urn:pestle:flow:1" id="definitions" targetNamespace="urn:pestle:flows">\n'
)
TAIL = "</bpmn:definitions>\n"


@dataclass
class Piece:
    id: str
    kind: str
    name: Names
    default: str | None = None
    host: str | None = None
    interrupting: bool = True
    event: str = ""
    repeat: tuple[str, bool] | None = None
    # What a task asks: (code, name) each, and the variable that takes it; or yes/no variables.
    outcomes: list[tuple[str, Names]] = field(default_factory=list)
    into: str | None = None
    sets: list[str] = field(default_factory=list)
    pieces: list["Piece"] = field(default_factory=list)
    arrows: list["Arrow"] = field(default_factory=list)


@dataclass
class Arrow:
    id: str
    source: str
    target: str
    name: Names
    conditional: bool = False
    condition: str | None = None


@dataclass
class Sketch:
    code: str
    name: Names
    role: str
    variables: dict[str, tuple[str, bool]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


class Mending:
    """One scope until it fits: one start, ends, gateways where ways part, and a person where something is decided."""

    def __init__(self, work: "_Converting", pieces: list[Piece], arrows: list[Arrow]) -> None:
        self.work, self.pieces, self.arrows = work, pieces, arrows

    def mend(self) -> None:
        if not self.pieces:
            self.add("userTask", "inside", "empty_filled")
        for piece in [*self.pieces]:
            self.part(piece)
        self.begin()
        self.end()
        for piece in [*self.pieces]:
            if piece.kind in ("exclusiveGateway", "inclusiveGateway"):
                self.decide(piece)

    def out(self, piece: Piece) -> list[Arrow]:
        return [one for one in self.arrows if one.source == piece.id]

    def into(self, piece: Piece) -> list[Arrow]:
        return [one for one in self.arrows if one.target == piece.id]

    def add(self, kind: str, stem: str, code: str, near: str | None = None, name: Names | None = None) -> Piece:
        piece = Piece(self.work.fresh(stem), kind, name or Names("", ""))
        self.pieces.append(piece)
        self.work.changed(code, near or piece.id, added=piece.id)
        return piece

    def tie(self, source: str, target: str) -> Arrow:
        arrow = Arrow(self.work.fresh(f"{source}_{target}"), source, target, Names("", ""))
        self.arrows.append(arrow)
        return arrow

    def part(self, piece: Piece) -> None:
        """Several ways out of what is no gateway: all of them, or those whose conditions hold (13.2.1)."""
        ways = self.out(piece)
        if piece.kind.endswith("Gateway") or piece.kind == "endEvent" or len(ways) < 2:
            return
        kind = "inclusiveGateway" if any(one.conditional for one in ways) else "parallelGateway"
        gate = self.add(kind, f"{piece.id}_ways", "gateway_added", piece.id)
        for one in ways:
            one.source = gate.id
        self.tie(piece.id, gate.id)

    def begin(self) -> None:
        """What nothing leads to begins with the scope (13.2.2); several starts are one."""
        first = [one for one in self.pieces if not self.into(one) and one.kind != "boundaryEvent"]
        if len(first) == 1 and first[0].kind == "startEvent":
            return
        if len(first) > 1 and all(one.kind == "startEvent" for one in first):
            return self.one_start(first)
        start = self.add("startEvent", "begin", "start_added")
        targets = [one.id for one in first if one.kind != "startEvent"]
        for old in [one for one in first if one.kind == "startEvent"]:
            targets += [one.target for one in self.out(old)]
            self.remove(old)
        gate = start
        if len(targets) > 1:
            gate = self.add("parallelGateway", "begin_all", "gateway_added")
            self.tie(start.id, gate.id)
        for target in targets:
            self.tie(gate.id, target)

    def one_start(self, first: list[Piece]) -> None:
        """Starts by different events: which of them it was, whoever starts the flow says."""
        start = self.add("startEvent", "begin", "start_added")
        gate = self.add("exclusiveGateway", "begin_how", "gateway_added")
        self.tie(start.id, gate.id)
        for old in first:
            for one in self.out(old):
                arrow = self.tie(gate.id, one.target)
                arrow.name = old.name
            self.remove(old)

    def remove(self, piece: Piece) -> None:
        self.pieces.remove(piece)
        self.arrows[:] = [one for one in self.arrows if piece.id not in (one.source, one.target)]
        self.work.changed("start_joined", piece.id)

    def end(self) -> None:
        for piece in [*self.pieces]:
            if piece.kind != "endEvent" and not self.out(piece):
                end = self.add("endEvent", f"{piece.id}_end", "end_added", piece.id)
                self.tie(piece.id, end.id)

    def decide(self, gate: Piece) -> None:
        """Conditions of another language are asked of the person before the gateway."""
        ways = self.out(gate)
        if len(ways) < 2:
            gate.default = None
            return
        task = self.asked(gate)
        gate.default = gate.default if gate.default in [one.id for one in ways] else ways[-1].id
        stem = f"way_{len(self.work.sketch.variables) + 1}"
        self.work.changed("asked_of_a_person", gate.id, task=task.id)
        if gate.kind == "exclusiveGateway":
            task.into = stem
            self.work.sketch.variables[stem] = ("text", False)
        for number, one in enumerate(ways, 1):
            title = one.name if one.name.zh else Names(f"去向 {number}", f"Way {number}")
            if gate.kind == "exclusiveGateway":
                task.outcomes.append((f"way_{number}", title))
                one.condition = f'{stem} == "way_{number}"'
            else:
                self.work.sketch.variables[f"{stem}_{number}"] = ("yes_no", False)
                task.sets.append(f"{stem}_{number}")
                one.condition = f"{stem}_{number}"
            if one.id == gate.default:
                one.condition = None

    def asked(self, gate: Piece) -> Piece:
        """The task that only leads here and asks nothing yet, or a new one before the gateway."""
        into = self.into(gate)
        if len(into) == 1:
            before = next(one for one in self.pieces if one.id == into[0].source)
            if before.kind == "userTask" and not before.outcomes and not before.sets and before.repeat is None:
                return before
        name = gate.name if gate.name.zh else Names("决定", "Decide")
        task = self.add("userTask", f"{gate.id}_decide", "task_added", gate.id, name)
        if gate.kind == "inclusiveGateway" and len(into) > 1:
            # It joins as well: the join stays, and a gateway of its own parts the ways.
            parting = self.add("inclusiveGateway", f"{gate.id}_part", "gateway_added", gate.id)
            for one in self.out(gate):
                one.source = parting.id
            parting.default, gate.default = gate.default, None
            self.tie(gate.id, task.id)
            self.tie(task.id, parting.id)
            return task
        for one in into:
            one.target = task.id
        self.tie(task.id, gate.id)
        return task


def _named(names: Names) -> str:
    shown = f" name={quoteattr(names.zh)}" if names.zh else ""
    return shown + (f" pestle:nameEn={quoteattr(names.en)}" if names.en and names.en != names.zh else "")


def written(sketch: Sketch) -> bytes:
    """The sketch as a document without a diagram."""
    around = [f"<bpmn:message id={quoteattr(key)} name={quoteattr(name)}/>" for name, key in sketch.messages.items()]
    around += [f"<bpmn:error id={quoteattr(key)} errorCode={quoteattr(code)}/>" for code, key in sketch.errors.items()]
    declared = [
        f'<pestle:variable name="{name}" type="{kind}" zh="{name}" en="{name}" start="{str(start).lower()}"/>'
        for name, (kind, start) in sketch.variables.items()
    ]
    inner = _scope(sketch.pieces, sketch.arrows, lambda piece: _piece(piece, sketch))
    process = f'<bpmn:process id="{sketch.code}" isExecutable="true"{_named(sketch.name)}>'
    return (HEAD + "\n".join([*around, process, _extension(declared), inner, "</bpmn:process>\n"]) + TAIL).encode()


def _extension(lines: list[str]) -> str:
    return f"<bpmn:extensionElements>{''.join(lines)}</bpmn:extensionElements>" if lines else ""


def _scope(pieces: list[Piece], arrows: list[Arrow], write: Callable[[Piece], str]) -> str:
    return "\n".join([*map(write, pieces), *map(_arrow, arrows)])


def _arrow(one: Arrow) -> str:
    inner = (
        "" if one.condition is None else f"<bpmn:conditionExpression>{escape(one.condition)}</bpmn:conditionExpression>"
    )
    ends = f'sourceRef="{one.source}" targetRef="{one.target}"'
    return f'<bpmn:sequenceFlow id="{one.id}" {ends}{_named(one.name)}>{inner}</bpmn:sequenceFlow>'


def _piece(piece: Piece, sketch: Sketch) -> str:
    attributes, inner = _named(piece.name), piece.event
    if piece.kind == "userTask":
        attributes += f" pestle:role={quoteattr(sketch.role)}" if sketch.role else ""
        attributes += f' pestle:into="{piece.into}"' if piece.into else ""
        asked = [
            f'<pestle:outcome code="{code}" zh={quoteattr(name.zh)} en={quoteattr(name.en)}/>'
            for code, name in piece.outcomes
        ]
        inner = _extension(asked + [f'<pestle:sets variable="{one}"/>' for one in piece.sets])
    if piece.host is not None:
        attributes += f' attachedToRef="{piece.host}" cancelActivity="{str(piece.interrupting).lower()}"'
    if piece.default is not None:
        attributes += f' default="{piece.default}"'
    if piece.repeat is not None:
        variable, sequential = piece.repeat
        attribute = f'isSequential="{str(sequential).lower()}" pestle:collection="{variable}" pestle:element="item"'
        inner += f"<bpmn:multiInstanceLoopCharacteristics {attribute}/>"
    inner += _scope(piece.pieces, piece.arrows, lambda one: _piece(one, sketch))
    return f'<bpmn:{piece.kind} id="{piece.id}"{attributes}>{inner}</bpmn:{piece.kind}>'
