"""A walk through a drawing for its designer: what waits, where it has been, what the variables hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.engines.flows import living, walking
from server.engines.flows.model import Flows, Node, Variable

# What whoever starts the flow might give, by type: only ways through the drawing are looked at.
_EXAMPLES: Mapping[str, Any] = {
    **{"text": "-", "decimal": "1", "yes_no": True, "date": "2026-01-31", "time": "2026-01-31T08:00:00.000Z"},
    **{"person": "-", "list(text)": ["-"], "list(person)": ["-"]},
}


def tried(flows: Flows, at: str, person: str, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where the drawing stands after these events. FlowError as for a real instance."""
    variables = flows.definitions[flows.root].variables
    given = {name: _EXAMPLES[one.type] for name, one in variables.items() if one.start}
    done = walking.steps(flows, at, person, given, events)
    state = done[-1].state
    ended = state["ended"]
    tasks = [] if ended is not None else living.tasks(flows, state)
    timers = [] if ended is not None else living.timers(flows, state)
    return {
        "tasks": [_task(one, flows.definition(one.path).variables) for one in tasks],
        "timers": [{"id": one.id, "node": one.node.id} for one in timers],
        "visited": walking.visited(done),
        "ended": None if ended is None else ended["result"] or "",
        "variables": living.variables(state),
    }


def _task(one: living.Task, declared: Mapping[str, Variable]) -> dict[str, Any]:
    node: Node = one.node
    asked = [declared[each.variable] for each in node.sets]
    required = {each.variable for each in node.sets if each.required}
    return {
        "id": one.id,
        "node": node.id,
        "name": {"zh": node.name.zh, "en": node.name.en},
        "roles": [*node.roles],
        "outcomes": [{"code": each.code, "zh": each.title.zh, "en": each.title.en} for each in node.outcomes],
        "sets": [
            {"name": each.name, "type": each.type, "zh": each.title.zh, "en": each.title.en}
            | {"required": each.name in required}
            for each in asked
        ],
    }
