"""Who may do the open tasks of an instance, and why others may not; what decides that is read once for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from server.core.kinds import Ruling
from server.engines.flows import kinds, living, projection, queries, stepping
from server.engines.flows.model import STARTER, Definition, Flows
from server.identity import queries as identity
from server.identity.model import Person


@dataclass(frozen=True, slots=True)
class Open:
    """The open tasks of an instance. `handed`: those that were handed on to whoever has them; `done`: who has done
    which elements, each with the flow that it is of, None where that was not told yet."""

    row: Row[Any]
    flows: Flows
    tasks: Mapping[str, living.Task]
    rows: Mapping[str, Row[Any]]
    handed: frozenset[str]
    done: Mapping[str, frozenset[tuple[str | None, str]]]


def opened(connection: Connection, number: str) -> Open | None:
    """None where there is no such instance."""
    row = queries.find_instance(connection, number)
    if row is None:
        return None
    flows = projection.flows_of(connection, number)
    tasks = {} if row.ended_at is not None else {one.id: one for one in living.tasks(flows, stepping.load(row.state))}
    rows = {one.task: one for one in queries.tasks_of(connection, number)}
    return Open(row, flows, tasks, rows, queries.handed(connection, number), queries.done_in(connection, number))


def why_not(connection: Connection, number: str, name: str, person: str) -> Ruling | None:
    """Why this person may not do this task; None where they may."""
    here, found = opened(connection, number), identity.find_person(connection, person)
    if here is None:
        return Ruling(refusal="flow_task_not_open", details={"task": name})
    return refused(here, name, person, found)


def refused(here: Open, name: str, person: str, found: Person | None) -> Ruling | None:
    """The same of what has been read; `found` is None where nobody is this person."""
    row = here.rows.get(name)
    if row is None:
        return Ruling(refusal="flow_task_not_open", details={"task": name})
    if row.person is not None and row.person != person:
        return Ruling(refusal="flow_task_of_other", details={"person": row.person})
    if row.claimed_by is not None and row.claimed_by != person:
        return Ruling(refusal="flow_task_claimed", details={"person": row.claimed_by})
    node = here.tasks[name].node
    # Who was handed it must still be one who may do it.
    if (row.person is None or name in here.handed) and not may_do(node.roles, found):
        return Ruling(refusal="flow_role_needed", details={"roles": list(node.roles)})
    if kept_apart(here, name, person):
        return Ruling(refusal="flow_not_by_same", details={"task": name})
    return None


def may_do(roles: tuple[str, ...], found: Person | None) -> bool:
    """Whether a person holds one of the roles that a task is for; a task that names none is for all who work."""
    if found is None:
        return False
    return bool(set(roles) & set(found.roles)) if roles else kinds.WORKS in found.permissions


def kept_apart(here: Open, name: str, person: str) -> bool:
    """Whether this person has done what must not be done by who does this task, whichever of both came first.

    Elements are those of the task's own flow: a called one may have others of the same name.
    """
    task = here.tasks[name]
    definition = here.flows.definition(task.path)
    if STARTER in task.node.not_by and here.row.started_by == person:
        return True
    done = {node for flow, node in here.done.get(person, ()) if flow in (None, definition.code)}
    return bool(done & set(task.node.not_by)) or any(task.node.id in _apart_from(definition, one) for one in done)


def _apart_from(definition: Definition, name: str) -> tuple[str, ...]:
    found = next((scope.nodes[name] for scope in definition.scopes.values() if name in scope.nodes), None)
    return () if found is None else found.not_by


def candidates(connection: Connection, number: str, name: str, without: str | None) -> list[str]:
    """Who may do a task, all but `without`."""
    here = opened(connection, number)
    if here is None or name not in here.tasks:
        return []
    node, taken = here.tasks[name].node, _others_asked(connection, here, name)
    able = [one for one in identity.people_with(connection, kinds.WORKS) if may_do(node.roles, one)]
    return [one.id for one in able if one.id not in taken | {without} and not kept_apart(here, name, one.id)]


def heirs(connection: Connection, number: str, name: str, manager: str) -> list[str]:
    """To whom a manager may give a task: not to whoever has it, and not to themselves."""
    row = queries.find_task(connection, number, name)
    holder = None if row is None else row.claimed_by or row.person
    return [one for one in candidates(connection, number, name, holder) if one != manager]


def _others_asked(connection: Connection, here: Open, name: str) -> set[str]:
    """Who is asked, or was, beside this task of a repeat over people: nobody has the word of two of them."""
    acts, node = stepping.load(here.row.state)["acts"], here.tasks[name].node
    repeat = acts[name].get("of")
    if repeat is None or node.repeat is None or node.person != node.repeat.element:
        return set()
    asked = {one.person for one in here.rows.values() if acts[one.task].get("of") == repeat}
    return asked | {*acts[repeat]["left"]} | queries.completers(connection, here.row.instance, node.id, int(repeat))
