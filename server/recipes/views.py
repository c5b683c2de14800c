"""The HTTP interface of recipes: list, versions, a check of what was written, and its submission."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import blobs, days, db, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.recipes import batchml, batchml_reading, checking, drafts, model, queries, rules, shapes, uses
from server.recipes.findings import Finding
from server.recipes.model import Version
from sync import canonical
from sync.errors import SyncError
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("recipes", __name__, url_prefix="/api/recipes", description="Recipes and their versions")
_SEES = ("batch.read", model.DESIGNS)


@blueprint.get("")
@require(*_SEES)
def listing() -> Answer:
    """All recipes, by code, each with the state of its newest version and the one in force."""
    with plant.current().engine.connect() as connection:
        found = queries.all_versions(connection)
        today = days.today(connection)
    return {"items": [_line(code, versions, today) for code, versions in found.items()], "total": len(found)}


@blueprint.get("/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One recipe: its versions, the newest first. PestleError `recipe_unknown`."""
    return _recipe(code)


def _recipe(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        versions = _known(connection, code)
        people = identity.people(connection, _people(versions))
        items = [_version(connection, one, versions, people) for one in versions]
    return {"recipe": code, "product": versions[0].payload["product"], "versions": items}


@blueprint.get("/<code>/versions/<int:number>")
@require(*_SEES)
def show_version(code: str, number: int) -> Answer:
    """A version with its content. PestleError `recipe_unknown`."""
    with plant.current().engine.connect() as connection:
        versions = _known(connection, code)
        one = _one(versions, code, number)
        people = identity.people(connection, _people([one]))
        return _version(connection, one, versions, people) | {"content": dict(one.payload)}


@blueprint.get("/<code>/versions/<int:number>/file")
@require(*_SEES)
def export(code: str, number: int) -> Response:
    """The content of a version as a file, in its canonical bytes. PestleError `recipe_unknown`."""
    with plant.current().engine.connect() as connection:
        one = _one(_known(connection, code), code, number)
    headers = {"Content-Disposition": blobs.download_as(f"{code}-{number}.json"), "X-Content-Type-Options": "nosniff"}
    return Response(canonical.encode(dict(one.payload)), mimetype="application/json", headers=headers)


@blueprint.get("/<code>/<int:number>/batchml")
@require(*_SEES)
def export_batchml(code: str, number: int) -> Response:
    """A version as BatchML (BatchML-BatchInformation V0700). PestleError `recipe_unknown`."""
    with plant.current().engine.connect() as connection:
        one = _one(_known(connection, code), code, number)
    headers = {"Content-Disposition": blobs.download_as(f"{code}-{number}.xml"), "X-Content-Type-Options": "nosniff"}
    return Response(batchml.written(one.payload), mimetype="application/xml", headers=headers)


@blueprint.post("/batchml")
@require(model.DESIGNS)
@blueprint.arguments(shapes.BatchmlText)
def read_batchml(body: Body) -> Answer:
    """The content that a BatchML document says: a draft, nothing is kept. PestleError `recipe_file_unreadable`."""
    return {"content": batchml_reading.read(body["text"])}


@blueprint.get("/used/material/<code>")
@require(*_SEES)
def show_uses_of_material(code: str) -> Answer:
    """Where a material is used: by each recipe, in the version in force and in those that come or wait, the phases that
    weigh it. What nobody knows is used nowhere."""
    with plant.current().engine.connect() as connection:
        found, today = queries.all_versions(connection), days.today(connection)
    return _uses(found.values(), today, lambda content: uses.of_material(content, code))


@blueprint.get("/used/equipment/<code>")
@require(*_SEES)
def show_uses_of_equipment(code: str) -> Answer:
    """The same of a piece of equipment, a class or a room: the phases that name or may take it."""
    with plant.current().engine.connect() as connection:
        class_ = queries.class_of(connection, code)
        found, today = queries.all_versions(connection), days.today(connection)
    return _uses(found.values(), today, lambda content: uses.of_equipment(content, code, class_))


@blueprint.post("/check")
@require(model.DESIGNS)
@blueprint.arguments(shapes.RecipeContent)
def check(body: Body) -> Answer:
    """What speaks against a content, and what else its submission would be: nothing is kept."""
    with plant.current().engine.connect() as connection:
        return _checked(connection, body["content"])


@blueprint.post("/<code>/versions")
@require(model.DESIGNS)
@blueprint.arguments(shapes.RecipeSubmission)
@blueprint.response(201)
def submit(body: Body, code: str) -> Answer:
    """Submit the next version for approval, signed; the draft that it was is one no more. PestleError `recipe_faulty`,
    `recipe_draft_changed`, `recipe_waiting`, `recipe_version_wrong`; those of a signature."""
    here, content = plant.current(), body["content"]
    with here.engine.connect() as connection:
        _is_draft(connection, code, body)
        found = _checked(connection, content)
    if found["findings"]:
        raise PestleError("recipe_faulty", {"findings": found["findings"]})
    if content["recipe"] != code or found["sha256"] != body["sha256"]:
        raise PestleError("recipe_version_wrong", {"recipe": code, "version": content["version"]})
    given = {**content, "sha256": body["sha256"], "reason": body["reason"], "meaning": dict(model.MEANING)}
    if body["effective_from"] is not None:
        given["effective_from"] = body["effective_from"]
    kind = model.submission_of(content)
    digest = shown(kind, model.said(given))
    given |= signing.sign(here, current_session(), body, digest)
    subject = f"{code}/{content['version']}"
    actor = current_person().id
    here.recorder.state(Fact(kind, model.recipe_stream(code), given, subject=subject, actor=actor))
    if body["draft"] is not None:
        # A crash here leaves a draft that says what the version says; who opens it makes the next version of it.
        with db.write(here.engine) as connection:
            drafts.discard_quietly(connection, code, body["draft"])
    return _recipe(code)


def _is_draft(connection: Connection, code: str, body: Body) -> None:
    """What is submitted out of the editor is what is saved: nobody's later work is passed over."""
    if body["draft"] is None:
        return
    found = queries.draft_of(connection, code)
    if found is None or found.revision != body["draft"] or model.recipe_hash(found.content) != body["sha256"]:
        raise drafts.changed(connection, code)


def _checked(connection: Connection, content: Any) -> Answer:
    """{findings, sha256, next}: `next` is the number that its version must have."""
    try:
        digest = model.recipe_hash(content)
    except SyncError:
        return {"findings": [Finding("malformed", "").payload()], "sha256": None, "next": None}
    findings = checking.check(content, queries.registers(connection, content))
    code = content.get("recipe")
    following = queries.next_version(connection, code) if isinstance(code, str) else None
    if not findings and content["version"] != following:
        findings = [Finding("version_wrong", "version")]
    return {"findings": [one.payload() for one in findings[:200]], "sha256": digest, "next": following}


def _uses(recipes: Iterable[list[Version]], today: str, used: Callable[[Body], Answer | None]) -> Answer:
    items = []
    for versions in recipes:
        for one in versions:
            state = _state(one, versions, today)
            if state in (model.SUBMITTED, model.COMING, model.IN_FORCE) and (found := used(one.payload)) is not None:
                said = {"recipe": one.recipe, "version": one.version, "state": state}
                items.append(said | {"product": one.payload["product"]} | found)
    return {"items": items, "total": len(items)}


def _known(connection: Connection, code: str) -> list[Version]:
    versions = queries.all_versions(connection, code).get(code)
    if versions is None:
        raise PestleError("recipe_unknown", {"recipe": code})
    return versions


def _one(versions: Iterable[Version], code: str, number: int) -> Version:
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise PestleError("recipe_unknown", {"recipe": code, "version": number})
    return found


def _people(versions: Iterable[Version]) -> set[str | None]:
    return {person for one in versions for person in (one.submitted_by, one.decided_by)}


def _in_force(versions: Iterable[Version], day: str) -> int | None:
    return rules.effective({one.version: one.first_day for one in versions if one.state == model.IN_FORCE}, day)


def _state(one: Version, versions: Iterable[Version], day: str) -> str:
    """What a version is on a day; of an approved one whether it is in force, its day comes, or another took its
    place."""
    now = _in_force(versions, day)
    if one.state != model.IN_FORCE or one.version == now:
        return one.state
    return model.SUPERSEDED if now is not None and one.version < now else model.COMING


def _line(code: str, versions: list[Version], today: str) -> Answer:
    """`coming`: the approved versions whose day has not come, the first to come first."""
    newest, now = versions[0], _in_force(versions, today)
    said = {"recipe": code, "product": newest.payload["product"], "newest": newest.version}
    later = [one for one in versions if _state(one, versions, today) == model.COMING]
    coming = [{"version": one.version, "effective_from": one.first_day} for one in reversed(later)]
    return said | {"state": _state(newest, versions, today), "version": now, "coming": coming}


def _first_days(connection: Connection, versions: Iterable[Version]) -> dict[int, str]:
    """Of each approved version the day from which it is effective, by its number; none where no day is known of it."""
    found = {one.version: one.first_day or _day(connection, one.decided_at) for one in versions}
    approved = {one.version for one in versions if one.state == model.IN_FORCE}
    return {number: day for number, day in found.items() if day is not None and number in approved}


def _day(connection: Connection, at: str | None) -> str | None:
    return None if at is None else days.of(connection, at)


def _version(connection: Connection, one: Version, versions: list[Version], people: Mapping[str, Any]) -> Answer:
    """`effective_from`: the day from which it is used, or that it names while it waits; `superseded_on`: the day on
    which a later one takes its place. Both null where there is none."""
    first = _first_days(connection, versions)
    return {
        "recipe": one.recipe,
        "version": one.version,
        "sha256": one.sha256,
        "state": _state(one, versions, days.today(connection)),
        "effective_from": first.get(one.version, one.effective_from),
        "superseded_on": rules.superseded_on(first.items(), one.version) if one.version in first else None,
        "by": people[one.submitted_by] if one.submitted_by else None,
        "at": one.submitted_at,
        "comment": one.comment,
        "decided_by": people[one.decided_by] if one.decided_by else None,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "instance": queries.instance_of(connection, one),
    }
