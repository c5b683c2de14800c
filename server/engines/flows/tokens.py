"""Tokens of a flow and where they go: gateways, activities, joins, ends. A list of arrivals, no recursion."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from server.engines.flows import evaluating
from server.engines.flows.model import (
    ACTIVITIES,
    COUNTED,
    MAX_ITEMS,
    MAX_LIVE,
    MAX_STEPS,
    Edge,
    FlowError,
    Flows,
    Happening,
    Node,
    Scope,
    State,
)
from server.engines.flows.reading import seconds


class Tokens:
    """The work of one step: a list of tokens that arrive, and the state that they change."""

    def __init__(self, flows: Flows, state: State, at: str) -> None:
        self.flows, self.state, self.at = flows, state, at
        self.arriving: deque[tuple[str, str, str | None]] = deque()
        self.happened: list[Happening] = []
        self.steps = 0
        self.result: str | None = None

    # Looking things up.

    def scope(self, number: str) -> Scope:
        return self.flows.scope(self.state["scopes"][number]["of"])

    def node(self, act: Mapping[str, Any]) -> Node:
        return self.scope(act["scope"]).nodes[act["node"]]

    def number(self) -> str:
        self.state["n"] += 1
        return str(self.state["n"])

    def happen(self, what: str, scope: str, node: str, act: str | None = None, **details: Any) -> None:
        self.happened.append(Happening(what, self.state["scopes"][scope]["of"], node, act, details))

    def holder(self, scope: str) -> dict[str, Any]:
        """The variables of the process that a scope is in."""
        one = self.state["scopes"][scope]
        while "vars" not in one:
            one = self.state["scopes"][self.state["acts"][one["in"]]["scope"]]
        held: dict[str, Any] = one["vars"]
        return held

    def write(self, scope: str, values: Mapping[str, Any]) -> None:
        """Set variables; a value is replaced, and never taken away."""
        self.holder(scope).update({name: value for name, value in values.items() if value is not None})

    def values(self, scope: str, act: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What an expression in this scope sees, and in this activity of it."""
        return values_seen(self.flows, self.state, scope, act)

    def run(self, source: str, scope: str, wants: str, more: Mapping[str, Any] | None = None) -> Any:
        values = {**self.values(scope), **(more or {})}
        return evaluating.run(self.flows, self.scope(scope), source, wants, values, COUNTED if more else None)

    # Tokens.

    def open(self, path: str, parent: str | None, values: Mapping[str, Any] | None) -> None:
        number = self.number()
        one: dict[str, Any] = {"of": path, "joins": {}}
        if parent is not None:
            one["in"] = parent
        if values is not None:
            one["vars"] = {name: value for name, value in values.items() if value is not None}
        self.state["scopes"][number] = one
        self.limit()
        self.arriving.append((number, self.flows.scope(path).start, None))

    def limit(self) -> None:
        if len(self.state["acts"]) + len(self.state["scopes"]) > MAX_LIVE:
            raise FlowError("flow_too_big", most=MAX_LIVE)

    def leave(self, scope: str, node: Node) -> None:
        for edge in self.scope(scope).leaving(node.id):
            self.follow(scope, edge)

    def follow(self, scope: str, edge: Edge) -> None:
        self.arriving.append((scope, edge.target, edge.id))

    def settle(self) -> None:
        """Until nothing moves: tokens arrive; then inclusive joins open; then scopes without a token end."""
        while True:
            while self.arriving:
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise FlowError("flow_runs_on", most=MAX_STEPS)
                scope, node, edge = self.arriving.popleft()
                if scope in self.state["scopes"]:
                    self.arrive(scope, self.scope(scope).nodes[node], edge)
            if not self.open_inclusive() and not self.end_scope():
                return

    def arrive(self, scope: str, node: Node, edge: str | None) -> None:
        if node.kind in ACTIVITIES:
            self.begin(scope, node)
            return
        if node.kind in ("parallel", "inclusive") and len(node.into) > 1:
            waiting = self.state["scopes"][scope]["joins"].setdefault(node.id, {})
            waiting[edge] = waiting.get(edge, 0) + 1
            if node.kind == "inclusive" or len(waiting) < len(node.into):
                return
            self.consume(scope, node)
        self.happen("passed", scope, node.id)
        if node.kind == "end":
            self.finish_way(scope, node)
        elif node.kind in ("exclusive", "inclusive"):
            self.choose(scope, node)
        else:
            if node.message is not None:
                self.send(scope, node)
            self.leave(scope, node)

    def consume(self, scope: str, node: Node) -> None:
        """Take one token from each way into a join that has one (13.4.1, 13.4.3)."""
        joins = self.state["scopes"][scope]["joins"]
        left = {edge: count - 1 for edge, count in joins[node.id].items() if count > 1}
        if left:
            joins[node.id] = left
        else:
            del joins[node.id]

    def choose(self, scope: str, node: Node) -> None:
        """The ways whose conditions hold, the first only of an exclusive gateway; else the default.

        A condition without a value, since a variable has none or it divides by zero, does not hold.
        """
        edges = self.scope(scope).leaving(node.id)
        if len(edges) == 1:
            self.follow(scope, edges[0])
            return
        chosen: list[Edge] = []
        for edge in edges:
            if edge.id != node.default and edge.condition and self.run(edge.condition, scope, "yes_no") is True:
                chosen.append(edge)
                if node.kind == "exclusive":
                    break
        chosen = chosen or [edge for edge in edges if edge.id == node.default]
        if not chosen:
            raise FlowError("flow_no_way", element=node.id)
        for edge in chosen:
            self.follow(scope, edge)

    def send(self, scope: str, node: Node) -> None:
        assert node.message is not None
        key = None if node.message.key is None else self.run(node.message.key, scope, "text")
        if node.message.key is not None and key is None:
            raise FlowError("flow_key_missing", element=node.id)
        self.happen("sent", scope, node.id, name=node.message.name, key=key or "")

    # Activities.

    def begin(self, scope: str, node: Node) -> None:
        number = self.number()
        act: dict[str, Any] = {"scope": scope, "node": node.id}
        self.state["acts"][number] = act
        self.limit()
        for guard in node.guards:
            self.watch(scope, number, self.scope(scope).nodes[guard])
        if node.kind == "catch":
            self.watch(scope, number, node)
        if node.repeat is None:
            self.body(number, node)
            return
        items = self.values(scope).get(node.repeat.collection)
        if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
            raise FlowError("flow_nobody", element=node.id, variable=node.repeat.collection)
        act.update(left=list(items), done=[], total=len(items))
        for _ in range(1 if node.repeat.sequential else len(items)):
            self.spawn(number, node)

    def spawn(self, group: str, node: Node) -> None:
        act = self.state["acts"][group]
        number = self.number()
        self.state["acts"][number] = {
            "scope": act["scope"],
            "node": node.id,
            "of": group,
            "item": act["left"].pop(0),
        }
        self.limit()
        self.body(number, node)

    def body(self, number: str, node: Node) -> None:
        act = self.state["acts"][number]
        scope = act["scope"]
        self.happen("opened", scope, node.id, number)
        path = self.state["scopes"][scope]["of"]
        if node.kind == "sub":
            self.open(f"{path}/{node.id}", number, None)
        elif node.kind == "call":
            values = self.values(scope, act)
            given = {
                name: evaluating.passed(self.flows, path, node, name, source, values) for name, source in node.passes
            }
            self.open(str(node.calls), number, {"subject": values["subject"], "starter": values["starter"], **given})

    def watch(self, scope: str, act: str, node: Node) -> None:
        """Open the timer or the wait of an event."""
        if node.timer is not None:
            self.state["timers"][self.number()] = {"act": act, "node": node.id, "due": self.due(scope, node)}
        elif node.message is not None:
            key = None if node.message.key is None else self.run(node.message.key, scope, "text")
            if node.message.key is not None and key is None:
                raise FlowError("flow_key_missing", element=node.id)
            wait = {"act": act, "node": node.id, "name": node.message.name, "key": key or ""}
            self.state["waits"][self.number()] = wait

    def due(self, scope: str, node: Node) -> str:
        assert node.timer is not None
        if node.timer.duration is not None:
            return later(self.at, node.timer.duration)
        date = self.run(str(node.timer.date), scope, "time")
        if date is None:
            raise FlowError("flow_time_missing", element=node.id)
        return written(date) if isinstance(date, datetime) else str(date)

    def finish(self, number: str, outcome: str) -> None:
        """An activity is done: its token goes on, or the repeat that it belongs to counts it."""
        act = self.state["acts"][number]
        node = self.node(act)
        self.happen("closed", act["scope"], node.id, number, **({"outcome": outcome} if outcome else {}))
        group = act.get("of")
        if group is None:
            self.drop(number, quiet=True)
            self.leave(act["scope"], node)
            return
        self.drop(number, quiet=True)
        repeat, whole = node.repeat, self.state["acts"][group]
        assert repeat is not None
        whole["done"].append(outcome)
        busy = any(one.get("of") == group for one in self.state["acts"].values())
        if self.enough(group, node) or not (busy or whole["left"]):
            if node.outcome_into:
                self.write(act["scope"], {node.outcome_into: [one for one in whole["done"] if one]})
            self.drop(group)
            self.leave(act["scope"], node)
        elif repeat.sequential:
            self.spawn(group, node)

    def enough(self, group: str, node: Node) -> bool:
        act = self.state["acts"][group]
        assert node.repeat is not None
        if node.repeat.until is None:
            return False
        outcomes = [one for one in act["done"] if one]
        counted = {"done": str(len(act["done"])), "total": str(act["total"]), "outcomes": outcomes}
        return self.run(node.repeat.until, act["scope"], "yes_no", counted) is True

    def drop(self, number: str, quiet: bool = False) -> None:
        """Take an activity away with all that hangs on it: timers, waits, bodies, scopes, and what is in them."""
        waiting = [number]
        while waiting:
            one = waiting.pop()
            act = self.state["acts"].pop(one, None)
            if act is None:
                continue
            if not quiet and "total" not in act:
                self.happen("withdrawn", act["scope"], act["node"], one)
            quiet = False
            for table in ("timers", "waits"):
                for key in [key for key, held in self.state[table].items() if held["act"] == one]:
                    del self.state[table][key]
            waiting += [key for key, other in self.state["acts"].items() if other.get("of") == one]
            for scope in [key for key, held in self.state["scopes"].items() if held.get("in") == one]:
                self.clear(scope)
                del self.state["scopes"][scope]

    def clear(self, scope: str) -> None:
        """Take every token out of a scope."""
        for act in [key for key, one in self.state["acts"].items() if one["scope"] == scope]:
            self.drop(act)
        self.state["scopes"][scope]["joins"] = {}
        self.arriving = deque(one for one in self.arriving if one[0] != scope)

    # Ends.

    def finish_way(self, scope: str, node: Node) -> None:
        if node.end == "message":
            self.send(scope, node)
        if node.result is not None and self.state["scopes"][scope].get("in") is None:
            self.result = node.result
            self.state["scopes"][scope]["result"] = node.result
        if node.end == "terminate":
            self.clear(scope)
        elif node.end == "error":
            self.throw(scope, str(node.error))

    def throw(self, scope: str, code: str) -> None:
        """An error goes outwards to the first activity with a boundary event for it; without one the flow ends."""
        while True:
            parent = self.state["scopes"][scope].get("in")
            if parent is None:
                self.clear(scope)
                self.state["vars"] = self.state["scopes"].pop(scope)["vars"]
                self.end(f"error:{code}")
                return
            act = self.state["acts"][parent]
            outer = act["scope"]
            guards = [self.scope(outer).nodes[one] for one in self.node(act).guards]
            errors = [one for one in guards if one.timer is None and one.message is None]
            caught = [one for one in errors if one.error == code] or [one for one in errors if one.error is None]
            if caught:
                self.happen("passed", outer, caught[0].id)
                self.drop(act.get("of", parent))
                self.leave(outer, caught[0])
                return
            scope = outer

    def open_inclusive(self) -> bool:
        """Open one inclusive join that no token can come to any more (13.4.3), if there is one.

        Tokens are looked for where all ways into the join begin, its dominator, so that one which has yet to pass
        there, such as for a new round of a loop, keeps nobody waiting.
        """
        for number, one in sorted(self.state["scopes"].items(), key=lambda item: int(item[0])):
            scope = self.flows.scope(one["of"])
            for name in sorted(one["joins"]):
                node = scope.nodes[name]
                if node.kind == "inclusive" and not self.coming(number, scope, name):
                    self.consume(number, node)
                    self.happen("passed", number, name)
                    self.choose(number, node)
                    return True
        return False

    def coming(self, number: str, scope: Scope, join: str) -> bool:
        """Whether a token in this scope can still reach the join."""
        heading, before = scope.heading[join], scope.dominators[join]
        live = {act["node"] for act in self.state["acts"].values() if act["scope"] == number}
        held = {other for other in self.state["scopes"][number]["joins"] if other != join}
        return bool(live & heading or held & heading or before in live)

    def end_scope(self) -> bool:
        """End one scope that holds no activity any more, if there is one."""
        busy = {act["scope"] for act in self.state["acts"].values()}
        for number, one in sorted(self.state["scopes"].items(), key=lambda item: -int(item[0])):
            if number in busy:
                continue
            if one["joins"]:
                raise FlowError("flow_stuck", element=min(one["joins"]))
            del self.state["scopes"][number]
            if "in" not in one:
                self.state["vars"] = one["vars"]
                self.end(one.get("result"))
            else:
                act = self.state["acts"][one["in"]]
                node = self.node(act)
                for name, source in node.returns:
                    self.write(act["scope"], {name: one["vars"].get(source)})
                self.finish(one["in"], "")
            return True
        return False

    def end(self, result: str | None) -> None:
        self.state["ended"] = {"result": result}
        self.happened.append(Happening("ended", self.flows.root, "", None, {"result": result}))


def values_seen(flows: Flows, state: State, scope: str, act: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The variables by name as an expression in this scope, or on this activity, sees them."""
    found: dict[str, Any] = {}
    current: Mapping[str, Any] | None = act
    while True:
        if current is not None and "of" in current:
            node = flows.scope(state["scopes"][current["scope"]]["of"]).nodes[current["node"]]
            if node.repeat is not None:
                found.setdefault(node.repeat.element, current["item"])
        one = state["scopes"][scope]
        if "vars" in one:
            return {**one["vars"], **found}
        current = state["acts"][one["in"]]
        scope = current["scope"]


def later(at: str, duration: str) -> str:
    return written(datetime.fromisoformat(at) + timedelta(seconds=seconds(duration) or 0))


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
