"""The HTTP interface of training: procedures to read and sign, qualifications to grant, what work needs."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from server.core import blobs, clock, fields, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import FORM
from server.engines.forms import queries as forms
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.training import files, model, pages, queries, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("training", __name__, url_prefix="/api/training", description="Procedures and qualifications")
# Who sees what others hold, and their evidence.
_SEES = ("training.grant", "training.manage", "log.read")


@blueprint.get("/documents")
@require("training.read")
def documents() -> Answer:
    """Procedures and qualifications, each with how the person who asks stands to it."""
    with plant.current().engine.connect() as connection:
        return {"items": pages.documents(connection, current_person(), clock.now())}


@blueprint.get("/documents/<code>")
@require("training.read")
def show(code: str) -> Answer:
    """One document with its versions and what I have of it; everybody's for those who train, manage or inspect."""
    return _page(code)


@blueprint.post("/documents/<code>/versions")
@require("training.manage")
@blueprint.arguments(shapes.NewVersion)
@blueprint.response(201)
def publish(body: Body, code: str) -> Answer:
    """The next version; the first one makes the document. PestleError `version_wrong`, naming the field."""
    _check_file(body["file"])
    return _state(model.PUBLISHED, code, {"document": code, **body})


@blueprint.post("/documents/<code>/read")
@require("training.read")
@blueprint.arguments(shapes.ReadBody)
def read(body: Body, code: str) -> Answer:
    """Sign that I have read and understood exactly the version that was shown. PestleError `version_stale`."""
    seen = {"document": code, "version": body["version"], "digest": body["digest"], "meaning": dict(model.MEANING)}
    digest = shown(model.READ, model.said(seen))
    signature = signing.sign(plant.current(), current_session(), body, digest)
    return _state(model.READ, code, seen | signature)


@blueprint.post("/documents/<code>/grants")
@require("training.grant")
@blueprint.arguments(shapes.NewGrant)
def grant(body: Body, code: str) -> Answer:
    """Say that somebody else is qualified, with the evidence. PestleError `qualification_own`, `qualification_over`."""
    _check_file(body["file"])
    return _state(model.GRANTED, code, {"document": code, **body})


@blueprint.post("/documents/<code>/withdrawals")
@require("training.grant")
@blueprint.arguments(shapes.NewWithdrawal)
def withdraw(body: Body, code: str) -> Answer:
    """From now on nothing of this counts for the person until a trainer grants it again."""
    return _state(model.WITHDRAWN, code, {"document": code, **body})


@blueprint.get("/people")
@require(*_SEES)
def people() -> Answer:
    """The matrix of people and documents."""
    with plant.current().engine.connect() as connection:
        return pages.matrix(connection, clock.now())


@blueprint.get("/people/<person>")
@require(*_SEES)
def show_person(person: str) -> Answer:
    """What a person holds, lacks, and must read, each with its end."""
    with plant.current().engine.connect() as connection:
        found = identity.find_person(connection, person)
        if found is None:
            raise PestleError("person_unknown", {"person": person})
        return pages.person(connection, found, clock.now())


@blueprint.get("/requirements")
@require("training.read")
def requirements() -> Answer:
    """What each step needs, and which phases, actions and forms can be named."""
    return _requirements()


@blueprint.post("/requirements")
@require("training.manage")
@blueprint.arguments(shapes.NewRequirement)
def require_documents(body: Body) -> Answer:
    """All that a step needs from now on, with the reason; PestleError `step_unknown`, `procedure_unknown`."""
    fact = Fact(model.REQUIRED, "training/requirements", dict(body), actor=current_person().id)
    plant.current().recorder.state(fact)
    return _requirements()


@blueprint.put("/files/<name>")
@require("training.manage", "training.grant")
def keep_file(name: str) -> Response:
    """Keep a PDF or picture under the SHA-256 of its bytes; 200 when it is here already."""
    if (request.content_length or 0) > blobs.MAX_BYTES:
        raise PestleError("training_file_wrong", {"bytes": request.content_length, "most": blobs.MAX_BYTES})
    data = request.stream.read(blobs.MAX_BYTES + 1)
    fresh = files.keep(plant.current().config.blobs, name, data)
    return Response(status=201 if fresh else 200)


@blueprint.get("/files/<name>")
@require("training.read")
def show_file(name: str) -> Response:
    """A file of a document for everybody; evidence for the person and those who may see what others hold. Only what
    an entry of training names: photos of batches lie beside it."""
    here, person = plant.current(), current_person()
    with here.engine.connect() as connection:
        about = queries.file_of(connection, name)
    theirs = about is not None and about[1] not in (None, person.id)
    if about is None or (theirs and set(_SEES).isdisjoint(person.permissions)):
        raise PestleError("not_found", {"name": name})
    found = blobs.load(here.config.blobs, name)
    if found is None:
        raise PestleError("not_found", {"name": name})
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Disposition": blobs.download_as(about[0]),
    }
    return Response(found[0], mimetype=files.media_of(found[0]) or "application/octet-stream", headers=headers)


def _requirements() -> Answer:
    with plant.current().engine.connect() as connection:
        items, known = pages.requirements(connection), forms.all_versions(connection)
    actions = [*model.ACTIONS, *(f"{FORM}{code}" for code in known)]
    return {"items": items, "phases": list(model.PHASES), "actions": actions}


def _state(kind: str, code: str, payload: Body) -> Answer:
    """The body has the shape of its kind; the code comes from the address, where anything may stand."""
    if not fields.is_code(code):
        raise PestleError("request_malformed", {"document": ["not a code"]})
    fact = Fact(kind, model.document_stream(code), dict(payload), actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(code)


def _page(code: str) -> Answer:
    person = current_person()
    sees = not set(_SEES).isdisjoint(person.permissions)
    with plant.current().engine.connect() as connection:
        return pages.document(connection, code, person, clock.now(), sees)


def _check_file(file: Body | None) -> None:
    """Nothing names a file that is not here."""
    if file is not None and blobs.load(plant.current().config.blobs, file["sha256"]) is None:
        raise PestleError("not_found", {"name": file["name"]})
