"""The HTTP interface of forms: list, draft, submit, decide, export, print."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import blobs, clock, days, db, files, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.forms import definitions, drafts, model, printing, queries, shape, shapes
from server.engines.forms.queries import Version
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from sync import canonical
from sync.errors import SyncError
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("forms", __name__, url_prefix="/api/forms", description="Forms and their versions")
_SEES = (model.DESIGNS, model.APPROVES, "forms.fill", "log.read")


@blueprint.get("")
@require(*_SEES)
def listing() -> Answer:
    """All forms, by code, each with the state of its newest version, the one in force, and whether somebody works on
    it."""
    with plant.current().engine.connect() as connection:
        versions, saved = queries.all_versions(connection), queries.drafts(connection)
        people = identity.people(connection, {one.saved_by for one in saved.values()})
        today = days.today(connection)
        codes = sorted({*versions, *saved})
        return {"items": [_line(code, versions.get(code, []), saved.get(code), people, today) for code in codes]}


@blueprint.get("/<form>")
@require(*_SEES)
def show(form: str) -> Answer:
    """One form: its versions, and the draft that waits. PestleError `form_unknown`."""
    return _page(form)


@blueprint.get("/<form>/versions/<int:number>")
@require(*_SEES)
def show_version(form: str, number: int) -> Answer:
    """A version with its definition."""
    with plant.current().engine.connect() as connection:
        found = _known(connection, form, number)
        people = identity.people(connection, _people([found]))
        today = days.today(connection)
        in_force = queries.effective(connection, form, today)
        return _version(found, in_force, people) | {"definition": definitions.definition(connection, found.sha256)}


@blueprint.get("/<form>/versions/<int:number>/definition")
@require(*_SEES)
def export(form: str, number: int) -> Response:
    """The definition as a file, byte for byte as it was approved."""
    with plant.current().engine.connect() as connection:
        found = _known(connection, form, number)
        data = definitions.data_of(connection, found.sha256)
    if data is None:
        raise PestleError("form_definition_unknown", {"form": form, "version": number})
    headers = {"Content-Disposition": blobs.download_as(f"{form}-{number}.json")}
    return Response(data, mimetype="application/json", headers=headers)


@blueprint.get("/<form>/versions/<int:number>/pdf")
@require(*_SEES)
@blueprint.arguments(shapes.FormPaper, location="query")
def print_empty(query: Body, form: str, number: int) -> Response:
    """A version on paper, to be written on."""
    here = plant.current()
    with here.engine.connect() as connection:
        found = _known(connection, form, number)
        definition = definitions.definition(connection, found.sha256)
    if definition is None:
        raise PestleError("form_definition_unknown", {"form": form, "version": number})
    paper = printing.Paper(here.log.origin, clock.now(), number, found.sha256)
    data = printing.pdf(definition, query["lang"], paper, here.config.blobs)
    headers = {"Content-Disposition": blobs.download_as(f"{form}-{number}.pdf")}
    return Response(data, mimetype="application/pdf", headers=headers)


@blueprint.post("/<form>/draft")
@require(model.DESIGNS)
@blueprint.arguments(shapes.FormDraft)
def save(body: Body, form: str) -> Answer:
    """Save what a designer works on. PestleError `form_draft_changed`, `form_faulty` for what is no definition."""
    definition = body["definition"]
    found = shape.look(definition)
    if found or definition["code"] != form:
        raise PestleError("form_faulty", {"findings": [one.payload() for one in found[:100]]})
    try:
        large = len(canonical.encode(definition)) > model.MOST_BYTES
    except SyncError as error:
        raise PestleError("form_faulty", {"findings": []}) from error
    if large:
        raise PestleError("form_faulty", {"findings": [{"code": "too_large", "path": "", "details": {}}]})
    with db.write(plant.current().engine) as connection:
        return {"revision": drafts.save(connection, form, body["revision"], definition, current_person().id)}


@blueprint.delete("/<form>/draft/<int:revision>")
@require(model.DESIGNS)
@blueprint.response(204)
def discard(form: str, revision: int) -> None:
    """Give up what is being worked on. PestleError `form_draft_changed`."""
    with db.write(plant.current().engine) as connection:
        drafts.discard(connection, form, revision)


@blueprint.post("/<form>/versions")
@require(model.DESIGNS)
@blueprint.arguments(shapes.FormSubmission)
@blueprint.response(201)
def submit(body: Body, form: str) -> Answer:
    """Submit the draft for approval: the next version, signed by who prepared it. PestleError `form_draft_changed`,
    `form_faulty`, `form_waiting`; those of a signature."""
    here = plant.current()
    with here.engine.connect() as connection:
        draft = queries.draft_of(connection, form)
        if draft is None or draft.revision != body["revision"]:
            raise drafts.changed(connection, form)
    if definitions.keep(here.config.blobs, draft.definition) != body["sha256"]:
        raise PestleError("form_definition_unknown", {"form": form, "version": body["version"]})
    payload = {name: body[name] for name in ("version", "sha256", "comment")} | {"form": form}
    payload |= {"meaning": dict(model.PREPARED)}
    digest = shown(model.VERSION_SUBMITTED, model.said_of_submission(payload))
    payload |= signing.sign(here, current_session(), body, digest) | {"title": draft.definition["title"]}
    here.recorder.state(Fact(model.VERSION_SUBMITTED, model.form_stream(form), payload, actor=current_person().id))
    # A crash here leaves a draft that says what the version says; the next who saves it makes the next version of it.
    with db.write(here.engine) as connection:
        drafts.discard_quietly(connection, form, draft.revision)
    return _page(form)


@blueprint.post("/<form>/versions/<int:number>/withdraw")
@require(model.DESIGNS, model.APPROVES)
@blueprint.arguments(shapes.FormReason)
def withdraw(body: Body, form: str, number: int) -> Answer:
    """Take back what waits, or out of use what is approved, with the reason."""
    return _state(model.VERSION_WITHDRAWN, form, {"form": form, "version": number, **body})


@blueprint.put("/pictures/<name>")
@require(model.DESIGNS)
def keep_picture(name: str) -> Response:
    """Keep the picture of an instruction under the SHA-256 of its bytes, beside photos; 200 when it is here already."""
    return files.keep(name, blobs.IMAGES)


def _state(kind: str, form: str, payload: Body) -> Answer:
    plant.current().recorder.state(Fact(kind, model.form_stream(form), dict(payload), actor=current_person().id))
    return _page(form)


def _known(connection: Connection, form: str, number: int) -> Version:
    versions = queries.versions_of(connection, form)
    if not 0 < number <= len(versions):
        raise PestleError("form_unknown", {"form": form})
    return versions[number - 1]


def _page(form: str) -> Answer:
    with plant.current().engine.connect() as connection:
        versions, draft = queries.versions_of(connection, form), queries.draft_of(connection, form)
        if not versions and draft is None:
            raise PestleError("form_unknown", {"form": form})
        people = identity.people(connection, _people(versions) | ({draft.saved_by} if draft else set()))
        in_force = queries.in_force(versions, days.today(connection))
    newest = draft.definition["title"] if draft is not None else dict(versions[-1].title)
    return {
        "form": form,
        "title": newest,
        "versions": [_version(one, in_force, people) for one in versions],
        "draft": None
        if draft is None
        else {
            "revision": draft.revision,
            "definition": draft.definition,
            "by": people[draft.saved_by],
            "at": draft.saved_at,
        },
    }


def _people(versions: list[Version]) -> set[str]:
    return {one for version in versions for one in (version.submitted_by, version.decided_by) if one is not None}


def _version(one: Version, in_force: Version | None, people: Mapping[str, Any]) -> Answer:
    """`state`: submitted, approved (its day has not come), effective, superseded, rejected, withdrawn."""
    state = one.state
    if in_force is not None and state == "approved":
        state = "effective" if one.version == in_force.version else state
        state = "superseded" if one.version < in_force.version else state
    return {
        "version": one.version,
        "sha256": one.sha256,
        "title": dict(one.title),
        "state": state,
        "comment": one.comment,
        "by": people[one.submitted_by],
        "at": one.submitted_at,
        "effective_from": one.effective_from,
        "decided_by": people.get(one.decided_by) if one.decided_by else None,
        "decided_at": one.decided_at,
        "reason": one.reason,
    }


def _line(
    code: str, versions: list[Version], draft: queries.Draft | None, people: Mapping[str, Any], today: str
) -> Answer:
    in_force, waiting = queries.in_force(versions, today), queries.waiting(versions)
    return {
        "form": code,
        "title": draft.definition["title"] if draft is not None else dict(versions[-1].title),
        "effective": None if in_force is None else in_force.version,
        "waiting": None if waiting is None else waiting.version,
        "newest": versions[-1].version if versions else None,
        "state": versions[-1].state if versions else None,
        "changed_at": max([draft.saved_at if draft else "", *(one.decided_at or one.submitted_at for one in versions)]),
        "draft": None if draft is None else {"by": people[draft.saved_by], "at": draft.saved_at},
    }
