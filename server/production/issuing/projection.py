"""The table of what was brought to batches, and how entries fill it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Table, Text, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.materials.stock import queries as stock
from server.production import containers
from server.production.issuing import rules
from server.production.issuing.model import Issue

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
    # What the batch had taken out of it before it was issued, and how many movements of it there were by then.
    Column("taken", Text),
    Column("begun", Integer),
)


def stays(connection: Connection, batch: str, containers: Collection[str]) -> list[Issue]:
    """Each time that these containers were issued to the batch, in the order in which they came."""
    query = select(issue).where(issue.c.batch == batch, issue.c.container.in_(containers))
    return [stay_of(row) for row in connection.execute(query.order_by(issue.c.at, issue.c.container))]


def stay_of(row: Row[Any]) -> Issue:
    back = None if row.returned_at is None else {"value": row.returned_value, "unit": row.returned_unit}
    return Issue(
        container=row.container,
        material=row.material,
        lot=row.lot,
        batch=row.batch,
        held={"value": row.held_value, "unit": row.held_unit},
        location=row.location,
        by=row.by,
        at=row.at,
        returned=back,
        returned_by=row.returned_by,
        returned_at=row.returned_at,
        taken=row.taken,
        begun=row.begun,
    )


def issued(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    moved = stock.movements(connection, given["container"])
    before = stays(connection, given["batch"], [given["container"]])
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
        "taken": rules.taken_before(given["batch"], before, moved),
        "begun": len(moved),
    }
    connection.execute(insert(issue), values)


def follow(connection: Connection, entry: Entry) -> None:
    """What is filled out of a container of a batch is the batch's as well, and with it where that one is."""
    source = entry.payload["container"]
    batch = containers.allocated(connection, [source]).get(source)
    parts = stock.parts_of(connection, entry.index)
    if batch is None or not parts:
        return
    containers.give(connection, batch, [one.container for one in parts])
    found = [one for one in stays(connection, batch, [source]) if one.returned_at is None]
    for stay in found[-1:]:
        rows = [
            {
                "container": one.container,
                "batch": batch,
                "at": entry.header.captured_at,
                "material": stay.material,
                "lot": stay.lot,
                "held_value": one.quantity["value"],
                "held_unit": one.quantity["unit"],
                "location": stay.location,
                "by": entry.actor,
                "taken": "0",
                "begun": 1,
            }
            for one in parts
        ]
        connection.execute(insert(issue), rows)


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
