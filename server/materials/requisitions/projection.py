"""The tables of requisitions, and how entries fill them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core import numbering
from server.core.db import records
from server.core.kinds import Entry
from server.materials.requisitions import model

requisition = Table(
    "materials_requisition",
    records,
    Column("number", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
    Column("instance", Text),
    Index("materials_requisition_year", "year", "n"),
)
line = Table(
    "materials_requisition_line",
    records,
    Column("number", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("material", Text, nullable=False),
    Column("quantity_value", Text, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    Column("needed_by", Text, nullable=False),
    Column("note", Text),
)


def raise_(connection: Connection, entry: Entry) -> None:
    given, parsed = entry.payload, numbering.parse(model.PREFIX, entry.payload["requisition"])
    assert parsed is not None, "the rule lets no other number through"
    row = {"number": given["requisition"], "year": parsed[0], "n": parsed[1], "reason": given["reason"]}
    row |= {"raised_by": entry.actor, "raised_at": entry.header.captured_at, "state": model.OPEN}
    connection.execute(insert(requisition), row)
    rows = [
        {
            "number": given["requisition"],
            "line": at,
            "material": one["material"],
            "quantity_value": one["quantity"]["value"],
            "quantity_unit": one["quantity"]["unit"],
            "needed_by": one["needed_by"],
            "note": one["note"],
        }
        for at, one in enumerate(given["lines"])
    ]
    connection.execute(insert(line), rows)


def decide(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"state": model.STATES[entry.kind], "decided_by": entry.actor, "decided_at": entry.header.captured_at}
    row |= {"decided_reason": given["reason"], "instance": given["instance"]}
    connection.execute(update(requisition).where(requisition.c.number == given["requisition"]).values(row))
