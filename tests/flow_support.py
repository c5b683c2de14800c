"""Flows written in a few lines: BPMN of nodes and arrows, and an engine that is driven by hand."""

from collections.abc import Mapping
from html import escape
from itertools import pairwise
from typing import Any

from server.engines.flows import parsing
from server.engines.flows.model import Definition, Flows, State, Step
from server.engines.flows.publishing import Surroundings, link
from server.engines.flows.stepping import dump, step

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:pestle="urn:pestle:flow:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:pestle:flows">'
)
AROUND = Surroundings(frozenset({"qa", "operator"}))
AT = "2026-11-26T08:00:00.000Z"


def task(identifier: str, attributes: str = 'pestle:role="qa"', inner: str = "") -> str:
    return f'<bpmn:userTask id="{identifier}" {attributes}>{inner}</bpmn:userTask>'


def extension(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def choice(*codes: str) -> str:
    return extension("".join(f'<pestle:outcome code="{code}" zh="{code}" en="{code}"/>' for code in codes))


def node(kind: str, identifier: str, attributes: str = "", inner: str = "") -> str:
    return f'<bpmn:{kind} id="{identifier}" {attributes}>{inner}</bpmn:{kind}>'


def arrows(*given: str) -> str:
    """`a>b`, or `a>b if condition`; a chain `a>b>c`; the identifier of a flow is `a-b`."""
    out = []
    for line in given:
        way, _, condition = line.partition(" if ")
        stops = way.split(">")
        for source, target in pairwise(stops):
            inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
            out.append(
                f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">{inner}'
                "</bpmn:sequenceFlow>"
            )
    return "".join(out)


def flow(*parts: str, code: str = "trial", variables: Mapping[str, str] | None = None, around: str = "") -> bytes:
    """A document of one process; `variables` by type, all given at the start."""
    declared = "".join(
        f'<pestle:variable name="{name}" type="{kind}" zh="{name}" en="{name}" start="true"/>'
        for name, kind in (variables or {}).items()
    )
    inner = extension(declared) + "".join(parts)
    process = f'<bpmn:process id="{code}" isExecutable="true">{inner}</bpmn:process>'
    return f"{HEAD}{around}{process}</bpmn:definitions>".encode()


class Driver:
    """An instance without a plant: events in, and what is open by the names of its nodes."""

    def __init__(self, data: bytes | Definition, *called: bytes, at: str = AT, **values: Any) -> None:
        definition = data if isinstance(data, Definition) else parsing.parse(data)
        others = {one.code: one for one in map(parsing.parse, called)}
        self.flows: Flows = link(definition, others)
        self.at = at
        self.events: list[dict[str, Any]] = []
        self.states: list[bytes] = []
        self.steps: list[Step] = []
        self.state: State | None = None
        self.take({"type": "started", "subject": "S-1", "starter": "zhang", "values": values})

    def take(self, event: dict[str, Any]) -> None:
        event = {"at": self.at, **event}
        done = step(self.flows, self.state, event)
        self.state = done.state
        self.events.append(event)
        self.steps.append(done)
        self.states.append(dump(done.state))

    def open(self) -> list[str]:
        """The nodes of all open tasks."""
        return sorted(node for _, node in self.tasks())

    def tasks(self) -> list[tuple[str, str]]:
        """(number, node) of every open task, in the order of opening."""
        assert self.state is not None
        found = []
        for number, act in self.state["acts"].items():
            path = self.state["scopes"][act["scope"]]["of"]
            if self.flows.scope(path).nodes[act["node"]].kind == "task" and "total" not in act:
                found.append((number, act["node"]))
        return sorted(found, key=lambda one: int(one[0]))

    def complete(self, name: str, outcome: str | None = None, **values: Any) -> "Driver":
        number = next(number for number, node in self.tasks() if node == name)
        self.take({"type": "completed", "task": number, "outcome": outcome, "values": values})
        return self

    def fire(self, name: str, at: str) -> "Driver":
        assert self.state is not None
        self.at = at
        timer = next(number for number, one in self.state["timers"].items() if one["node"] == name)
        self.take({"type": "fired", "timer": timer})
        return self

    def receive(self, name: str) -> "Driver":
        assert self.state is not None
        wait = next(number for number, one in self.state["waits"].items() if one["node"] == name)
        self.take({"type": "received", "wait": wait})
        return self

    @property
    def ended(self) -> Any:
        assert self.state is not None
        return self.state["ended"]

    def replayed(self) -> list[bytes]:
        """The bytes of each state when all events are taken again from nothing."""
        state, found = None, []
        for event in self.events:
            state = step(self.flows, state, event).state
            found.append(dump(state))
        return found
