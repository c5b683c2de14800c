"""What the screens of flows show, put together from the tables."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from server.core import clock
from server.core.errors import PestleError
from server.engines.flows import asking, filling, kinds, living, packing, projection, queries, stepping
from server.engines.flows.model import Definition, Flows, Names, Node
from server.identity import queries as identity
from server.identity.model import Person

Page = dict[str, Any]
_SERVER = {"id": "server", "name": "Pestle", "name_en": "Pestle", "roles": []}


def pair(names: Names) -> Page:
    return {"zh": names.zh, "en": names.en}


def listing(connection: Connection) -> Page:
    """All flows with the version in force, how many run, and who is drawing."""
    force, drafts, running = queries.all_in_force(connection), queries.drafts(connection), queries.running(connection)
    people = identity.people(connection, {row.saved_by for row in drafts.values()})
    stuck = Counter(row.flow for row in queries.stuck(connection))
    items = []
    for code in sorted({*force, *drafts}):
        row = drafts.get(code)
        drawn = None if row is None else {"by": people[row.saved_by], "at": row.saved_at}
        now = force.get(code)
        title = _drawn_title(row, code) if now is None else pair(now.definition.name)
        line = {"flow": code, "title": title, "version": None if now is None else now.version}
        items.append(line | {"open": running.get(code, 0), "stuck": stuck[code], "draft": drawn})
    return {"items": items, "total": len(items)}


def _drawn_title(row: Row[Any] | None, code: str) -> Page:
    return {"zh": code, "en": code} if row is None else {"zh": row.title_zh, "en": row.title_en}


def one_flow(connection: Connection, code: str) -> Page:
    """`enabled`: whether rooms start it by themselves; null where they know nothing of it. PestleError
    `flow_unknown`."""
    rows, draft, now = (
        queries.versions(connection, code),
        queries.draft_of(connection, code),
        queries.in_force(connection, code),
    )
    if not rows and draft is None and now is None:
        raise PestleError("flow_unknown", {"flow": code})
    people = identity.people(connection, _people(rows) | ({draft.saved_by} if draft is not None else set()))
    versions = [_version(row, now, people) for row in rows]
    if now is not None and now.delivered:
        versions.insert(0, _as_delivered(now))
    drawn = None
    if draft is not None:
        drawn = {"revision": draft.revision, "xml": draft.xml, "by": people[draft.saved_by], "at": draft.saved_at}
    title = _drawn_title(draft, code) if now is None else pair(now.definition.name)
    switched = queries.is_enabled(connection, code) if code in kinds.OFFERED else None
    return {"flow": code, "title": title, "versions": versions, "draft": drawn, "enabled": switched}


def one_version(connection: Connection, code: str, number: int) -> Page:
    """A version with its drawing. PestleError `flow_unknown`."""
    now, row = queries.in_force(connection, code), queries.find_version(connection, code, number)
    if row is None:
        if now is None or not now.delivered or number != now.version:
            raise PestleError("flow_unknown", {"flow": code, "version": number})
        return _as_delivered(now) | {"xml": now.data.decode()}
    data = packing.unpack(row.definition)
    assert data is not None
    return _version(row, now, identity.people(connection, _people([row]))) | {"xml": data.decode()}


def _people(rows: Iterable[Row[Any]]) -> set[str]:
    return {one for row in rows for one in (row.submitted_by, row.decided_by) if one not in (None, "server")}


def _version(row: Row[Any], now: queries.InForce | None, people: Mapping[str, Any]) -> Page:
    state = row.state
    if state == "approved":
        state = "effective" if now is not None and now.version == row.version else "superseded"
    decided = None
    if row.decided_by is not None:
        decided = {"by": people[row.decided_by], "at": row.decided_at, "reason": row.decided_reason}
    by = people.get(row.submitted_by, _SERVER)
    said = {"version": row.version, "sha256": row.sha256, "state": state, "by": by, "at": row.submitted_at}
    return said | {"comment": row.reason, "decided": decided}


def _as_delivered(now: queries.InForce) -> Page:
    said = {"version": now.version, "sha256": packing.sha256(now.data), "state": "effective", "by": _SERVER}
    return said | {"at": None, "comment": None, "decided": None}


def work(connection: Connection, person: Person, q: str | None, limit: int) -> Page:
    """What waits for a person and for their roles."""
    manages = kinds.MANAGES in person.permissions
    rows, total = queries.work(connection, person.id, person.roles, q, limit, manages=manages)
    names = {code: pair(one.definition.name) for code, one in queries.all_in_force(connection).items()}
    people = identity.people(connection, {row.claimed_by for row in rows})
    now = clock.now_text()
    items = []
    for row in rows:
        line = {"instance": row.instance, "task": row.task, "flow": row.flow, "subject": row.subject}
        line |= {"title": names.get(row.flow, {"zh": row.flow, "en": row.flow})}
        line |= {"name": {"zh": row.name_zh, "en": row.name_en}, "due_at": row.due_at, "since": row.opened_at}
        line |= {"overdue": row.due_at is not None and row.due_at < now, "claimed_by": people.get(row.claimed_by)}
        line |= {"stranded": bool(row.stranded)}
        items.append(line)
    return {"items": items, "total": total}


def about(connection: Connection, subject: str) -> Page:
    """The flows about something, the newest first, with what waits in each and for whom."""
    rows = queries.about(connection, subject)
    titles = {code: pair(one.definition.name) for code, one in queries.all_in_force(connection).items()}
    waiting = {row.instance: queries.tasks_of(connection, row.instance) for row in rows if row.ended_at is None}
    whose = {one.claimed_by or one.person for tasks in waiting.values() for one in tasks}
    people = identity.people(connection, ({row.started_by for row in rows} | whose) - {None, "server"})
    items = []
    for row in rows:
        line = {"instance": row.instance, "flow": row.flow, "title": titles.get(row.flow), "stuck": row.stuck}
        line |= {"started": {"by": people.get(row.started_by, _SERVER), "at": row.started_at}}
        line |= {"ended": None if row.ended_at is None else {"result": row.result, "at": row.ended_at}}
        items.append(line | {"waiting": [_waits(connection, one, people) for one in waiting.get(row.instance, [])]})
    return {"items": items, "total": len(items)}


def _waits(connection: Connection, row: Row[Any], people: Mapping[str, Any]) -> Page:
    said = {"name": {"zh": row.name_zh, "en": row.name_en}, "person": people.get(row.claimed_by or row.person)}
    return said | {"roles": queries.roles_of(connection, row.instance, row.task), "due_at": row.due_at}


def one_instance(connection: Connection, number: str, person: Person) -> Page:
    """One instance for whoever looks: its drawing, what waits, what happened. PestleError `flow_instance_unknown`."""
    row = queries.find_instance(connection, number)
    if row is None:
        raise PestleError("flow_instance_unknown", {"instance": number})
    flows, state = projection.flows_of(connection, number), stepping.load(row.state)
    root = flows.definitions[flows.root]
    here = asking.opened(connection, number)
    assert here is not None
    rows, history = [*here.rows.values()], queries.history(connection, number)
    ids = (
        {row.started_by} | {one.by for one in history} | {one.claimed_by for one in rows} | {one.person for one in rows}
    )
    people = identity.people(connection, ids - {None, "server"})
    now = queries.in_force(connection, row.flow)
    drawing = _drawing(connection, row.flow, row.version)
    said = {"instance": number, "flow": row.flow, "version": row.version, "sha256": root.sha256, "xml": drawing}
    said |= {"title": pair(root.name), "subject": row.subject, "stuck": row.stuck}
    said |= {"started": {"by": people.get(row.started_by, _SERVER), "at": row.started_at}}
    said |= {"ended": None if row.ended_at is None else {"result": row.result, "at": row.ended_at}}
    said |= {"variables": _variables(root, state), "live": _live(row, state)}
    files, nodes = queries.attachments(connection, number), _nodes(flows)
    said |= {"history": [_happened(nodes, one, people) | _files(files.get(one.idx, ())) for one in history]}
    said |= {"tasks": [_task(connection, here, name, people, person) for name in here.rows]}
    last = queries.last_of(connection, number)
    return said | {"newest": None if now is None or now.delivered else now.version, "seen": last}


def _drawing(connection: Connection, code: str, number: int) -> str:
    row = queries.find_version(connection, code, number)
    data = None if row is None else packing.unpack(row.definition)
    return "" if data is None else data.decode()


def _live(row: Row[Any], state: Mapping[str, Any]) -> list[str]:
    return [] if row.ended_at is not None else sorted({node for _, node in living.live(dict(state))})


def _variables(root: Definition, state: Mapping[str, Any]) -> list[Page]:
    held = living.variables(dict(state))
    declared = root.variables.values()
    return [{"name": one.name, **pair(one.title), "value": held.get(one.name)} for one in declared]


def _nodes(flows: Flows) -> dict[tuple[str | None, str], Node]:
    """Each element by its flow and its identifier, and by that alone: of some of what happened no flow was told."""
    found: dict[tuple[str | None, str], Node] = {}
    for code, definition in flows.definitions.items():
        for scope in definition.scopes.values():
            for name, node in scope.nodes.items():
                found[code, name] = node
                found.setdefault((None, name), node)
    return found


def _happened(nodes: Mapping[tuple[str | None, str], Node], row: Row[Any], people: Mapping[str, Any]) -> Page:
    node = nodes.get((row.flow, row.node)) or nodes.get((None, row.node))
    outcomes = {} if node is None else {one.code: pair(one.title) for one in node.outcomes}
    said = {"index": row.idx, "place": row.place, "node": row.node, "name": None if node is None else pair(node.name)}
    said |= {"event": row.what, "by": people.get(row.by), "at": row.at, "outcome": outcomes.get(row.outcome)}
    noted = None if row.comment_en is None else {"zh": row.comment, "en": row.comment_en}
    return said | {"comment": row.comment if noted is None else None, "noted": noted}


def _files(rows: Iterable[Row[Any]]) -> Page:
    return {"attachments": [{name: getattr(row, name) for name in ("sha256", "name", "size", "type")} for row in rows]}


def _task(connection: Connection, here: asking.Open, name: str, people: Mapping[str, Any], person: Person) -> Page:
    row, node = here.rows[name], here.tasks[name].node
    declared = here.flows.definition(here.tasks[name].path).variables
    asked = [
        {"name": each.variable, "type": declared[each.variable].type, **pair(declared[each.variable].title)}
        | {"required": each.required}
        for each in node.sets
    ]
    refused = None
    if kinds.WORKS in person.permissions:
        refused = asking.refused(here, name, person.id, person)
    mine = kinds.WORKS in person.permissions and refused is None
    said = {"id": row.task, "node": node.id, "name": pair(node.name), "roles": [*node.roles], "sets": asked}
    said |= {"person": people.get(row.person), "claimed_by": people.get(row.claimed_by), "form": node.form}
    said |= {"due_at": row.due_at, "overdue": row.due_at is not None and row.due_at < clock.now_text()}
    outcomes = [{"code": each.code, **pair(each.title), "meaning": each.meaning} for each in node.outcomes]
    said |= {"outcomes": outcomes, "meaning": node.meaning}
    said |= {"record": None if node.form is None else _record(connection, row, node)}
    why = None if refused is None or refused.refusal is None else PestleError(refused.refusal).body()["what"]
    return said | {"mine": mine, "why": why}


def _record(connection: Connection, row: Row[Any], node: Node) -> Page | None:
    """The form that is filled in for a task, and what the task takes from it once it is complete."""
    found = filling.record_of(connection, row.instance, row.task, str(node.form))
    if found is None:
        return None
    complete = found.completed_at is not None
    return {"record": found.record, "complete": complete, "values": filling.given(connection, found, node)}
