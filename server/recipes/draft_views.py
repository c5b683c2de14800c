"""The HTTP interface of what engineers work on: drafts of recipes, and what they may name in them."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import db, plant
from server.core.errors import PestleError
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.recipes import drafts, model, queries, shapes, skeleton
from server.recipes.findings import Finding
from server.recipes.upgrading import upgraded
from sync import canonical
from sync.errors import SyncError

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("recipe-drafts", __name__, url_prefix="/api", description="Drafts of recipes: no records")


@blueprint.get("/recipe-drafts")
@require(model.DESIGNS)
def listing() -> Answer:
    """All drafts, by the code of their recipe, with who saved each last."""
    with plant.current().engine.connect() as connection:
        found = queries.drafts(connection)
        people = identity.people(connection, {one.saved_by for one in found})
    items = [
        {"recipe": one.recipe, "product": one.content["product"], "revision": one.revision}
        | {"by": people[one.saved_by], "at": one.saved_at}
        for one in found
    ]
    return {"items": items, "total": len(items)}


@blueprint.get("/recipe-drafts/<code>")
@require(model.DESIGNS)
def show(code: str) -> Answer:
    """A draft with its content; `next`: the number of the version that it would be. PestleError
    `recipe_draft_unknown`."""
    with plant.current().engine.connect() as connection:
        found = queries.draft_of(connection, code)
        if found is None:
            raise PestleError("recipe_draft_unknown", {"recipe": code})
        people = identity.people(connection, {found.saved_by})
        following = queries.next_version(connection, code)
    said = {"recipe": code, "revision": found.revision, "content": found.content, "next": following}
    return said | {"by": people[found.saved_by], "at": found.saved_at}


@blueprint.post("/recipe-drafts/<code>")
@require(model.DESIGNS)
@blueprint.arguments(shapes.RecipeDraft)
def save(body: Body, code: str) -> Answer:
    """Save what an engineer works on, as unfinished as it is; a content of before the third form becomes one of it.
    PestleError `recipe_draft_changed`, `recipe_faulty` for what cannot be worked on."""
    content = body["content"]
    found = skeleton.look(content)
    if found or content["recipe"] != code:
        raise _faulty(found or [Finding("malformed", "recipe")])
    made = upgraded(content)
    try:
        large = len(canonical.encode(made)) > skeleton.MOST_BYTES
    except SyncError as error:
        raise _faulty([Finding("malformed", "")]) from error
    if large:
        raise _faulty([Finding("too_large", "")])
    with db.write(plant.current().engine) as connection:
        return {"revision": drafts.save(connection, code, body["revision"], made, current_person().id)}


@blueprint.delete("/recipe-drafts/<code>/<int:revision>")
@require(model.DESIGNS)
@blueprint.response(204)
def discard(code: str, revision: int) -> None:
    """Give up what is being worked on. PestleError `recipe_draft_changed`."""
    with db.write(plant.current().engine) as connection:
        drafts.discard(connection, code, revision)


@blueprint.get("/recipe-choices")
@require(model.DESIGNS)
def choices() -> Answer:
    """What a recipe may name: materials with their units, equipment with its class and room, rooms."""
    with plant.current().engine.connect() as connection:
        return queries.choices(connection)


def _faulty(found: list[Finding]) -> PestleError:
    return PestleError("recipe_faulty", {"findings": [one.payload() for one in found[:100]]})
