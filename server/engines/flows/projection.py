"""The tables of flows: versions, what runs with what waits in it, and what happened; all from the log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, Text, delete, func, insert, select, update

from server.core.db import put, records, workspace
from server.core.kinds import Entry
from server.engines.flows import kinds, living, stepping, stored, values
from server.engines.flows.model import Event, FlowError, Flows, Happening, State, Step, Variable
from server.engines.flows.publishing import link

version = Table(
    "flow_version",
    records,
    Column("flow", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
    Index("flow_version_sha256", "sha256"),
)
instance = Table(
    "flow_instance",
    records,
    Column("instance", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("pins", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", Text),
    Column("result", Text),
    # Why it does not go on although its time has come or its message: a code.
    Column("stuck", Text),
    Index("flow_instance_flow", "flow", "ended_at"),
    Index("flow_instance_subject", "subject", "flow"),
)
task = Table(
    "flow_task",
    records,
    Column("instance", Text, primary_key=True),
    Column("task", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("person", Text),
    Column("claimed_by", Text),
    Column("escalate", Text),
    Column("opened_at", Text, nullable=False),
    Column("due_at", Text),
    Index("flow_task_person", "person"),
    Index("flow_task_due", "due_at"),
)
task_role = Table(
    "flow_task_role",
    records,
    Column("role", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("task", Text, primary_key=True),
)
timer = Table(
    "flow_timer",
    records,
    Column("instance", Text, primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due", Text, nullable=False),
    Index("flow_timer_due", "due"),
)
wait = Table(
    "flow_wait",
    records,
    Column("instance", Text, primary_key=True),
    Column("wait", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index("flow_wait_name", "name", "key"),
)
happened = Table(
    "flow_happened",
    records,
    Column("instance", Text, primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("node", Text),
    # The flow that the element is of: the instance's, or one that it calls.
    Column("flow", Text),
    Column("task", Text),
    Column("by", Text),
    Column("at", Text, nullable=False),
    Column("outcome", Text),
    Column("comment", Text),
    # Of what a room notes: the same in English.
    Column("comment_en", Text),
)
# What people signed, with what it meant.
signature = Table(
    "flow_signature",
    records,
    Column("instance", Text, primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("outcome", Text),
    Column("comment", Text),
)
# Files of comments; their bytes lie beside the log.
attachment = Table(
    "flow_attachment",
    records,
    Column("instance", Text, primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("type", Text, nullable=False),
)
# Flows that the plant's own rooms start by themselves, and wait for.
enabled = Table("flow_enabled", records, Column("flow", Text, primary_key=True))
# What a designer has saved; no record.
draft = Table(
    "flow_draft",
    workspace,
    Column("flow", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("xml", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)
# What was sent and has reached nobody yet: for the first who comes to wait for it.
message = Table(
    "flow_message",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Index("flow_message_name", "name", "key"),
)
# Messages of one name and key that are kept, the newest; and what time and messages may do while nobody does anything.
MOST_KEPT, MOST_ALONE = 100, 200


def deliver(connection: Connection, entry: Entry) -> None:
    _submit(connection, entry, "approved")


def submit(connection: Connection, entry: Entry) -> None:
    _submit(connection, entry, "submitted")


def _submit(connection: Connection, entry: Entry, state: str) -> None:
    given = entry.payload
    row = {name: given[name] for name in ("flow", "version", "sha256", "definition")}
    row |= {"title_zh": given["title"]["zh"], "title_en": given["title"]["en"], "state": state}
    row |= {"submitted_by": entry.actor, "submitted_at": entry.header.captured_at, "reason": given.get("reason")}
    connection.execute(insert(version).values(row))


def decide(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (version.c.flow == given["flow"]) & (version.c.version == given["version"])
    state = "approved" if entry.kind in (kinds.APPROVED_V1, kinds.APPROVED) else "rejected"
    decided = {"decided_by": entry.actor, "decided_at": entry.header.captured_at, "decided_reason": given["reason"]}
    connection.execute(update(version).where(here).values(state=state, **decided))


def start(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {name: given[name] for name in ("instance", "flow", "version", "subject")}
    row |= {"started_by": entry.actor, "started_at": entry.header.captured_at, "pins": pins_text(given["pins"])}
    connection.execute(insert(instance).values({**row, "state": ""}))
    advance(connection, entry)


def advance(connection: Connection, entry: Entry) -> None:
    """Take the step that the entry says. What time or a message brings may find nothing there any more."""
    number = entry.payload["instance"]
    step = taken(connection, entry)
    if entry.kind == kinds.MESSAGE and not (isinstance(step, FlowError) and step.code in _GONE):
        _take(connection, entry.payload)
    if isinstance(step, FlowError):
        _stop(connection, entry, step.code)
        return
    keep(connection, number, flows_of(connection, number), step, entry)


def sign(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (task.c.instance == given["instance"]) & (task.c.task == given["task"])
    node = connection.execute(select(task.c.node).where(here)).scalar_one()
    row = {"instance": given["instance"], "idx": entry.index, "entry": entry.id, "node": node, "by": entry.actor}
    row |= {"at": given["signed_at"], "meaning": given["meaning"]["code"]}
    connection.execute(insert(signature).values(row | {"outcome": given["outcome"], "comment": given["comment"]}))
    advance(connection, entry)


def enable(connection: Connection, entry: Entry) -> None:
    connection.execute(insert(enabled).values(flow=entry.payload["flow"]))


def disable(connection: Connection, entry: Entry) -> None:
    connection.execute(delete(enabled).where(enabled.c.flow == entry.payload["flow"]))


def taken(connection: Connection, entry: Entry) -> Step | FlowError:
    """What follows from an entry for its instance, as its rule and its projection both see it."""
    given = entry.payload
    row = connection.execute(select(instance).where(instance.c.instance == given["instance"])).one()
    flows, state = flows_of(connection, given["instance"]), stepping.load(row.state) if row.state else None
    if entry.kind in (kinds.FIRED, kinds.MESSAGE) and _alone(connection, given["instance"]) >= MOST_ALONE:
        return FlowError("flow_runs_on", most=MOST_ALONE)
    try:
        return stepping.step(flows, state, event_of(flows, state, entry))
    except FlowError as error:
        return error


def _alone(connection: Connection, number: str) -> int:
    """How often time or a message has moved an instance since somebody did something in it."""
    here = happened.c.instance == number
    last = connection.execute(select(func.max(happened.c.idx)).where(here, happened.c.by.is_not(None))).scalar()
    moved = happened.c.what.in_(("timer", "message")) & (happened.c.idx > (-1 if last is None else last))
    return connection.execute(select(func.count()).select_from(happened).where(here, moved)).scalar_one()


def event_of(flows: Flows, state: State | None, entry: Entry) -> Event:
    """The event of the pure engine that an entry of a kind is."""
    given, at = entry.payload, entry.header.captured_at
    if entry.kind == kinds.STARTED:
        plain = values.plain(flows.definitions[flows.root].variables, given["values"])
        return {"type": "started", "at": at, "subject": given["subject"], "starter": entry.actor, "values": plain}
    if entry.kind in (kinds.COMPLETED, kinds.TASK_SIGNED_V1, kinds.TASK_SIGNED):
        plain = values.plain(_variables(flows, state, given["task"]), given["values"])
        return {"type": "completed", "at": at, "task": given["task"], "outcome": given["outcome"], "values": plain}
    if entry.kind == kinds.FIRED:
        return {"type": "fired", "at": at, "timer": given["timer"]}
    if entry.kind == kinds.MESSAGE:
        return {"type": "received", "at": at, "wait": given["wait"]}
    return {"type": "cancelled", "at": at}


def _variables(flows: Flows, state: State | None, number: str) -> Mapping[str, Variable]:
    """Those of the definition in which a task stands, which may be a called one."""
    act = (state or {}).get("acts", {}).get(number)
    path = flows.root if act is None or state is None else state["scopes"][act["scope"]]["of"]
    return flows.definition(path).variables


def keep(connection: Connection, number: str, flows: Flows, step: Step, entry: Entry) -> None:
    """Write what a step leaves: the state, what waits in it, and what happened."""
    state, at = step.state, entry.header.captured_at
    ended = state["ended"]
    row: dict[str, Any] = {"state": stepping.dump(state).decode(), "stuck": None}
    if ended is not None:
        row |= {"ended_at": at, "result": ended["result"]}
    connection.execute(update(instance).where(instance.c.instance == number).values(row))
    _sync_tasks(connection, number, flows, state, at)
    _replace(connection, number, flows, state)
    _tell(connection, number, entry, step.happened)
    for place, one in enumerate(step.happened):
        if one.what == "sent":
            sent = {"name": one.details["name"], "key": one.details["key"]}
            _post(connection, {"idx": entry.index, "place": place, "sender": number, **sent})


def _post(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a message until somebody takes it; of many for which nobody comes, the newest."""
    connection.execute(insert(message).values(row))
    for old in _kept(connection, row["name"], row["key"])[:-MOST_KEPT]:
        connection.execute(delete(message).where(message.c.idx == old.idx, message.c.place == old.place))


def _take(connection: Connection, given: Mapping[str, Any]) -> None:
    """A message has reached one that waited for it: the oldest of its sender."""
    for one in _kept(connection, given["name"], given["key"] or ""):
        if one.sender == given["sender"]:
            connection.execute(delete(message).where(message.c.idx == one.idx, message.c.place == one.place))
            return


def _kept(connection: Connection, name: str, key: str) -> list[Row[Any]]:
    query = select(message).where(message.c.name == name, message.c.key == key)
    return [*connection.execute(query.order_by(message.c.idx, message.c.place))]


def _sync_tasks(connection: Connection, number: str, flows: Flows, state: Mapping[str, Any], at: str) -> None:
    """Tasks that are open now; one that was open keeps since when, and who has it."""
    open_now = {} if state["ended"] is not None else {one.id: one for one in living.tasks(flows, dict(state))}
    known = set(connection.execute(select(task.c.task).where(task.c.instance == number)).scalars())
    for gone in known - open_now.keys():
        connection.execute(delete(task).where(task.c.instance == number, task.c.task == gone))
        connection.execute(delete(task_role).where(task_role.c.instance == number, task_role.c.task == gone))
    for fresh in [one for one in open_now.values() if one.id not in known]:
        node = fresh.node
        row: dict[str, Any] = {"instance": number, "task": fresh.id, "node": node.id}
        row |= {"name_zh": node.name.zh, "name_en": node.name.en}
        row |= {"person": fresh.person, "escalate": node.escalate, "opened_at": at, "due_at": fresh.due(at)}
        connection.execute(insert(task).values(row))
        for role in node.roles if fresh.person is None else ():
            connection.execute(insert(task_role).values(role=role, instance=number, task=fresh.id))


def _replace(connection: Connection, number: str, flows: Flows, state: Mapping[str, Any]) -> None:
    connection.execute(delete(timer).where(timer.c.instance == number))
    connection.execute(delete(wait).where(wait.c.instance == number))
    if state["ended"] is not None:
        return
    for one in living.timers(flows, dict(state)):
        connection.execute(insert(timer).values(instance=number, timer=one.id, due=one.due))
    for other in living.waits(flows, dict(state)):
        connection.execute(insert(wait).values(instance=number, wait=other.id, name=other.name, key=other.key))


# Of what a step did, what a person asks after; that a task opened is seen by its name in the list.
_TOLD = {"passed": "passed", "closed": "completed", "withdrawn": "withdrawn", "ended": "ended", "opened": "waiting"}


def _tell(connection: Connection, number: str, entry: Entry, steps: tuple[Happening, ...]) -> None:
    given = entry.payload
    first = {kinds.STARTED: "started", kinds.FIRED: "timer", kinds.MESSAGE: "message", kinds.CANCELLED: "cancelled"}
    said: list[dict[str, Any]] = []
    if entry.kind in first:
        said.append({"what": first[entry.kind], "comment": given.get("reason")})
    for one in steps:
        what = _TOLD.get(one.what)
        if what is None:
            continue
        own = one.what == "closed" and one.id == given.get("task")
        told = {"what": what, "node": one.node, "flow": one.path.partition("/")[0], "task": one.id}
        said.append(told | {"outcome": one.details.get("outcome"), "comment": given.get("comment") if own else None})
    by = None if entry.actor == "server" else entry.actor
    for place, row in enumerate(said):
        row |= {"instance": number, "idx": entry.index, "place": place, "by": by, "at": entry.header.captured_at}
        connection.execute(insert(happened).values(row))


def note(connection: Connection, entry: Entry, what: str, comment: str | None) -> None:
    """Something that moves nothing: taken up, handed on, said."""
    given = entry.payload
    here = (task.c.instance == given["instance"]) & (task.c.task == given["task"])
    node = connection.execute(select(task.c.node).where(here)).scalar()
    row = {"instance": given["instance"], "idx": entry.index, "place": 0, "what": what, "node": node}
    row |= {"task": given["task"], "by": entry.actor, "at": entry.header.captured_at, "comment": comment}
    connection.execute(insert(happened).values(row))


def claim(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (task.c.instance == given["instance"]) & (task.c.task == given["task"])
    back = given["given_back"]
    connection.execute(update(task).where(here).values(claimed_by=None if back else entry.actor))
    note(connection, entry, "given_back" if back else "claimed", None)


def delegate(connection: Connection, entry: Entry) -> None:
    """From now on it is one person's, whoever else has its role."""
    given = entry.payload
    here = (task.c.instance == given["instance"]) & (task.c.task == given["task"])
    connection.execute(update(task).where(here).values(person=given["to"], claimed_by=None))
    roles = (task_role.c.instance == given["instance"]) & (task_role.c.task == given["task"])
    connection.execute(delete(task_role).where(roles))
    note(connection, entry, "delegated", given["reason"])


def reassign(connection: Connection, entry: Entry) -> None:
    """One person's from now on, or again everybody's who has one of its roles."""
    given = entry.payload
    number, name = given["instance"], given["task"]
    here = (task.c.instance == number) & (task.c.task == name)
    connection.execute(update(task).where(here).values(person=given["to"], claimed_by=None))
    connection.execute(delete(task_role).where(task_role.c.instance == number, task_role.c.task == name))
    if given["to"] is None:
        state = connection.execute(select(instance.c.state).where(instance.c.instance == number)).scalar_one()
        found = next(one for one in living.tasks(flows_of(connection, number), stepping.load(state)) if one.id == name)
        for role in found.node.roles:
            connection.execute(insert(task_role).values(role=role, instance=number, task=name))
    note(connection, entry, "reassigned" if given["to"] else "freed", given["reason"])


def comment(connection: Connection, entry: Entry) -> None:
    note(connection, entry, "commented", entry.payload["text"])


def comment_v2(connection: Connection, entry: Entry) -> None:
    comment(connection, entry)
    for one in entry.payload["attachments"]:
        connection.execute(insert(attachment).values(instance=entry.payload["instance"], idx=entry.index, **one))


def noted(connection: Connection, entry: Entry) -> None:
    """What a room of this product adds to what people see before they sign."""
    given = entry.payload
    row = {"instance": given["instance"], "idx": entry.index, "place": 0, "what": "noted"}
    row |= {"at": entry.header.captured_at, "comment": given["text"]["zh"], "comment_en": given["text"]["en"]}
    connection.execute(insert(happened).values(row))


def move(connection: Connection, entry: Entry) -> None:
    """The same state by another definition; names, roles and due times of tasks are those of the new one."""
    given = entry.payload
    number = given["instance"]
    row = {"version": given["version"], "pins": pins_text(given["pins"]), "stuck": None}
    connection.execute(update(instance).where(instance.c.instance == number).values(row))
    state = connection.execute(select(instance.c.state).where(instance.c.instance == number)).scalar_one()
    flows, loaded = flows_of(connection, number), stepping.load(state)
    for one in living.tasks(flows, loaded):
        _rename(connection, number, one)
    # What it could not go on from is tried once more.
    _replace(connection, number, flows, loaded)
    told = {"instance": number, "idx": entry.index, "place": 0, "what": "moved", "by": entry.actor}
    connection.execute(insert(happened).values({**told, "at": entry.header.captured_at, "comment": given["reason"]}))


def _rename(connection: Connection, number: str, one: living.Task) -> None:
    """An open task as another version has it: who has it, and since when, stays."""
    here = (task.c.instance == number) & (task.c.task == one.id)
    before = connection.execute(select(task.c.person, task.c.opened_at).where(here)).one()
    row: dict[str, Any] = {"name_zh": one.node.name.zh, "name_en": one.node.name.en, "escalate": one.node.escalate}
    connection.execute(update(task).where(here).values(row | {"due_at": one.due(before.opened_at)}))
    connection.execute(delete(task_role).where(task_role.c.instance == number, task_role.c.task == one.id))
    for role in one.node.roles if before.person is None else ():
        connection.execute(insert(task_role).values(role=role, instance=number, task=one.id))


# Nothing was there any more for what time or a message brought.
_GONE = ("flow_timer_not_due", "flow_not_waiting", "flow_ended")


def _stop(connection: Connection, entry: Entry, code: str) -> None:
    """What time or a message brought found no way on: it is not tried again, and somebody is told."""
    number = entry.payload["instance"]
    told = {"instance": number, "idx": entry.index, "place": 0, "what": "missed", "at": entry.header.captured_at}
    connection.execute(insert(happened).values(told))
    row = connection.execute(select(instance.c.ended_at).where(instance.c.instance == number)).one()
    if code not in _GONE and row.ended_at is None:
        connection.execute(update(instance).where(instance.c.instance == number).values(stuck=code))
    if entry.kind == kinds.FIRED:
        # One whose time has not come yet stays, and comes.
        here = (timer.c.instance == number) & (timer.c.timer == entry.payload["timer"])
        connection.execute(delete(timer).where(here, timer.c.due <= entry.header.captured_at))


def halt(connection: Connection, entry: Entry) -> None:
    """What is due and what it waits for is not tried again before somebody completes a task of it, or moves it."""
    given, at = entry.payload, entry.header.captured_at
    here = (instance.c.instance == given["instance"]) & instance.c.ended_at.is_(None)
    connection.execute(update(instance).where(here).values(stuck=given["code"]))
    connection.execute(delete(timer).where(timer.c.instance == given["instance"], timer.c.due <= at))
    connection.execute(delete(wait).where(wait.c.instance == given["instance"]))
    told = {"instance": given["instance"], "idx": entry.index, "place": 0, "what": "halted", "comment": given["code"]}
    connection.execute(insert(happened).values(told | {"at": at}))


def pins_text(pins: list[Mapping[str, str]]) -> str:
    return " ".join(f"{one['flow']}={one['sha256']}" for one in sorted(pins, key=lambda one: one["flow"]))


def flows_of(connection: Connection, number: str) -> Flows:
    """The definitions that an instance runs by, by the bytes that it was started with or moved to."""
    row = connection.execute(select(instance.c.flow, instance.c.pins).where(instance.c.instance == number)).one()
    pins = dict(one.split("=", 1) for one in row.pins.split(" "))
    return linked(connection, row.flow, pins)


def linked(connection: Connection, flow: str, pins: Mapping[str, str]) -> Flows:
    """A flow with all that it calls, each by the hash of its bytes. KeyError for bytes that are not here."""
    query = select(version.c.sha256, version.c.definition).where(version.c.sha256.in_(pins.values()))
    texts = {row.sha256: row.definition for row in connection.execute(query)}
    found = {code: stored.unpacked(texts[sha256]) for code, sha256 in pins.items()}
    return link(found[flow], found)


def drop_draft(connection: Connection, flow: str, revision: int) -> None:
    """After it became a version; what somebody has saved meanwhile stays."""
    connection.execute(delete(draft).where(draft.c.flow == flow, draft.c.revision == revision))


def save_draft(connection: Connection, flow: str, row: Mapping[str, Any]) -> None:
    put(connection, draft, {"flow": flow, **row})
