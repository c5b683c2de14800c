"""What a state says to those outside: open tasks, timers and waits, and whether it can go on by another version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.engines.flows import evaluating
from server.engines.flows.model import Finding, Flows, Node, State
from server.engines.flows.tokens import later, values_seen


@dataclass(frozen=True, slots=True)
class Task:
    """An open task. `person`: the identifier of the one it is for, where the definition says so; `item` of a repeat."""

    id: str
    path: str
    node: Node
    person: str | None
    item: Any = None

    def due(self, since: str) -> str | None:
        """When it is due, having been opened at `since`."""
        return None if self.node.due is None else later(since, self.node.due)


@dataclass(frozen=True, slots=True)
class Timer:
    id: str
    path: str
    node: Node
    due: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Something waits for the message `name` with this key ("" for none)."""

    id: str
    path: str
    node: Node
    name: str
    key: str


def tasks(flows: Flows, state: State) -> list[Task]:
    """All open tasks, in the order in which they were opened."""
    found = []
    for number, act in _numbered(state["acts"]):
        path = state["scopes"][act["scope"]]["of"]
        node = flows.scope(path).nodes[act["node"]]
        if node.kind != "task" or "total" in act:
            continue
        person = None
        if node.person is not None:
            person = values_seen(flows, state, act["scope"], act).get(node.person)
        found.append(Task(number, path, node, person, act.get("item")))
    return found


def timers(flows: Flows, state: State) -> list[Timer]:
    """All open timers in the order in which they fire."""
    found = [Timer(number, *_place(flows, state, one), one["due"]) for number, one in _numbered(state["timers"])]
    return sorted(found, key=lambda one: (one.due, int(one.id)))


def waits(flows: Flows, state: State) -> list[Wait]:
    return [
        Wait(number, *_place(flows, state, one), one["name"], one["key"]) for number, one in _numbered(state["waits"])
    ]


def live(state: State) -> list[tuple[str, str]]:
    """(path, node) of everything that holds a token: activities, and joins that wait."""
    found = {(state["scopes"][act["scope"]]["of"], act["node"]) for act in state["acts"].values()}
    found |= {(one["of"], join) for one in state["scopes"].values() for join in one["joins"]}
    return sorted(found)


def variables(state: State) -> dict[str, Any]:
    """The variables of the flow itself, without those of what it calls; of one that has ended, as they were then."""
    if "vars" in state:
        return dict(state["vars"])
    for one in state["scopes"].values():
        if "in" not in one:
            return dict(one["vars"])
    return {}


def _numbered(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(table.items(), key=lambda item: int(item[0]))


def _place(flows: Flows, state: State, one: Mapping[str, Any]) -> tuple[str, Node]:
    path = state["scopes"][state["acts"][one["act"]]["scope"]]["of"]
    return path, flows.scope(path).nodes[one["node"]]


def moving_problems(flows: Flows, other: Flows, state: State) -> list[Finding]:
    """Why an instance cannot go on by `other`, element by element; none: its state may be kept as it is.

    Everything that holds a token, each waiting join with its ways, each timer and wait must be there and be the same
    kind of thing; and a variable that has a value must be declared with the same type. New boundary events do not
    begin to watch what is open already.
    """
    if flows.root != other.root:
        return [Finding("flow_another", None, {"flow": other.root})]
    found: list[Finding] = []
    for path, name in live(state):
        found += _kept(flows, other, path, name)
    for one in (*state["timers"].values(), *state["waits"].values()):
        path, node = _place(flows, state, one)
        found += _kept(flows, other, path, node.id)
    for scope in state["scopes"].values():
        found += _ways_kept(other, scope) + _values_kept(other, scope)
    return list({(one.code, one.element, str(one.details)): one for one in found}.values())


def _kept(flows: Flows, other: Flows, path: str, name: str) -> Sequence[Finding]:
    try:
        node = other.scope(path).nodes[name]
    except KeyError:
        return [Finding("live_node_missing", name, {"scope": path})]
    before = flows.scope(path).nodes[name]
    same = node.shape == before.shape and node.host == before.host
    return [] if same else [Finding("live_node_changed", name, {"scope": path})]


def _ways_kept(other: Flows, scope: Mapping[str, Any]) -> list[Finding]:
    """A join that waits must still have each way on which a token has come."""
    found = []
    for join, ways in scope["joins"].items():
        try:
            into = other.scope(scope["of"]).nodes[join].into
        except KeyError:
            continue
        found += [Finding("live_way_missing", join, {"flow": way}) for way in ways if way not in into]
        if len(into) < 2:
            found.append(Finding("live_node_changed", join, {"scope": scope["of"]}))
    return found


def _values_kept(other: Flows, scope: Mapping[str, Any]) -> list[Finding]:
    if scope["of"].partition("/")[0] not in other.definitions:
        return []
    declared = other.definition(scope["of"]).variables
    return [
        Finding("live_variable_changed", None, {"variable": name})
        for name, value in scope.get("vars", {}).items()
        if name not in ("subject", "starter")
        and (name not in declared or not evaluating.fits(declared[name].type, value))
    ]
