"""BPMN from elsewhere as a draft of ours: what can be kept is kept, what is changed is listed, the rest is refused.

What another engine did by a program is done by a person here; what another language decided is asked of one. So a
converted flow runs, and its author sees from the list what to make of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from server.engines.flows import rewriting
from server.engines.flows.drawing import drawn
from server.engines.flows.model import MAX_DEPTH, Finding, Refused
from server.engines.flows.parsing import parse
from server.engines.flows.reading import CODE, IDENTIFIER, B, P, local, names, seconds, tree
from server.engines.flows.rewriting import Arrow, Piece, Sketch

_TASKS = {
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask"),
    *("sendTask", "receiveTask", "callActivity"),
}
_GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway"}
_EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
_LEFT_OUT = {
    *("dataObject", "dataObjectReference", "dataStoreReference", "dataInput", "dataOutput", "ioSpecification"),
    *("property", "laneSet", "group", "textAnnotation", "association", "documentation", "extensionElements"),
    *(
        "auditing",
        "monitoring",
        "correlationSubscription",
        "potentialOwner",
        "performer",
        "resourceRole",
        "humanPerformer",
    ),
}
# What stands for an event of another kind: its name is the message that is waited for, or sent.
_AS_MESSAGE = {"signalEventDefinition", "escalationEventDefinition"}
_SILENT = {"documentation", "extensionElements", "textAnnotation", "association"}
_DEFINITION = "EventDefinition"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was: what (a code), of which element."""

    code: str
    element: str | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Converted:
    """`xml` is None where something is refused."""

    xml: bytes | None
    changes: tuple[Change, ...]
    refused: tuple[Finding, ...]


def convert(data: bytes, role: str | None = None) -> Converted:
    """A document from elsewhere as one of ours; `role` is whose tasks they are until the author says otherwise."""
    try:
        root = tree(data)
    except Refused as refused:
        return Converted(None, (), refused.findings)
    work = _Converting(root, role)
    sketch = work.document()
    if sketch is None or work.refused:
        return Converted(None, tuple(work.changes), tuple(work.refused))
    xml = rewriting.written(sketch)
    try:
        definition = parse(xml)
    except Refused as refused:
        return Converted(None, tuple(work.changes), refused.findings)
    work.changed("diagram_drawn_anew", sketch.code)
    return Converted(drawn(xml, definition), tuple(work.changes), ())


class _Converting:
    def __init__(self, root: etree._Element, role: str | None) -> None:
        self.root, self.role = root, role
        self.changes: list[Change] = []
        self.refused: list[Finding] = []
        self.sketch = Sketch("", names(root), role or "")
        self.named = {str(one.get("id")): one for one in root if one.get("id")}
        every = {str(one.get("id")): one for one in root.iter() if one.get("id")}
        self.subs = {name for name, one in every.items() if local(one) == "subProcess"}
        self.identifiers = {name for name in every if IDENTIFIER.match(name)}

    def changed(self, code: str, element: etree._Element | str | None, /, **details: Any) -> None:
        at = element if isinstance(element, str) or element is None else element.get("id")
        self.changes.append(Change(code, at, details))

    def refuse(self, code: str, element: etree._Element, /, **details: Any) -> None:
        self.refused.append(Finding(code, element.get("id"), details))

    def fresh(self, stem: str) -> str:
        """An identifier that the document does not have yet."""
        stem = re.sub(r"[^A-Za-z0-9_]", "_", stem)[:60] or "x"
        stem = stem if IDENTIFIER.match(stem) else f"x{stem}"
        found = next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, 9999))) if one not in self.identifiers)
        self.identifiers.add(found)
        return found

    def document(self) -> Sketch | None:
        """The process that is executable, or else the largest; others are left out, and said to be."""
        processes = self.root.findall(f"{B}process")
        if not processes:
            self.refused.append(Finding("process_not_one", None, {"found": 0}))
            return None
        best = max(
            processes, key=lambda one: (one.get("isExecutable") == "true", len(one.findall(f".//{B}sequenceFlow")))
        )
        for other in processes:
            if other is not best and len(other):
                self.changed("process_left_out", other)
        for one in self.root:
            if local(one) in ("collaboration", "choreography", "globalTask", "globalUserTask", "dataStore", "category"):
                self.changed("element_left_out", one, element=local(one))
        code = re.sub(r"[^a-z0-9]+", "-", (best.get("id") or "").lower()).strip("-")[:40]
        self.sketch.code = code if CODE.match(code) else f"flow-{code}"[:40].strip("-")
        if self.sketch.code != best.get("id"):
            self.changed("code_changed", best, code=self.sketch.code)
        self.sketch.name = names(best)
        self.scope(best, self.sketch.pieces, self.sketch.arrows, 1)
        return self.sketch

    def scope(self, element: etree._Element, pieces: list[Piece], arrows: list[Arrow], depth: int) -> None:
        if depth > MAX_DEPTH:
            self.refuse("too_deep", element, most=MAX_DEPTH)
            return
        for child in element:
            kind = local(child)
            if kind == "sequenceFlow":
                arrows.append(self.arrow(child))
            elif kind in _TASKS:
                pieces.append(self.task(child))
            elif kind in _GATEWAYS:
                pieces.append(Piece(self.identifier(child), kind, names(child), default=child.get("default")))
            elif kind in _EVENTS:
                pieces.append(self.event(child))
            elif kind == "subProcess" and child.get("triggeredByEvent") != "true":
                pieces.append(self.sub(child, depth))
            elif kind in _LEFT_OUT:
                if kind not in _SILENT:
                    self.changed("element_left_out", child, element=kind)
            elif kind not in (
                "incoming",
                "outgoing",
                "multiInstanceLoopCharacteristics",
                "standardLoopCharacteristics",
            ):
                self.refuse("element_not_convertible", child, element=kind)
        found = {one.id for one in pieces}
        arrows[:] = [one for one in arrows if one.source in found and one.target in found]
        rewriting.Mending(self, pieces, arrows).mend()

    def identifier(self, element: etree._Element) -> str:
        given = element.get("id") or ""
        if IDENTIFIER.match(given):
            return given
        made = self.fresh(given)
        self.changed("identifier_changed", element, id=made)
        return made

    def arrow(self, element: etree._Element) -> Arrow:
        condition = element.find(f"{B}conditionExpression")
        conditional = condition is not None
        return Arrow(
            self.identifier(element),
            element.get("sourceRef") or "",
            element.get("targetRef") or "",
            names(element),
            conditional,
        )

    def own(self, element: etree._Element) -> None:
        """What hangs on a node and is left out: data, performers, extensions of other programs."""
        foreign = sorted(
            {str(name) for name in element.attrib if str(name).startswith("{") and not str(name).startswith(P)}
        )
        kinds = {local(one) for one in element} & _LEFT_OUT - {"documentation"}
        for one in sorted(kinds | set(foreign)):
            self.changed("element_left_out", element, element=one)

    def task(self, element: etree._Element) -> Piece:
        kind = local(element)
        self.own(element)
        if kind not in ("userTask", "task", "manualTask"):
            self.changed("done_by_a_person", element, element=kind)
        return replace(Piece(self.identifier(element), "userTask", names(element)), repeat=self.repeat(element))

    def repeat(self, element: etree._Element) -> tuple[str, bool] | None:
        """Its list of items is a variable that the start asks for; a plain loop is run once."""
        if element.find(f"{B}standardLoopCharacteristics") is not None:
            self.changed("loop_once", element)
        loop = element.find(f"{B}multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        variable = f"items_{len(self.sketch.variables) + 1}"
        self.sketch.variables[variable] = ("list(text)", True)
        self.changed("repeat_over_variable", element, variable=variable)
        return variable, loop.get("isSequential") == "true"

    def sub(self, element: etree._Element, depth: int) -> Piece:
        self.own(element)
        piece = replace(Piece(self.identifier(element), "subProcess", names(element)), repeat=self.repeat(element))
        self.scope(element, piece.pieces, piece.arrows, depth + 1)
        return piece

    def event(self, element: etree._Element) -> Piece:
        kind = local(element)
        piece = Piece(self.identifier(element), kind, names(element))
        self.own(element)
        definitions = [one for one in element if local(one).endswith(_DEFINITION)]
        if kind == "boundaryEvent":
            piece.host, piece.interrupting = element.get("attachedToRef"), element.get("cancelActivity") != "false"
        if kind == "startEvent":
            for one in definitions:
                self.changed("start_by_a_person", element, element=local(one))
            return piece
        if len(definitions) > 1:
            self.refuse("event_not_one", element, found=len(definitions))
            return piece
        if not definitions:
            if kind == "intermediateCatchEvent" or kind == "boundaryEvent":
                self.refuse("event_not_one", element, found=0)
            elif kind == "intermediateThrowEvent":
                self.changed("event_as_message", element, element="none")
                piece.event = self.message(element, None)
            return piece
        self.define(piece, element, definitions[0])
        return piece

    def define(self, piece: Piece, element: etree._Element, given: etree._Element) -> None:
        kind, what = piece.kind, local(given)
        if what == "timerEventDefinition" and kind in ("intermediateCatchEvent", "boundaryEvent"):
            piece.event = self.timer(element, given)
        elif what == "messageEventDefinition":
            piece.event = self.message(element, given.get("messageRef"))
        elif what == "errorEventDefinition" and kind in ("endEvent", "boundaryEvent"):
            if kind == "boundaryEvent" and piece.host not in self.subs:
                self.changed("event_as_message", element, element=what)
                piece.event = self.message(element, given.get("errorRef"))
            else:
                piece.event = self.error(given, kind)
        elif what == "terminateEventDefinition" and kind == "endEvent":
            piece.event = "<bpmn:terminateEventDefinition/>"
        elif what in _AS_MESSAGE:
            self.changed("event_as_message", element, element=what)
            piece.event = self.message(element, given.get("signalRef") or given.get("escalationRef"))
        elif kind == "endEvent" and what != "compensateEventDefinition":
            self.changed("end_plain", element, element=what)
        else:
            self.refuse("element_not_convertible", element, element=what)

    def title(self, element: etree._Element, reference: str | None) -> str:
        named = self.named.get((reference or "").rpartition(":")[2])
        found = None if named is None else named.get("name") or named.get("errorCode")
        return (found or element.get("name") or element.get("id") or "message").strip()[:100]

    def message(self, element: etree._Element, reference: str | None) -> str:
        title = self.title(element, reference)
        key = self.sketch.messages.setdefault(title, f"message_{len(self.sketch.messages) + 1}")
        return f'<bpmn:messageEventDefinition messageRef="{key}"/>'

    def error(self, given: etree._Element, kind: str) -> str:
        reference = (given.get("errorRef") or "").rpartition(":")[2]
        if not reference and kind == "boundaryEvent":
            return "<bpmn:errorEventDefinition/>"
        named = self.named.get(reference)
        code = (None if named is None else named.get("errorCode") or named.get("name")) or reference or "error"
        key = self.sketch.errors.setdefault(code[:100], f"error_{len(self.sketch.errors) + 1}")
        return f'<bpmn:errorEventDefinition errorRef="{key}"/>'

    def timer(self, element: etree._Element, given: etree._Element) -> str:
        """A duration is kept, a cycle is run once, anything else is a day until the author says otherwise."""
        times = {local(one): (one.text or "").strip() for one in given}
        duration = (times.get("timeDuration") or "").strip("\"'")
        if times.get("timeCycle"):
            self.changed("cycle_once", element, cycle=times["timeCycle"][:80])
            duration = times["timeCycle"].rpartition("/")[2]
        if not seconds(duration):
            self.changed("duration_to_be_set", element, found=str(next(iter(times.values()), ""))[:80])
            duration = "P1D"
        return (
            f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        )
