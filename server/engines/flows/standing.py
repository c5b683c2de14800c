"""Where the flow stands that carries something of another room, and what has been said in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from server.core import clock
from server.engines.flows import living, stepping
from server.engines.flows.model import Names
from server.engines.flows.projection import flows_of, happened, instance, signature, task, task_role
from server.engines.flows.queries import started
from server.identity import queries as identity
from sync.log import reading

_SERVER = {"id": "server", "name": "server", "name_en": None}


def last_about(connection: Connection, flow: str, subjects: Collection[str]) -> dict[str, Row[Any]]:
    """Of each subject that has any, the newest instance of the flow."""
    return {row.subject: row for row in all_about(connection, flow, subjects)}


def all_about(connection: Connection, flow: str, subjects: Collection[str]) -> list[Row[Any]]:
    """Every instance of the flow about any of these, the first first."""
    query = select(instance).where(instance.c.flow == flow, instance.c.subject.in_(list(subjects)))
    return [*connection.execute(query.order_by(started))]


def ended_place(connection: Connection, number: str) -> int:
    """The log index of the entry by which an instance has ended; whatever is said in it later ends nothing."""
    here = (happened.c.instance == number) & (happened.c.what == "ended")
    place: int = connection.execute(select(func.max(happened.c.idx)).where(here)).scalar_one()
    return place


def said_in(row: Row[Any]) -> Mapping[str, Any]:
    """The values of the variables of an instance, by name; of one that has ended, as they were then."""
    return living.variables(stepping.load(row.state))


def signed(connection: Connection, rows: Sequence[Row[Any]], size: int) -> list[dict[str, Any]]:
    """Every signature of these instances that stands in the log before `size`, in its order: {flow, what, outcome}
    each {zh, en} or null, and what the entry says of it."""
    found = []
    for row in rows:
        flows = flows_of(connection, row.instance)
        nodes = {
            node.id: node
            for definition in flows.definitions.values()
            for scope in definition.scopes.values()
            for node in scope.nodes.values()
        }
        query = select(signature).where(signature.c.instance == row.instance, signature.c.idx < size)
        for one in connection.execute(query.order_by(signature.c.idx)):
            entry, node = reading.one(connection, one.idx), nodes.get(one.node)
            if entry is None or entry.payload is None:
                continue
            outcomes = {} if node is None else {each.code: _pair(each.title) for each in node.outcomes}
            said = {"flow": _pair(flows.definitions[flows.root].name), "outcome": outcomes.get(one.outcome)}
            found.append(said | {"what": None if node is None else _pair(node.name), "said": entry.envelope.body})
    return found


def _pair(name: Names) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


def shown(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, dict[str, Any]]:
    """By instance, as the screens of other rooms show it: since when, how it ended, or what waits there for whom."""
    numbers = [row.instance for row in rows]
    tasks = [*connection.execute(select(task).where(task.c.instance.in_(numbers)).order_by(task.c.opened_at))]
    roles = [*connection.execute(select(task_role).where(task_role.c.instance.in_(numbers)))]
    ids = {one for row in tasks for one in (row.person, row.claimed_by)} | {row.started_by for row in rows}
    people = identity.people(connection, ids - {None, "server"})
    now = clock.now_text()
    return {
        row.instance: {
            "instance": row.instance,
            "started_by": people.get(row.started_by, _SERVER),
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "result": row.result,
            "waiting": [
                {
                    "name": {"zh": one.name_zh, "en": one.name_en},
                    "person": people.get(one.claimed_by or one.person),
                    "roles": sorted(
                        each.role for each in roles if (each.instance, each.task) == (one.instance, one.task)
                    ),
                    "overdue": one.due_at is not None and one.due_at < now,
                }
                for one in tasks
                if one.instance == row.instance
            ],
        }
        for row in rows
    }
