"""The HTTP interface of labels: designs, looked at, submitted and decided on; labels, printed and counted."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials.labels import drawing, model, printing, queries, rules, samples, shapes
from server.materials.labels.model import Version
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("labels", __name__, url_prefix="/api/labels", description="Labels and their designs")
_SEES = (*model.PRINTS, model.APPROVES, "log.read")
_TYPES = {"pdf": "application/pdf", "zpl": "application/zpl; charset=utf-8"}


@blueprint.get("/templates")
@require(*_SEES)
def listing() -> Answer:
    """All designs with the version in force, and what waits for a decision; and what a label can say of each thing."""
    with plant.current().engine.connect() as connection:
        items = [_line(code, versions) for code, versions in queries.all_versions(connection).items()]
    return {"items": items, "fields": {what: [*names] for what, names in model.FIELDS.items()}}


@blueprint.get("/templates/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One design with all its versions, the newest first. PestleError `label_template_unknown`."""
    return _page(code)


@blueprint.post("/templates/check")
@require(model.MANAGES)
@blueprint.arguments(shapes.LabelDraft)
def look(body: Body) -> Answer:
    """What stands against a design, its digest, and the number that it would get; stores nothing."""
    with plant.current().engine.connect() as connection:
        versions = queries.versions_of(connection, body["template"])
    number = len([one for one in versions if one.version > 0]) + 1
    found = [one.payload() for one in rules.findings(body)]
    return {"version": number, "sha256": model.digest({**body, "version": number}), "findings": found}


@blueprint.post("/preview")
@require(*_SEES)
@blueprint.arguments(shapes.LabelDraft)
@blueprint.response(200, content_type="image/png")
def preview(body: Body) -> Response:
    """A design with made-up words, as a printer with 300 dpi prints it; stores nothing. PestleError
    `label_template_faulty` for one that no printer takes."""
    found = [one.payload() for one in rules.large(body)]
    if found:
        raise PestleError("label_template_faulty", {"template": body["template"], "findings": found})
    drawable = {**body, "elements": rules.drawable(body)}
    return Response(drawing.png(drawable, samples.SAMPLES, dots=12), mimetype="image/png")


@blueprint.post("/templates/<code>/versions")
@require(model.MANAGES)
@blueprint.arguments(shapes.LabelSubmission)
@blueprint.response(201)
def submit(body: Body, code: str) -> Answer:
    """Submit the next version of a design by signature. PestleError `label_template_waiting`, `label_template_stale`,
    `label_template_faulty`, and those of a signature."""
    said = {name: body[name] for name in ("version", *model.SAID, "sha256", "reason")}
    _sign(model.SUBMITTED_KIND, {"template": code, **said}, "prepared", body)
    return _page(code)


@blueprint.post("/templates/<code>/versions/<int:number>/decision")
@require(model.APPROVES)
@blueprint.arguments(shapes.LabelDecision)
@blueprint.response(201)
def decide(body: Body, code: str, number: int) -> Answer:
    """Approve a version that somebody else submitted, or send it back. PestleError `label_template_stale`,
    `label_template_own`, and those of a signature."""
    said = {"template": code, "version": number, **{name: body[name] for name in ("sha256", "approved", "reason")}}
    _sign(model.DECIDED_KIND, said, "approved" if body["approved"] else "rejected", body)
    return _page(code)


@blueprint.post("/things")
@require(*_SEES)
@blueprint.arguments(shapes.Things)
def things(body: Body) -> Answer:
    """Of things that are to be labelled, how many labels each has had, and by which designs they can be printed."""
    with plant.current().engine.connect() as connection:
        copies = queries.copies(connection, body["what"], body["names"])
        designs = queries.designs_for(connection, body["what"])
    templates = [{"template": one.template, "name": dict(one.name), "version": one.version} for one in designs]
    return {"copies": copies, "templates": templates}


@blueprint.post("/prints")
@require(*model.PRINTS)
@blueprint.arguments(shapes.PrintBody)
@blueprint.response(201)
def print_(body: Body) -> Answer:
    """Print a label for each of the things; asked again under the same `request` it prints nothing again. PestleError
    `label_thing_unknown`, `label_name_long`, `label_template_stale`, `label_reason_missing`, `label_request_other`."""
    done = printing.print_(plant.current(), body, current_person().id)
    return {"request": body["request"], "labels": [{"about": one.about, "copy": one.copy} for one in done]}


@blueprint.get("/prints/<request>")
@require(*model.PRINTS)
@blueprint.arguments(shapes.PrintQuery, location="query")
@blueprint.response(200, content_type="application/pdf")
def pages(query: Body, request: str) -> Response:
    """The labels of a request as PDF or ZPL II (for printers of 8, 12 or 24 dots a millimetre), for 15 minutes.
    PestleError `not_found`, `label_print_over`."""
    with plant.current().engine.connect() as connection:
        data, format_ = printing.pages(connection, request, current_person().id, query["dots"])
    answer = Response(data, content_type=_TYPES[format_])
    answer.headers["Content-Disposition"] = f'inline; filename="labels-{request[-12:]}.{format_}"'
    return answer


@blueprint.get("/prints")
@require(*_SEES)
@blueprint.arguments(shapes.HistoryQuery, location="query")
def history(query: Body) -> Answer:
    """All labels that a thing has had, the first first."""
    with plant.current().engine.connect() as connection:
        found = queries.prints_of(connection, query["what"], query["about"])
        people = identity.people(connection, {one.by for one in found})
    same = ("copy", "template", "version", "format", "reason", "at")
    return {"items": [{name: getattr(one, name) for name in same} | {"by": people.get(one.by)} for one in found]}


def _sign(kind: str, said: Answer, meaning: str, body: Body) -> None:
    here, stream = plant.current(), model.template_stream(said["template"])
    seen: Answer = {**said, "meaning": dict(model.MEANINGS[meaning])}
    signature = signing.sign(here, current_session(), body, shown(kind, model.said(seen)))
    here.recorder.state(Fact(kind, stream, seen | signature, subject=said["template"], actor=current_person().id))


def _line(code: str, versions: list[Version]) -> Answer:
    force = queries.in_force(versions)
    waits = next((one.version for one in versions if one.state == model.SUBMITTED), None)
    told = force or versions[-1]
    line = {"template": code, "what": told.what, "name": dict(told.name), "width": told.width, "height": told.height}
    return line | {"version": None if force is None else force.version, "waits": waits}


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        versions = queries.versions_of(connection, code)
        if not versions:
            raise PestleError("label_template_unknown", {"template": code})
        return _line(code, versions) | {"versions": _versions(connection, versions)}


def _versions(connection: Connection, versions: list[Version]) -> list[Answer]:
    people = identity.people(connection, {who for one in versions for who in (one.submitted_by, one.decided_by) if who})
    force = queries.in_force(versions)
    same = ("version", "sha256", "state", "reason", "submitted_at", "decided_at", "decided_reason")
    return [
        {name: getattr(one, name) for name in same}
        | {"design": one.design(), "in_force": one is force}
        | {name: people.get(getattr(one, name) or "") for name in ("submitted_by", "decided_by")}
        for one in reversed(versions)
    ]
