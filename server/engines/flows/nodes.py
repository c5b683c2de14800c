"""One node of a flow read from its element: each kind with the children and attributes that it may have."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml import etree

from server.engines.flows.model import Edge, Message, Names, Node, NodeKind, Outcome, Repeat, Sets, Timer
from server.engines.flows.reading import CODE, NAME, B, P, element_id, local, names, seconds, words

if TYPE_CHECKING:
    from server.engines.flows.parsing import Parsing

KNOWN: Mapping[str, NodeKind] = {
    "startEvent": "start",
    "endEvent": "end",
    "userTask": "task",
    "exclusiveGateway": "exclusive",
    "parallelGateway": "parallel",
    "inclusiveGateway": "inclusive",
    "subProcess": "sub",
    "callActivity": "call",
    "boundaryEvent": "boundary",
    "intermediateCatchEvent": "catch",
    "intermediateThrowEvent": "throw",
}
# What stands in the element of a node beside the nodes of a sub-process.
INSIDE = {"incoming", "outgoing", "extensionElements", "documentation", "multiInstanceLoopCharacteristics"}
_EVENTS: Mapping[str, set[str]] = {
    "start": set(),
    "end": {"errorEventDefinition", "terminateEventDefinition", "messageEventDefinition"},
    "boundary": {"timerEventDefinition", "messageEventDefinition", "errorEventDefinition"},
    "catch": {"timerEventDefinition", "messageEventDefinition"},
    "throw": {"messageEventDefinition"},
}
_BASE = {"id", "name", f"{P}nameEn"}
_ATTRIBUTES: Mapping[str, set[str]] = {
    "start": {"isInterrupting"},
    "end": {f"{P}result"},
    "task": {f"{P}{one}" for one in ("role", "person", "form", "due", "escalate", "meaning", "notBy", "into")},
    "exclusive": {"default", "gatewayDirection"},
    "parallel": {"gatewayDirection"},
    "inclusive": {"default", "gatewayDirection"},
    "sub": set(),
    "call": {"calledElement"},
    "boundary": {"attachedToRef", "cancelActivity"},
    "catch": set(),
    "throw": set(),
}
# How many ways out, and in, a node must have: least and most.
_OUT = {"end": (0, 0), "exclusive": (1, 99), "parallel": (1, 99), "inclusive": (1, 99)}
_IN = {"start": (0, 0), "boundary": (0, 0)}


def read(parsing: "Parsing", element: etree._Element) -> Node:
    kind = KNOWN[local(element)]
    children = INSIDE - {"multiInstanceLoopCharacteristics"} | _EVENTS.get(kind, set())
    if kind in ("task", "sub", "call"):
        children |= {"multiInstanceLoopCharacteristics"}
    if kind != "sub":
        parsing.only(element, children, _BASE | _ATTRIBUTES[kind])
    else:
        for name in element.attrib:
            if str(name) not in _BASE and (str(name), element.get(name)) != ("triggeredByEvent", "false"):
                parsing.wrong("attribute_unknown", element, attribute=str(name))
    node = Node(str(element.get("id")), kind, names(element), default=element.get("default"))
    node = replace(node, **_event(parsing, element, kind), **_extensions(parsing, element, kind))
    if kind == "task":
        node = replace(node, **_task(parsing, element))
    if kind == "call":
        node = replace(node, calls=_called(parsing, element))
    return replace(node, repeat=_repeat(parsing, element))


def _event(parsing: "Parsing", element: etree._Element, kind: NodeKind) -> dict[str, Any]:
    """What an event waits for or does."""
    found = [one for one in element if local(one).endswith("EventDefinition")]
    given: dict[str, Any] = {}
    if kind == "boundary":
        given = {"host": element.get("attachedToRef") or "", "interrupting": element.get("cancelActivity") != "false"}
    if kind == "end":
        given = {"result": element.get(f"{P}result") or None}
        if given["result"] and not CODE.match(given["result"].replace("_", "-")):
            parsing.wrong("result_wrong", element, result=given["result"])
    wanted = 1 if kind in ("boundary", "catch", "throw") else 0
    if len(found) > 1 or len(found) < wanted:
        parsing.wrong("event_not_one", element, found=len(found))
        return given
    for one in found:
        match local(one):
            case "timerEventDefinition":
                given["timer"] = _timer(parsing, one)
            case "messageEventDefinition":
                given |= {"message": _message(parsing, one)} | ({"end": "message"} if kind == "end" else {})
            case "errorEventDefinition":
                given |= {"error": _error(parsing, one, kind)} | ({"end": "error"} if kind == "end" else {})
            case "terminateEventDefinition":
                given["end"] = "terminate"
    return given


def _timer(parsing: "Parsing", element: etree._Element) -> Timer:
    parsing.only(element, ("timeDuration", "timeDate", "timeCycle"), ("id",))
    if element.find(f"{B}timeCycle") is not None:
        parsing.wrong("timer_cycle", element)
    times = {local(one): (one.text or "").strip() for one in element}
    duration, date = times.get("timeDuration"), times.get("timeDate")
    if (not duration) == (not date) and "timeCycle" not in times:
        parsing.wrong("timer_without_time", element)
    if duration and seconds(duration) is None:
        parsing.wrong("duration_wrong", element, duration=duration[:80])
    return Timer(duration or None, date or None)


def _message(parsing: "Parsing", element: etree._Element) -> Message:
    parsing.only(element, (), ("id", "messageRef", f"{P}key"))
    name = parsing.messages.get(element.get("messageRef") or "")
    if name is None:
        parsing.wrong("message_unknown", element, message=element.get("messageRef") or "")
    return Message(name or "", (element.get(f"{P}key") or "").strip() or None)


def _error(parsing: "Parsing", element: etree._Element, kind: NodeKind) -> str | None:
    """The error's code; a boundary event without one catches every error."""
    parsing.only(element, (), ("id", "errorRef"))
    reference = element.get("errorRef")
    if reference is None and kind == "boundary":
        return None
    if reference not in parsing.errors:
        parsing.wrong("error_unknown", element, error=reference or "")
    return parsing.errors.get(reference or "")


def _extensions(parsing: "Parsing", element: etree._Element, kind: NodeKind) -> dict[str, Any]:
    outcomes: list[Outcome] = []
    sets: list[Sets] = []
    passes: list[tuple[str, str]] = []
    returns: list[tuple[str, str]] = []
    for one in element.findall(f"{B}extensionElements/*"):
        tag = str(one.tag)
        if kind == "task" and tag == f"{P}outcome":
            parsing.only(one, (), ("code", "zh", "en", "meaning"))
            code, zh, en = (one.get(key) or "" for key in ("code", "zh", "en"))
            if not NAME.match(code) or not zh or not en or code in [known.code for known in outcomes]:
                parsing.wrong("outcome_wrong", one, outcome=code)
            outcomes.append(Outcome(code, Names(zh, en), one.get("meaning") or None))
        elif kind == "task" and tag == f"{P}sets":
            parsing.only(one, (), ("variable", "required"))
            sets.append(Sets(one.get("variable") or "", one.get("required") == "true"))
        elif kind == "call" and tag in (f"{P}in", f"{P}out"):
            parsing.only(one, (), ("variable", "from"))
            pair = (one.get("variable") or "", (one.get("from") or "").strip())
            (passes if tag == f"{P}in" else returns).append(pair)
        else:
            parsing.wrong("element_unknown", one, element=local(one))
    return {"outcomes": tuple(outcomes), "sets": tuple(sets), "passes": tuple(passes), "returns": tuple(returns)}


def _task(parsing: "Parsing", element: etree._Element) -> dict[str, Any]:
    given = {key: (element.get(f"{P}{key}") or "").strip() or None for key in ("person", "form", "due", "escalate")}
    if given["due"] and seconds(given["due"]) is None:
        parsing.wrong("duration_wrong", element, duration=given["due"][:80])
    meaning = element.get(f"{P}meaning") or None
    roles, not_by = words(element.get(f"{P}role")), words(element.get(f"{P}notBy"))
    into = element.get(f"{P}into") or None
    return {**given, "meaning": meaning, "roles": roles, "not_by": not_by, "outcome_into": into}


def _called(parsing: "Parsing", element: etree._Element) -> str:
    code = element.get("calledElement") or ""
    if not CODE.match(code):
        parsing.wrong("call_without_flow", element, flow=code[:80])
    return code


def _repeat(parsing: "Parsing", element: etree._Element) -> Repeat | None:
    found = element.findall(f"{B}multiInstanceLoopCharacteristics")
    if not found or KNOWN[local(element)] not in ("task", "sub", "call"):
        return None
    one = found[0]
    parsing.only(one, ("completionCondition",), ("id", "isSequential", f"{P}collection", f"{P}element"))
    collection, item = one.get(f"{P}collection") or "", one.get(f"{P}element") or "item"
    if not collection:
        parsing.wrong("repeat_without_collection", element)
    if not NAME.match(item) or item in parsing.variables:
        parsing.wrong("variable_name_wrong", element, variable=item)
    until = (one.findtext(f"{B}completionCondition") or "").strip() or None
    return Repeat(one.get("isSequential") == "true", collection, item, until)


def tie(node: Node, edges: Iterable[Edge], found: Mapping[str, Node]) -> Node:
    """The node with its sequence flows, in the order in which the file has them, and its boundary events."""
    every = list(edges)
    out = tuple(edge.id for edge in every if edge.source == node.id)
    into = tuple(edge.id for edge in every if edge.target == node.id)
    guards = tuple(one.id for one in found.values() if one.kind == "boundary" and one.host == node.id)
    return replace(node, out=out, into=into, guards=guards)


def misplaced(node: Node, found: Mapping[str, Node]) -> list[str]:
    """What is wrong with how a node is connected."""
    wrong = []
    least, most = _OUT.get(node.kind, (1, 1))
    if not least <= len(node.out) <= most:
        wrong.append("ways_out_wrong")
    least, most = _IN.get(node.kind, (1, 99))
    if not least <= len(node.into) <= most:
        wrong.append("ways_in_wrong")
    if node.kind == "boundary":
        host = found.get(node.host or "")
        if host is None or host.kind not in ("task", "sub", "call"):
            wrong.append("host_wrong")
        elif node.timer is None and node.message is None and (host.kind == "task" or not node.interrupting):
            wrong.append("error_never_thrown" if host.kind == "task" else "error_must_interrupt")
    if node.default is not None and node.default not in node.out:
        wrong.append("default_wrong")
    return wrong


__all__ = ["INSIDE", "KNOWN", "element_id", "misplaced", "read", "tie"]
