"""The HTTP interface of the material master: list, look, check, submit by signature."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials.masters import model, pages, queries, rules, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("masters", __name__, url_prefix="/api", description="The material master")
_SEES = ("lot.read", "log.read")


@blueprint.get("/masters")
@require(*_SEES)
def listing() -> Answer:
    """All materials with the version in force, and what waits for approval."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection)


@blueprint.get("/masters/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One material with all its versions, the newest first. PestleError `material_not_known`."""
    return _page(code)


@blueprint.post("/masters/check")
@require(model.MANAGES)
@blueprint.arguments(shapes.MasterDraft)
def look(body: Body) -> Answer:
    """What stands against a version, its digest, and the number that it would get; stores nothing."""
    with plant.current().engine.connect() as connection:
        number = len(queries.versions_of(connection, body["material"])) + 1
    found = [one.payload() for one in rules.findings(body)]
    return {"version": number, "sha256": model.digest({**body, "version": number}), "findings": found}


@blueprint.post("/masters/<code>/versions")
@require(model.MANAGES)
@blueprint.arguments(shapes.MasterSubmission)
@blueprint.response(201)
def submit(body: Body, code: str) -> Answer:
    """Submit the next version by signature; its approval begins. PestleError `master_waiting`, `master_version_wrong`,
    `master_unit_other`, `master_faulty`, and those of a signature."""
    said = {name: body[name] for name in ("version", *model.SAID, "sha256", "reason")}
    seen: Answer = {"material": code, **said, "meaning": dict(model.MEANING)}
    here = plant.current()
    signature = signing.sign(here, current_session(), body, shown(model.SUBMITTED_KIND, model.said(seen)))
    fact = Fact(model.SUBMITTED_KIND, model.stream(code), seen | signature, subject=code, actor=current_person().id)
    here.recorder.state(fact)
    return _page(code)


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.one(connection, code)
    if found is None:
        raise PestleError("material_not_known", {"material": code})
    return found
