"""The tables of recipes: what was submitted and what became of it, and what is approved."""

from sqlalchemy import Column, Connection, Integer, Table, Text, and_, insert, select, update

from server.core import days
from server.core.db import records, workspace
from server.core.kinds import Entry
from server.recipes import model, rules
from server.recipes.model import recipe_hash
from sync import canonical

recipe = Table(
    "recipes_recipe",
    records,
    Column("recipe", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("first_day", Text),
)
# What came by import or with the demonstration has no row here.
version = Table(
    "recipes_version",
    records,
    Column("recipe", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("comment", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("reason", Text),
    Column("instance", Text),
    Column("effective_from", Text),
    Column("first_day", Text),
)
# What one engineer saved; `revision` counts, so that nobody writes over what somebody else has saved meanwhile.
draft = Table(
    "recipes_draft",
    workspace,
    Column("recipe", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)


def submit(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("recipe", "version", "sha256")} | {
        "payload": canonical.encode(model.content_of(given)).decode(),
        "state": model.SUBMITTED,
        "submitted_by": entry.actor,
        "submitted_at": entry.header.captured_at,
        "comment": given["reason"],
        "effective_from": given.get("effective_from"),
    }
    connection.execute(insert(version), values)


def approve_v1(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"recipe": given["recipe"], "version": given["version"], "hash": recipe_hash(given)}
    connection.execute(insert(recipe).values(payload=canonical.encode(given).decode(), **values))


def approve(connection: Connection, entry: Entry) -> None:
    """What was submitted is in force from its day on, under the digest that everybody has signed."""
    given = entry.payload
    _decide(connection, entry, model.IN_FORCE)
    here = and_(version.c.recipe == given["recipe"], version.c.version == given["version"])
    row = connection.execute(select(version.c.sha256, version.c.payload, version.c.effective_from).where(here)).first()
    # None: the payload of the submission was erased.
    if row is not None:
        first = rules.first_day(row.effective_from, days.captured(connection, entry))
        values = {"recipe": given["recipe"], "version": given["version"], "hash": row.sha256, "first_day": first}
        connection.execute(insert(recipe).values(payload=row.payload, **values))
        connection.execute(update(version).where(here).values(first_day=first))


def give_back(connection: Connection, entry: Entry) -> None:
    _decide(connection, entry, model.RETURNED)


def _decide(connection: Connection, entry: Entry, state: str) -> None:
    given = entry.payload
    here = and_(version.c.recipe == given["recipe"], version.c.version == given["version"])
    decided = {"decided_by": entry.actor, "decided_at": entry.header.captured_at}
    decided |= {"reason": given["reason"], "instance": given["instance"]}
    connection.execute(update(version).where(here).values(state=state, **decided))
