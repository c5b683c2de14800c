"""The kind of recipes: a version approved."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.recipes import projection, queries, shapes


class _Material(Schema):
    material = fields.code()
    name = fields.nested(fields.TextPair)


class _Signature(Schema):
    person = fields.code()
    meaning = fields.text()
    at = fields.time()


class RecipeApproved(Schema):
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    product = fields.nested(shapes.Product)
    size = fields.nested(fields.QuantityShape)
    phases = shapes.phases()
    materials = fields.many(_Material)
    signatures = fields.many(_Signature, 1, 20)


def decide_approval(connection: Connection, entry: Entry) -> Ruling:
    """A version is approved once; what changes becomes the next version (CN 2010, 170)."""
    given = entry.payload
    if queries.find_recipe(connection, given["recipe"], given["version"]) is not None:
        return Ruling(refusal="recipe_version_exists", details={"recipe": given["recipe"], "version": given["version"]})
    return Ruling()


_APPROVES = ("server", "recipe.approve")
KINDS = (
    Kind("recipes.recipe_approved.v1", RecipeApproved, "decision", decide_approval, projection.approve, by=_APPROVES),
)
ROOM = Room("recipes", KINDS)
