"""A walk through a definition that is not published: the same steps, and nothing kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.engines.flows import stepping
from server.engines.flows.model import FlowError, Flows, State, Step

# More than anybody clicks through.
MAX_EVENTS = 500


def walk(
    flows: Flows, at: str, starter: str, variables: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> State:
    """The state after these events, each {complete: task, outcome, values} · {fire: timer} · {receive: wait}."""
    return steps(flows, at, starter, variables, events)[-1].state


def steps(
    flows: Flows, at: str, starter: str, variables: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> list[Step]:
    """Every step of a walk, the start first. FlowError as for a real instance; messages arrive where they are waited
    for in the walk itself."""
    if len(events) > MAX_EVENTS:
        raise FlowError("flow_too_big", most=MAX_EVENTS)
    begin = {"type": "started", "at": at, "subject": "-", "starter": starter, "values": variables}
    done = [stepping.step(flows, None, begin)]
    for event in events:
        state, now = done[-1].state, at
        if "fire" in event:
            timer = state["timers"].get(str(event["fire"]))
            if timer is None:
                raise FlowError("flow_timer_not_due", timer=event["fire"])
            now = at = max(at, timer["due"])
            taken: dict[str, Any] = {"type": "fired", "timer": event["fire"]}
        elif "receive" in event:
            taken = {"type": "received", "wait": event["receive"]}
        else:
            taken = {
                "type": "completed",
                "task": event.get("complete"),
                "outcome": event.get("outcome"),
                "values": event.get("values") or {},
            }
        done.append(stepping.step(flows, state, {**taken, "at": now}))
    return done


def visited(done: Sequence[Step]) -> dict[str, int]:
    """How often each element was passed or entered, by its identifier."""
    times: dict[str, int] = {}
    for one in (happening for each in done for happening in each.happened):
        if one.what in ("passed", "opened") and one.node:
            times[one.node] = times.get(one.node, 0) + 1
    return times
