"""What a rule says of each decision and each observation in flows; pure but for what it reads."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import (
    approving,
    asking,
    filling,
    kinds,
    living,
    packing,
    projection,
    queries,
    stepping,
    values,
)
from server.engines.flows.model import Definition, Finding, FlowError, Node, Refused, Step, Variable
from server.engines.flows.publishing import Surroundings, check
from server.engines.flows.stored import parsed
from server.identity import signing
from server.identity.model import ROLES


def surroundings(connection: Connection) -> Surroundings:
    """What a definition may name here and now."""
    flows = {code: one.definition for code, one in queries.all_in_force(connection).items()}
    return Surroundings(frozenset(ROLES), filling.fields_of(connection), flows)


def decide_delivery(connection: Connection, entry: Entry) -> Ruling:
    """Only what comes with this product, and only where the plant has no version of its own; after what came with an
    earlier program it is the next."""
    given = entry.payload
    data = packing.unpack(given["definition"])
    own = queries.delivered().get(given["flow"])
    if own is None or data != own or packing.sha256(own) != given["sha256"]:
        return Ruling(refusal="flow_definition_wrong", details={"flow": given["flow"]})
    now = queries.in_force(connection, given["flow"])
    if now is None or not now.delivered or now.version != given["version"]:
        return Ruling(refusal="flow_version_wrong", details={"flow": given["flow"]})
    return Ruling()


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, of a definition against which nothing stands."""
    given = entry.payload
    before = queries.versions(connection, given["flow"])
    details = {"flow": given["flow"], "version": given["version"]}
    if before and before[0].state == "submitted":
        return Ruling(refusal="flow_version_waiting", details=details)
    last = before[0].version if before else 0
    if given["version"] != last + 1 or (not before and given["flow"] in queries.delivered()):
        return Ruling(refusal="flow_version_wrong", details=details)
    data = packing.unpack(given["definition"])
    if data is None or packing.sha256(data) != given["sha256"] or not _sound(connection, given, data):
        return Ruling(refusal="flow_definition_wrong", details=details)
    return signing.refusal(connection, entry, kinds.said_of_version(given)) or Ruling()


def _sound(connection: Connection, given: Mapping[str, Any], data: bytes) -> bool:
    try:
        definition = parsed(data)
    except Refused:
        return False
    same = definition.code == given["flow"] and given["title"] == {"zh": definition.name.zh, "en": definition.name.en}
    return same and not findings(connection, definition)


def findings(connection: Connection, definition: Definition) -> list[Finding]:
    """What stands against publishing a definition here and now; of what rooms wait for, also that it never comes."""
    return check(definition, surroundings(connection)) + approving.lacking(definition)


def decide_version(connection: Connection, entry: Entry) -> Ruling:
    """By somebody else than who prepared it, over exactly its bytes."""
    given = entry.payload
    row = queries.find_version(connection, given["flow"], given["version"])
    details = {"flow": given["flow"], "version": given["version"]}
    if row is None or row.state != "submitted" or row.sha256 != given["sha256"]:
        return Ruling(refusal="flow_version_wrong", details=details)
    if row.submitted_by == entry.actor:
        return Ruling(refusal="flow_version_own", details=details)
    if entry.kind == kinds.APPROVED:
        data = packing.unpack(row.definition)
        if data is None or findings(connection, parsed(data)):
            return Ruling(refusal="flow_definition_wrong", details=details)
    return Ruling()


def decide_no_more(connection: Connection, entry: Entry) -> Ruling:
    """There is a newer shape of it, which says more."""
    return Ruling(refusal="kind_superseded", details={"kind": entry.kind})


def decide_switch(connection: Connection, entry: Entry) -> Ruling:
    """Of the flows that rooms know, and not to what it is already."""
    flow = entry.payload["flow"]
    if flow not in kinds.OFFERED or queries.is_enabled(connection, flow) == (entry.kind == kinds.ENABLED):
        return Ruling(refusal="flow_switch_wrong", details={"flow": flow})
    return Ruling()


def decide_start(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    now = queries.in_force(connection, given["flow"])
    known = queries.find_instance(connection, given["instance"])
    details = {"flow": given["flow"], "version": given["version"]}
    if known is not None or now is None or now.delivered or now.version != given["version"]:
        return Ruling(refusal="flow_not_in_force", details=details)
    flows = queries.pinned(connection, given["flow"], given["version"])
    if flows is None or flows.pins != {one["flow"]: one["sha256"] for one in given["pins"]}:
        return Ruling(refusal="flow_not_in_force", details=details)
    plain = values.plain(flows.definitions[flows.root].variables, given["values"])
    twice = _twice(flows.definitions[flows.root].variables, plain)
    if twice is not None:
        return twice
    event = {"type": "started", "at": entry.header.captured_at, "subject": given["subject"], "starter": entry.actor}
    try:
        step = stepping.step(flows, None, {**event, "values": plain})
    except FlowError as error:
        return Ruling(refusal=error.code, details=error.details)
    return Ruling(consequences=_following(entry, step, given["flow"], given["version"], given["subject"]))


def decide_completion(connection: Connection, entry: Entry) -> Ruling:
    """By whom the task is for, signed where the flow wants a signature."""
    given = entry.payload
    refused = asking.why_not(connection, given["instance"], given["task"], entry.actor)
    if refused is not None:
        return refused
    found = _task(connection, given["instance"], given["task"])
    if found.node.form is not None:
        record = filling.record_of(connection, given["instance"], given["task"], found.node.form)
        if record is None or record.completed_at is None:
            return Ruling(refusal="flow_form_open", details={"form": found.node.form})
        if given["values"] != filling.given(connection, record, found.node):
            return Ruling(refusal="flow_form_differs", details={"record": record.record})
    variables = projection.flows_of(connection, given["instance"]).definition(found.path).variables
    twice = _twice(variables, values.plain(variables, given["values"]))
    if twice is not None:
        return twice
    wanted = found.node.meaning_of(given["outcome"])
    if (entry.kind == kinds.TASK_SIGNED) != (wanted is not None):
        return Ruling(refusal="flow_signature_needed", details={"task": given["task"]})
    if wanted is not None:
        if given["meaning"]["code"] != wanted:
            return Ruling(refusal="flow_signature_needed", details={"task": given["task"]})
        last = queries.last_of(connection, given["instance"])
        if given["seen"] != last:
            return Ruling(refusal="flow_changed_since", details={"seen": given["seen"], "last": last})
        unsigned = signing.refusal(connection, entry, kinds.said_of_task(given))
        if unsigned is not None:
            return unsigned
    return _stepped(connection, entry)


def _twice(variables: Mapping[str, Variable], given: Mapping[str, Any]) -> Ruling | None:
    """Nobody stands twice in a list of people: each has one word."""
    for name, value in given.items():
        listed = name in variables and variables[name].type == "list(person)" and isinstance(value, list)
        if listed and len({*value}) < len(value):
            return Ruling(refusal="flow_person_twice", details={"variable": name})
    return None


def _task(connection: Connection, number: str, name: str) -> living.Task:
    row = queries.find_instance(connection, number)
    assert row is not None
    flows = projection.flows_of(connection, number)
    return next(one for one in living.tasks(flows, stepping.load(row.state)) if one.id == name)


def node_of(connection: Connection, number: str, name: str) -> Node | None:
    """The element of a task that is open; None where it is not."""
    return None if queries.find_task(connection, number, name) is None else _task(connection, number, name).node


def judge_record(connection: Connection, entry: Entry) -> Ruling:
    """The record of a task is opened once, by whom the task waits for: no other can take its place."""
    number, _, name = (entry.payload["subject"] or "").partition("/")
    if queries.find_instance(connection, number) is None:
        return Ruling()
    node = node_of(connection, number, name)
    if node is None or node.form is None or node.form != entry.payload["form"]:
        return Ruling(refusal="flow_task_not_open", details={"task": name})
    if filling.record_of(connection, number, name, node.form) is not None:
        return Ruling(refusal="flow_record_known", details={"task": name})
    return asking.why_not(connection, number, name, entry.actor) or Ruling()


def _stepped(connection: Connection, entry: Entry) -> Ruling:
    """The step of a decision: refused as the engine refuses it, else what follows."""
    row = queries.find_instance(connection, entry.payload["instance"])
    if row is None:
        return Ruling(refusal="flow_unknown", details={"instance": entry.payload["instance"]})
    step = projection.taken(connection, entry)
    if isinstance(step, FlowError):
        return Ruling(refusal=step.code, details=step.details)
    return Ruling(consequences=_following(entry, step, row.flow, row.version, row.subject))


def judge_event(connection: Connection, entry: Entry) -> Ruling:
    """What time or a message brings: flagged where nothing waits for it any more, or where it finds no way on."""
    row = queries.find_instance(connection, entry.payload["instance"])
    assert row is not None
    step = projection.taken(connection, entry)
    if isinstance(step, FlowError):
        return Ruling(flags=(step.code,))
    return Ruling(consequences=_following(entry, step, row.flow, row.version, row.subject))


def _following(entry: Entry, step: Step, flow: str, version: int, subject: str) -> list[Fact]:
    """The end, for the rooms that wait for it. Messages follow by themselves, each in an entry of its own time."""
    own, ended = entry.payload["instance"], step.state["ended"]
    if ended is None:
        return []
    said = {"instance": own, "flow": flow, "version": version, "subject": subject, "result": ended["result"]}
    return [Fact(kinds.ENDED, kinds.instance_stream(own), said, subject=own)]


def decide_claim(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    return asking.why_not(connection, given["instance"], given["task"], entry.actor) or Ruling()


def decide_delegation(connection: Connection, entry: Entry) -> Ruling:
    """From whom it is for, to somebody who may do it as well: it gives nobody a right."""
    given = entry.payload
    refused = asking.why_not(connection, given["instance"], given["task"], entry.actor)
    if refused is not None:
        return refused
    if given["to"] not in asking.candidates(connection, given["instance"], given["task"], entry.actor):
        return Ruling(refusal="flow_delegate_wrong", details={"person": given["to"]})
    return Ruling()


def decide_reassignment(connection: Connection, entry: Entry) -> Ruling:
    """By who manages flows, who cannot take it for themselves: to somebody who may do it, or back to its roles."""
    given = entry.payload
    here = asking.opened(connection, given["instance"])
    row = None if here is None else here.rows.get(given["task"])
    if here is None or row is None:
        return Ruling(refusal="flow_task_not_open", details={"task": given["task"]})
    if given["to"] is None:
        fits = bool(here.tasks[given["task"]].node.roles) and (row.claimed_by or row.person) is not None
    else:
        fits = given["to"] in asking.heirs(connection, given["instance"], given["task"], entry.actor)
    return Ruling() if fits else Ruling(refusal="flow_delegate_wrong", details={"person": given["to"]})


def decide_comment(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    if queries.find_task(connection, given["instance"], given["task"]) is None:
        return Ruling(refusal="flow_task_not_open", details={"task": given["task"]})
    return Ruling()


def decide_move(connection: Connection, entry: Entry) -> Ruling:
    """Only where everything that is live now is in the other version too, and is the same kind of thing."""
    given = entry.payload
    row = queries.find_instance(connection, given["instance"])
    if row is None or row.ended_at is not None:
        return Ruling(refusal="flow_ended", details={"instance": given["instance"]})
    now = queries.in_force(connection, row.flow)
    flows = queries.pinned(connection, row.flow, given["version"])
    if now is None or now.version != given["version"] or given["version"] == row.version or flows is None:
        return Ruling(refusal="flow_not_in_force", details={"flow": row.flow, "version": given["version"]})
    if flows.pins != {one["flow"]: one["sha256"] for one in given["pins"]}:
        return Ruling(refusal="flow_not_in_force", details={"flow": row.flow, "version": given["version"]})
    problems = living.moving_problems(
        projection.flows_of(connection, given["instance"]), flows, stepping.load(row.state)
    )
    if problems:
        found = [{"code": one.code, "element": one.element, "details": dict(one.details)} for one in problems]
        return Ruling(refusal="flow_move_refused", details={"findings": found})
    return Ruling()


def decide_cancel(connection: Connection, entry: Entry) -> Ruling:
    return _stepped(connection, entry)
