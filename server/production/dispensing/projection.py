"""What was dispensed, portion by portion, beside the entries of its batch."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry

dispensed = Table(
    "production_dispensed",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("portion", Integer, nullable=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("container", Text),
    Column("into_label", Text, nullable=False, index=True),
    Column("net_value", Text, nullable=False),
    Column("net_unit", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("tare_reading", Text, index=True),
    Index("production_dispensed_batch", "batch", "phase"),
)
# What was left in containers, for the readings that it took.
rest = Table(
    "production_rest",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("tare_reading", Text, index=True),
)


def keep_rest(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"idx": entry.index, "entry": entry.id, "batch": given["batch"], "container": given["container"]}
    connection.execute(insert(rest), row | {"tare_reading": (given["tare_reading"] or {}).get("id")})


def keep(connection: Connection, entry: Entry, asked: str) -> None:
    """`asked`: how much the frozen recipe asks for of the lot, in the unit of the line."""
    given = entry.payload
    same = {name: given[name] for name in ("batch", "phase", "line", "portion", "material", "lot", "container")}
    row: Mapping[str, Any] = {
        "idx": entry.index,
        "entry": entry.id,
        **same,
        "into_label": given["into"],
        "net_value": given["net"]["value"],
        "net_unit": given["net"]["unit"],
        "quantity": asked,
        "tare_reading": (given["tare_reading"] or {}).get("id"),
    }
    connection.execute(insert(dispensed), row)
