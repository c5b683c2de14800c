"""The nouns of a flow: a strict part of BPMN 2.0 as frozen data, and what is wrong with one that is refused.

Section numbers in this room are those of BPMN 2.0.2 (OMG formal/13-12-09, ISO/IEC 19510).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
# Own attributes and elements.
PESTLE = "urn:pestle:flow:1"
# Limits of a definition, and of what runs.
MAX_BYTES, MAX_NODES, MAX_DEPTH, MAX_EXPRESSION = 2_000_000, 200, 5, 2_000
MAX_STEPS, MAX_LIVE, MAX_ITEMS, MAX_CALLED = 1_000, 500, 100, 20
# What every expression of every flow may name beside the declared variables.
GIVEN: Mapping[str, str] = {"subject": "text", "starter": "text"}
# Whoever started an instance, as a separation of duties names them.
STARTER = "starter"
# What a completion condition may name as well.
COUNTED: Mapping[str, str] = {"done": "decimal", "total": "decimal", "outcomes": "list(text)"}
TYPES = ("text", "decimal", "yes_no", "date", "time", "person", "list(text)", "list(person)")

NodeKind = Literal[
    "start", "end", "task", "exclusive", "parallel", "inclusive", "sub", "call", "boundary", "catch", "throw"
]
# What waits for somebody or something, and so holds a token between two steps.
ACTIVITIES = frozenset({"task", "sub", "call", "catch"})
State = dict[str, Any]
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a definition is refused: a code, the element that it is about (None: the whole), and what was found."""

    code: str
    element: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """A definition that cannot be read; all that is wrong is in `findings`."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(f"{one.code} {one.element or ''}".strip() for one in findings))
        self.findings = tuple(findings)


class FlowError(Exception):
    """A step that cannot be taken in this state; the state stays as it was. `code` is in the error catalogue."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details


@dataclass(frozen=True, slots=True)
class Names:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow; `condition` is CEL."""

    id: str
    source: str
    target: str
    condition: str | None
    name: Names


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: str
    title: Names
    start: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """`meaning` of the signature where it is not the task's: whoever sends something back does not approve it."""

    code: str
    title: Names
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class Sets:
    variable: str
    required: bool


@dataclass(frozen=True, slots=True)
class Timer:
    """Exactly one of both: an ISO 8601 duration from when it opens, or CEL of type time."""

    duration: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """Thrown and caught by name and key: CEL of type text, or None for a name that needs no key."""

    name: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Multi-instance: once for each item of the list `collection`, until `until` (CEL) holds or all are done."""

    sequential: bool
    collection: str
    element: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that a sequence flow leads to or comes from.

    `end` says what an end event does; `guards` are the boundary events on an activity, `host` the activity of one.
    `passes` of a call: (variable of the called flow, CEL); `returns`: (own variable, name in the called flow).
    """

    id: str
    kind: NodeKind
    name: Names
    out: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    default: str | None = None
    end: Literal["none", "error", "terminate", "message"] = "none"
    result: str | None = None
    error: str | None = None
    host: str | None = None
    interrupting: bool = True
    guards: tuple[str, ...] = ()
    timer: Timer | None = None
    message: Message | None = None
    calls: str | None = None
    passes: tuple[tuple[str, str], ...] = ()
    returns: tuple[tuple[str, str], ...] = ()
    repeat: Repeat | None = None
    roles: tuple[str, ...] = ()
    person: str | None = None
    form: str | None = None
    due: str | None = None
    escalate: str | None = None
    meaning: str | None = None
    not_by: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    outcome_into: str | None = None
    sets: tuple[Sets, ...] = ()

    def meaning_of(self, outcome: str | None) -> str | None:
        """What a signature under this outcome means; None where it needs none."""
        return next((one.meaning for one in self.outcomes if one.code == outcome and one.meaning), self.meaning)

    @property
    def shape(self) -> tuple[Any, ...]:
        """What must be the same in another version for a token that waits here to wait there."""
        trigger = "timer" if self.timer else "message" if self.message else "error" if self.kind == "boundary" else None
        repeated = None if self.repeat is None else self.repeat.sequential
        return (self.kind, trigger, repeated, self.calls)


@dataclass(frozen=True, slots=True)
class Scope:
    """A process or an embedded sub-process, whose path is `process` or `process/sub-process/…`.

    `locals`: the variables of enclosing repeats, by type. `heading`: for each inclusive join with several ways in, the
    nodes from which a token may still come to it without passing what all of its ways begin at (its dominator).
    """

    path: str
    start: str
    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]
    locals: Mapping[str, str]
    heading: Mapping[str, frozenset[str]]
    dominators: Mapping[str, str]

    def leaving(self, node: str) -> list[Edge]:
        return [self.edges[one] for one in self.nodes[node].out]


@dataclass(frozen=True, slots=True)
class Definition:
    """A flow as its bytes say it; `sha256` is theirs."""

    code: str
    name: Names
    variables: Mapping[str, Variable]
    scopes: Mapping[str, Scope]
    sha256: str

    @property
    def calls(self) -> tuple[str, ...]:
        nodes = [node for scope in self.scopes.values() for node in scope.nodes.values()]
        return tuple(dict.fromkeys(node.calls for node in nodes if node.calls is not None))


@dataclass(frozen=True, slots=True)
class Flows:
    """A definition with all that it calls, directly or not, as they were pinned at the start."""

    root: str
    definitions: Mapping[str, Definition]

    def scope(self, path: str) -> Scope:
        return self.definition(path).scopes[path]

    def definition(self, path: str) -> Definition:
        return self.definitions[path.partition("/")[0]]

    @property
    def pins(self) -> dict[str, str]:
        """The hash of each definition, called ones included, by its code."""
        return {code: one.sha256 for code, one in sorted(self.definitions.items())}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that a step did: for the history on the diagram.

    `what`: passed, opened, closed, withdrawn, sent, ended. `id` is the activity's, where there is one; `path` with
    `node` is the element.
    """

    what: str
    path: str
    node: str
    id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step leaves: the new state, and what happened on the way."""

    state: State
    happened: tuple[Happening, ...]
