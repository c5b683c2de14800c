"""`step(flows, state, event)`: the one function that moves tokens. Pure: the same events give the same bytes.

A state is JSON of text, whole numbers, yes/no, lists and maps only, written by `dump`:

    n        the last number given out; numbers name scopes, activities, timers and waits, as text
    scopes   number -> {of: path, joins: {node: {edge: tokens}}}; in: the activity that it is in, of all but the root;
             vars: of a process, its variables that have a value; result: of the root, what its last end said
    acts     number -> {scope, node}; of a repeat also left (items), done (outcomes), total; of one of its bodies:
             of (the repeat), item
    timers   number -> {act, node, due}
    waits    number -> {act, node, name, key}
    ended    null, or {result}
    vars     of the flow itself, once it has ended
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from server.engines.flows import assigning, evaluating
from server.engines.flows.model import (
    Event,
    FlowError,
    Flows,
    State,
    Step,
)
from server.engines.flows.tokens import Tokens


def dump(state: State) -> bytes:
    """The one spelling of a state."""
    return json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def load(data: bytes | str) -> State:
    loaded: State = json.loads(data)
    return loaded


def step(flows: Flows, state: State | None, event: Event) -> Step:
    """What follows from one event; `state` is left as it was, also by a FlowError.

    started {at, subject, starter, values} · completed {at, task, outcome, values} · fired {at, timer} ·
    received {at, wait} · cancelled {at}. Times are text as everywhere; `values` by variable.
    """
    run = _Run(flows, _copied(state), str(event["at"]))
    if event["type"] == "started":
        run.start(event)
    elif run.state["ended"] is not None:
        raise FlowError("flow_ended")
    else:
        {"completed": run.complete, "fired": run.fire, "received": run.receive, "cancelled": run.cancel}[
            str(event["type"])
        ](event)
    run.settle()
    return Step(run.state, tuple(run.happened))


def _copied(state: State | None) -> State:
    if state is None:
        return {"n": 0, "scopes": {}, "acts": {}, "timers": {}, "waits": {}, "ended": None}
    copied: State = json.loads(json.dumps(state))
    return copied


class _Run(Tokens):
    """What each kind of event does, before its tokens move."""

    def start(self, event: Event) -> None:
        if self.state["n"]:
            raise FlowError("flow_started_already")
        variables = self.flows.definitions[self.flows.root].variables
        asked = {name for name, one in variables.items() if one.start}
        given = evaluating.checked(variables, event["values"], asked)
        self.demand(given, assigning.needed_at_start(self.flows.definitions[self.flows.root]))
        self.open(self.flows.root, None, {"subject": event["subject"], "starter": event["starter"], **given})

    def complete(self, event: Event) -> None:
        task = str(event["task"])
        act = self.state["acts"].get(task)
        if act is None or self.node(act).kind != "task" or "total" in act:
            raise FlowError("flow_task_not_open", task=task)
        node, scope = self.node(act), self.scope(act["scope"])
        outcome = event.get("outcome")
        if node.outcomes and outcome not in [one.code for one in node.outcomes]:
            raise FlowError("flow_outcome_unknown", task=task, outcome=outcome)
        if not node.outcomes and outcome is not None:
            raise FlowError("flow_outcome_unknown", task=task, outcome=outcome)
        variables = self.flows.definition(scope.path).variables
        values = event.get("values") or {}
        given = evaluating.checked(variables, values, {one.variable for one in node.sets})
        self.demand(given, [one.variable for one in node.sets if one.required])
        self.write(act["scope"], given)
        if node.outcome_into and not node.repeat and outcome is not None:
            self.write(act["scope"], {node.outcome_into: outcome})
        self.finish(task, str(outcome or ""))

    def demand(self, given: Mapping[str, Any], needed: Iterable[str]) -> None:
        """An empty list is as good as none."""
        missing = sorted(name for name in needed if given.get(name) in (None, []))
        if missing:
            raise FlowError("flow_value_missing", variables=missing)

    def fire(self, event: Event) -> None:
        timer = self.state["timers"].get(str(event["timer"]))
        if timer is None or timer["due"] > self.at:
            raise FlowError("flow_timer_not_due", timer=event["timer"])
        del self.state["timers"][str(event["timer"])]
        self.triggered(timer)

    def receive(self, event: Event) -> None:
        wait = self.state["waits"].pop(str(event["wait"]), None)
        if wait is None:
            raise FlowError("flow_not_waiting", wait=event["wait"])
        self.triggered(wait)

    def cancel(self, event: Event) -> None:
        for scope in [key for key, one in self.state["scopes"].items() if "in" not in one]:
            self.clear(scope)
            self.state["vars"] = self.state["scopes"].pop(scope)["vars"]
        self.end("cancelled")

    def triggered(self, trigger: Mapping[str, Any]) -> None:
        """A timer or message came: an intermediate event goes on, a boundary event leaves, with its activity or not."""
        act = self.state["acts"][trigger["act"]]
        scope = act["scope"]
        node = self.scope(scope).nodes[trigger["node"]]
        if node.kind == "catch":
            self.finish(trigger["act"], "")
            return
        self.happen("passed", scope, node.id)
        if node.interrupting:
            self.drop(trigger["act"])
        self.leave(scope, node)
