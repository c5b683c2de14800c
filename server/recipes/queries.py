"""Reads of approved recipes."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from server.recipes.model import Recipe
from server.recipes.projection import recipe


def find_recipe(connection: Connection, code: str, version: int) -> Recipe | None:
    row = connection.execute(select(recipe).where(recipe.c.recipe == code, recipe.c.version == version)).first()
    return None if row is None else _recipe(row)


def _recipe(row: Row[Any]) -> Recipe:
    return Recipe(row.recipe, row.version, row.hash, orjson.loads(row.payload))


def products(connection: Connection) -> dict[str, dict[str, str]]:
    """The names of what the approved recipes make, by code."""
    rows = connection.execute(select(recipe.c.payload).order_by(recipe.c.recipe, recipe.c.version)).scalars()
    made = [orjson.loads(text)["product"] for text in rows]
    return {one["code"]: one["name"] for one in made}
