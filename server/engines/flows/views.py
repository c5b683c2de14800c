"""The HTTP interface of flows: draw, check, walk through, submit, decide; start, work, hand on, move."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from server.core import clock, days, db, files, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.flows import (
    asking,
    commenting,
    deciding,
    filling,
    kinds,
    packing,
    pages,
    projection,
    queries,
    reading,
    running,
    shapes,
    trying,
    values,
)
from server.engines.flows.converting import convert
from server.engines.flows.model import Definition, Finding, FlowError, Names, Refused
from server.engines.flows.parsing import parse
from server.engines.flows.publishing import link
from server.engines.flows.words import said as worded
from server.engines.forms import queries as forms
from server.engines.forms.records import model as records
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from sync.entry import new_id
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("flows", __name__, url_prefix="/api", description="Flows and the work in them")
_SEES = (kinds.DESIGNS, kinds.APPROVES, kinds.MANAGES, kinds.WORKS, "log.read")
_PAGE, _MOST = 50, 1_000


@blueprint.get("/flows")
@require(*_SEES)
def listing() -> Answer:
    """All flows: which version is in force, how many run, who is drawing."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection)


@blueprint.get("/flows/<flow>")
@require(*_SEES)
def show(flow: str) -> Answer:
    """One flow with its versions and its draft. PestleError `flow_unknown`."""
    return _flow(flow)


def _flow(flow: str) -> Answer:
    with plant.current().engine.connect() as connection:
        return pages.one_flow(connection, flow)


@blueprint.get("/flows/<flow>/versions/<int:number>")
@require(*_SEES)
def show_version(flow: str, number: int) -> Answer:
    """A version with its drawing. PestleError `flow_unknown`."""
    with plant.current().engine.connect() as connection:
        return pages.one_version(connection, flow, number)


@blueprint.post("/flows/check")
@require(kinds.DESIGNS, kinds.APPROVES)
@blueprint.arguments(shapes.Drawing)
def look(body: Body) -> Answer:
    """What stands against publishing a drawing, each with its element; stores nothing."""
    return {"findings": [_finding(one) for one in _findings(body["xml"].encode())[1]]}


@blueprint.post("/flows/convert")
@require(kinds.DESIGNS)
@blueprint.arguments(shapes.Drawing)
def bring(body: Body) -> Answer:
    """A drawing from elsewhere as one of ours: what is changed, and what cannot be taken; stores nothing."""
    try:
        made = convert(body["xml"].encode())
    except Refused as refused:
        return {"xml": None, "changes": [], "refused": [_finding(one) for one in refused.findings]}
    changes = [_finding(Finding(one.code, one.element, one.details)) for one in made.changes]
    refused_parts = [_finding(one) for one in made.refused]
    return {"xml": None if made.xml is None else made.xml.decode(), "changes": changes, "refused": refused_parts}


@blueprint.post("/flows/walk")
@require(kinds.DESIGNS, kinds.APPROVES)
@blueprint.arguments(shapes.WalkBody)
def walk(body: Body) -> Answer:
    """Walk through a drawing before anybody approves it; stores nothing. PestleError `flow_faulty`, and those of a
    step."""
    definition, findings = _findings(body["xml"].encode())
    if definition is None or findings:
        raise PestleError("flow_faulty", {"findings": [_finding(one) for one in findings[:100]]})
    with plant.current().engine.connect() as connection:
        others = {code: one.definition for code, one in queries.all_in_force(connection).items()}
    events = [_walked(definition, one) for one in body["events"]]
    try:
        return trying.tried(link(definition, others), clock.now_text(), current_person().id, events)
    except FlowError as error:
        raise PestleError(error.code, dict(error.details)) from error


def _walked(definition: Definition, one: Body) -> Body:
    if one["fire"] is not None:
        return {"fire": one["fire"]}
    given = values.plain(definition.variables, one["values"])
    return {"complete": one["complete"], "outcome": one["outcome"], "values": given}


def _findings(data: bytes) -> tuple[Definition | None, list[Finding]]:
    try:
        # Read anew: what is only looked at takes no place among those that run.
        definition = parse(data)
    except Refused as refused:
        return None, [*refused.findings]
    with plant.current().engine.connect() as connection:
        found = deciding.findings(connection, definition)
    if packing.pack(data) is None:
        found.append(Finding("too_large", None, {}))
    return definition, found


def _finding(one: Finding) -> Answer:
    return {
        "code": one.code,
        "element": one.element,
        "what": worded(one.code, one.details),
        "details": dict(one.details),
    }


@blueprint.post("/flows/<flow>/draft")
@require(kinds.DESIGNS)
@blueprint.arguments(shapes.DraftBody)
def save(body: Body, flow: str) -> Answer:
    """Save what is being drawn. PestleError `flow_draft_changed` with {revision, by}; nothing of either is lost."""
    data = body["xml"].encode()
    title = _title(data, flow)
    row = {"xml": body["xml"], "saved_by": current_person().id, "saved_at": clock.now_text()}
    with db.write(plant.current().engine) as connection:
        before = queries.draft_of(connection, flow)
        now = None if before is None else before.revision
        if now != body["revision"]:
            raise PestleError("flow_draft_changed", {"flow": flow, "revision": now, "by": before and before.saved_by})
        revision = (now or 0) + 1
        projection.save_draft(connection, flow, row | title | {"revision": revision})
    return {"revision": revision, "sha256": packing.sha256(data)}


def _title(data: bytes, flow: str) -> dict[str, str]:
    """The title as the drawing says it, also of one that is far from finished."""
    try:
        process = reading.tree(data).find(f"{reading.B}process[@isExecutable='true']")
    except Refused:
        process = None
    names = Names(flow, flow) if process is None else reading.names(process)
    return {"title_zh": names.zh or flow, "title_en": names.en or flow}


@blueprint.post("/flows/<flow>/versions")
@require(kinds.DESIGNS)
@blueprint.arguments(shapes.SubmitBody)
@blueprint.response(201)
def submit(body: Body, flow: str) -> Answer:
    """Submit the draft for approval, signed. PestleError `flow_draft_changed`, `flow_faulty`,
    `flow_version_waiting`."""
    here = plant.current()
    running.deliver(here, flow)
    with here.engine.connect() as connection:
        draft = queries.draft_of(connection, flow)
    data = b"" if draft is None else draft.xml.encode()
    if draft is None or draft.revision != body["revision"] or packing.sha256(data) != body["sha256"]:
        now = None if draft is None else draft.revision
        raise PestleError("flow_draft_changed", {"flow": flow, "revision": now, "by": draft and draft.saved_by})
    definition, findings = _findings(data)
    if definition is None or findings:
        raise PestleError("flow_faulty", {"findings": [_finding(one) for one in findings[:100]]})
    given = {"flow": flow, "version": body["version"], "sha256": body["sha256"], "reason": body["reason"]}
    given |= {"meaning": kinds.meaning(body["meaning"])}
    signature = _sign(body, kinds.SUBMITTED, kinds.said_of_version(given))
    given |= {"title": pages.pair(definition.name), "definition": packing.pack(data)}
    here.recorder.state(_fact(kinds.SUBMITTED, kinds.flow_stream(flow), given | signature, flow))
    with db.write(here.engine) as connection:
        projection.drop_draft(connection, flow, body["revision"])
    return _flow(flow)


@blueprint.post("/flows/<flow>/switch")
@require(kinds.APPROVES)
@blueprint.arguments(shapes.SwitchBody)
def switch(body: Body, flow: str) -> Answer:
    """Let rooms of this product start a flow by themselves and wait for its end, or no longer. PestleError
    `flow_switch_wrong`."""
    kind = kinds.ENABLED if body["enabled"] else kinds.DISABLED
    said = {"flow": flow, "reason": body["reason"]}
    plant.current().recorder.state(_fact(kind, kinds.flow_stream(flow), said, flow))
    return _flow(flow)


@blueprint.post("/flows/<flow>/instances")
@require(kinds.WORKS)
@blueprint.arguments(shapes.StartBody)
@blueprint.response(201)
def begin(body: Body, flow: str) -> Answer:
    """Start a flow about something, by the version in force. PestleError `flow_not_in_force`,
    `flow_started_by_product`, and those of a step."""
    here = plant.current()
    if body["subject"].split("/")[0] == kinds.SUBJECTS.get(flow):
        raise PestleError("flow_started_by_product", {"flow": flow})
    running.fire_due(here)
    return {"instance": running.start(here, flow, body["subject"], body["values"], current_person().id)}


@blueprint.get("/my-work")
@require(*_SEES)
def work() -> Answer:
    """What waits for me and for my roles, what is due first. `q`: part of what it is about; `limit`: how many."""
    q = request.args.get("q", "").strip()[:200] or None
    with plant.current().engine.connect() as connection:
        return pages.work(connection, current_person(), q, _limit())


def _limit() -> int:
    given = request.args.get("limit", "")
    return min(int(given), _MOST) if given.isascii() and given.isdecimal() and len(given) < 8 else _PAGE


@blueprint.get("/instances")
@require(*_SEES)
def instances() -> Answer:
    """The flows about something, `subject`, the newest first: what waits in each, and for whom."""
    with plant.current().engine.connect() as connection:
        return pages.about(connection, request.args.get("subject", "")[:1_000])


@blueprint.get("/instances/<number>")
@require(*_SEES)
def instance(number: str) -> Answer:
    """One instance: its drawing, what waits in it, what happened. PestleError `flow_instance_unknown`."""
    return _instance(number)


def _instance(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        return pages.one_instance(connection, number, current_person())


@blueprint.post("/instances/<number>/tasks/<name>/complete")
@require(kinds.WORKS)
@blueprint.arguments(shapes.CompleteBody)
def complete(body: Body, number: str, name: str) -> Answer:
    """Complete a task, signed where the flow wants that. PestleError `flow_task_not_open`, `flow_task_of_other`,
    `flow_role_needed`, `flow_not_by_same`, `flow_signature_needed`, `flow_changed_since`, `flow_value_missing`, …"""
    running.fire_due(plant.current())
    given = {"instance": number, "task": name, "outcome": body["outcome"], "values": body["values"]}
    given |= {"comment": body["comment"]}
    kind = kinds.COMPLETED
    if body["meaning"] is not None:
        kind = kinds.TASK_SIGNED
        if body["seen"] is None:
            raise PestleError("flow_changed_since", {"seen": None})
        given |= {"meaning": kinds.meaning(body["meaning"]), "seen": body["seen"]}
        given |= _sign(body, kind, kinds.said_of_task(given))
    _known(number)
    plant.current().recorder.state(_fact(kind, kinds.instance_stream(number), given, number))
    # What it has sent arrives before the answer, and what was due already.
    running.fire_due(plant.current())
    return _instance(number)


@blueprint.post("/instances/<number>/tasks/<name>/claim")
@require(kinds.WORKS)
@blueprint.arguments(shapes.ClaimBody)
def claim(body: Body, number: str, name: str) -> Answer:
    """Take a task up, so that others see that somebody does it; or give it back."""
    return _state(kinds.CLAIMED, number, {"instance": number, "task": name, "given_back": body["given_back"]})


@blueprint.post("/instances/<number>/tasks/<name>/record")
@require("forms.fill")
@blueprint.response(201)
def fill(number: str, name: str) -> Answer:
    """Open the form of a task, by its version that is effective today; once, by whom the task is for. PestleError
    `flow_task_not_open`, `flow_role_needed`, `form_not_effective`, …"""
    here = plant.current()
    with here.engine.connect() as connection:
        node = deciding.node_of(connection, number, name)
        if node is None or node.form is None:
            raise PestleError("flow_task_not_open", {"task": name})
        refused = asking.why_not(connection, number, name, current_person().id)
        if refused is not None and refused.refusal is not None:
            raise PestleError(refused.refusal, dict(refused.details))
        known = filling.record_of(connection, number, name, node.form)
        form = forms.effective(connection, node.form, days.today(connection))
    if known is not None:
        return {"record": known.record}
    if form is None:
        raise PestleError("form_not_effective", {"form": node.form})
    record = f"R-{new_id(int(clock.now().timestamp() * 1000))}"
    said = {"record": record, "form": form.form, "version": form.version, "sha256": form.sha256}
    said |= {"subject": filling.subject_of(number, name)}
    here.recorder.state(Fact(records.OPENED, records.record_stream(record), said, actor=current_person().id))
    return {"record": record}


@blueprint.get("/instances/<number>/tasks/<name>/candidates")
@require(kinds.WORKS)
def candidates(number: str, name: str) -> Answer:
    """Who else may do a task. PestleError `flow_task_not_open`."""
    with plant.current().engine.connect() as connection:
        if queries.find_task(connection, number, name) is None:
            raise PestleError("flow_task_not_open", {"task": name})
        found = asking.candidates(connection, number, name, current_person().id)
        people = identity.people(connection, found)
    return {"items": [people[one] for one in found]}


@blueprint.get("/instances/<number>/tasks/<name>/heirs")
@require(kinds.MANAGES)
def heirs(number: str, name: str) -> Answer:
    """To whom a manager of flows may give a task. PestleError `flow_task_not_open`."""
    with plant.current().engine.connect() as connection:
        if queries.find_task(connection, number, name) is None:
            raise PestleError("flow_task_not_open", {"task": name})
        found = asking.heirs(connection, number, name, current_person().id)
        people = identity.people(connection, found)
    return {"items": [people[one] for one in found]}


@blueprint.post("/instances/<number>/tasks/<name>/reassign")
@require(kinds.MANAGES)
@blueprint.arguments(shapes.ReassignBody)
def reassign(body: Body, number: str, name: str) -> Answer:
    """Give a task to somebody else who may do it, or back to all who have its roles, where whoever has it cannot do
    it any more. PestleError `flow_delegate_wrong`."""
    return _state(kinds.REASSIGNED, number, {"instance": number, "task": name, **body})


@blueprint.post("/instances/<number>/tasks/<name>/delegate")
@require(kinds.WORKS)
@blueprint.arguments(shapes.DelegateBody)
def delegate(body: Body, number: str, name: str) -> Answer:
    """Hand a task on to somebody who may do it. PestleError `flow_delegate_wrong`."""
    return _state(kinds.DELEGATED, number, {"instance": number, "task": name, **body})


@blueprint.post("/instances/<number>/tasks/<name>/comment")
@require(kinds.WORKS)
@blueprint.arguments(shapes.CommentBody)
def comment(body: Body, number: str, name: str) -> Answer:
    """Say something about a task that waits, with files that have been kept before. PestleError
    `flow_task_not_open`, `not_found` for a file that is not here."""
    return _comment(body, number, name)


@blueprint.post("/instances/<number>/comment")
@require(kinds.WORKS)
@blueprint.arguments(shapes.CommentBody)
def comment_instance(body: Body, number: str) -> Answer:
    """Say something about an instance as a whole, also when it has ended. PestleError `not_found` for a file that is
    not here."""
    return _comment(body, number, None)


def _comment(body: Body, number: str, name: str | None) -> Answer:
    files = commenting.described(plant.current().config.blobs, body["attachments"])
    given = {"instance": number, "task": name, "text": body["text"], "attachments": files}
    return _state(kinds.COMMENTED_V2, number, given)


@blueprint.put("/instances/<number>/files/<name>")
@require(kinds.WORKS)
def keep_file(number: str, name: str) -> Response:
    """Keep a photo or file for a comment under the SHA-256 of its bytes; 200 when it is here already. PestleError
    `blob_type`, `blob_too_large`, `flow_instance_unknown`."""
    _known(number)
    return files.keep(name)


@blueprint.get("/instances/<number>/files/<name>")
@require(*_SEES)
def show_file(number: str, name: str) -> Response:
    """A file of a comment of this instance, to download: no browser opens it here. PestleError `not_found`."""
    with plant.current().engine.connect() as connection:
        row = queries.attached(connection, number, name)
    return files.download(name, None if row is None else row.name)


@blueprint.post("/instances/<number>/move")
@require(kinds.MANAGES)
@blueprint.arguments(shapes.MoveBody)
def move(body: Body, number: str) -> Answer:
    """Go on by the version in force. PestleError `flow_move_refused`, naming what is live and not there."""
    here = plant.current()
    with here.engine.connect() as connection:
        row = queries.find_instance(connection, number)
        if row is None:
            raise PestleError("flow_instance_unknown", {"instance": number})
    running.deliver(here, row.flow)
    with here.engine.connect() as connection:
        flows = queries.pinned(connection, row.flow, body["version"])
    if flows is None:
        raise PestleError("flow_not_in_force", {"flow": row.flow, "version": body["version"]})
    pins = [{"flow": code, "sha256": sha256} for code, sha256 in flows.pins.items()]
    try:
        return _state(kinds.MOVED, number, {"instance": number, "pins": pins, **body})
    except PestleError as refused:
        found = [{**one, "what": worded(one["code"], one["details"])} for one in refused.details.get("findings", ())]
        raise PestleError(refused.code, refused.details | {"findings": found}) from refused


@blueprint.post("/instances/<number>/cancel")
@require(kinds.MANAGES)
@blueprint.arguments(shapes.ReasonBody)
def cancel(body: Body, number: str) -> Answer:
    """End an instance; what happened in it stays."""
    return _state(kinds.CANCELLED, number, {"instance": number, "reason": body["reason"]})


def _sign(body: Body, kind: str, content: Body) -> Answer:
    return signing.sign(plant.current(), current_session(), body, shown(kind, content))


def _state(kind: str, number: str, payload: Body) -> Answer:
    _known(number)
    plant.current().recorder.state(_fact(kind, kinds.instance_stream(number), payload, number))
    return _instance(number)


def _known(number: str) -> None:
    with plant.current().engine.connect() as connection:
        if queries.find_instance(connection, number) is None:
            raise PestleError("flow_instance_unknown", {"instance": number})


def _fact(kind: str, stream: str, payload: Body, subject: str) -> Fact:
    return Fact(kind, stream, dict(payload), subject=subject, actor=current_person().id)
