"""The table of what was brought to batches, and how entries fill it."""

from sqlalchemy import Column, Connection, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry

issue = Table(
    "production_issue",
    records,
    Column("container", Text, primary_key=True),
    Column("batch", Text, primary_key=True, index=True),
    Column("at", Text, primary_key=True),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("held_value", Text, nullable=False),
    Column("held_unit", Text, nullable=False),
    Column("location", Text),
    Column("by", Text, nullable=False),
    Column("returned_value", Text),
    Column("returned_unit", Text),
    Column("returned_by", Text),
    Column("returned_at", Text),
)


def issued(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {
        "container": given["container"],
        "batch": given["batch"],
        "at": entry.header.captured_at,
        "material": given["material"],
        "lot": given["lot"],
        "held_value": given["held"]["value"],
        "held_unit": given["held"]["unit"],
        "location": given["to"],
        "by": entry.actor,
    }
    connection.execute(insert(issue), values)


def returned(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (issue.c.container == given["container"]) & (issue.c.batch == given["batch"])
    values = {
        "returned_value": given["quantity"]["value"],
        "returned_unit": given["quantity"]["unit"],
        "returned_by": entry.actor,
        "returned_at": entry.header.captured_at,
    }
    connection.execute(update(issue).where(here, issue.c.returned_at.is_(None)).values(values))
