"""The table of approved recipes, and how an approval fills it."""

from sqlalchemy import Column, Connection, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry
from server.recipes.model import recipe_hash
from sync import canonical

recipe = Table(
    "recipes_recipe",
    records,
    Column("recipe", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("payload", Text, nullable=False),
)


def approve(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    connection.execute(
        insert(recipe).values(
            recipe=given["recipe"],
            version=given["version"],
            hash=recipe_hash(given),
            payload=canonical.encode(given).decode(),
        )
    )
