"""The tables of label designs and of what was printed, and how entries fill them."""

from sqlalchemy import Column, Connection, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.materials.labels import model
from sync import canonical

template = Table(
    "materials_label_template",
    records,
    Column("template", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("width", Text, nullable=False),
    Column("height", Text, nullable=False),
    Column("elements", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
)
printed = Table(
    "materials_label_print",
    records,
    Column("what", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("copy", Integer, primary_key=True, autoincrement=False),
    Column("request", Text, nullable=False, index=True),
    Column("idx", Integer, nullable=False),
    Column("template", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("reason", Text),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("fields", Text, nullable=False),
)


def submit(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {name: given[name] for name in ("template", "version", "what", "width", "height", "sha256", "reason")}
    row |= {"name_zh": given["name"]["zh"], "name_en": given["name"]["en"], "state": model.SUBMITTED}
    row |= {"elements": canonical.encode(given["elements"]).decode()}
    row |= {"submitted_by": entry.actor, "submitted_at": entry.header.captured_at}
    connection.execute(insert(template), row)


def decide(connection: Connection, entry: Entry) -> None:
    given, c = entry.payload, template.c
    row = {"state": model.APPROVED if given["approved"] else model.REJECTED, "decided_by": entry.actor}
    row |= {"decided_at": entry.header.captured_at, "decided_reason": given["reason"]}
    here = (c.template == given["template"]) & (c.version == given["version"])
    connection.execute(update(template).where(here).values(row))


def print_(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("request", "what", "about", "copy", "template", "version", "format", "reason")
    row = {name: given[name] for name in same} | {"by": entry.actor, "at": entry.header.captured_at}
    row |= {"idx": entry.index, "fields": canonical.encode(given["says"]).decode()}
    connection.execute(insert(printed), row)
