"""The table of what the plant says of the pace of its batches."""

from sqlalchemy import Column, Connection, Integer, Table, Text

from server.core import db
from server.core.db import records
from server.core.kinds import Entry

# One row, n = 1; none in a plant that has not said.
quiet = Table(
    "production_quiet",
    records,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("hours", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)


def set_quiet(connection: Connection, entry: Entry) -> None:
    given = {name: entry.payload[name] for name in ("hours", "reason")}
    db.put(connection, quiet, {"n": 1, **given, "set_by": entry.actor, "set_at": entry.header.captured_at})
