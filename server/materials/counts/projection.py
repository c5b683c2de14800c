"""The tables of stock counts, and how entries fill them."""

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, update

from server.core import numbering
from server.core.db import records
from server.core.kinds import Entry
from server.materials.counts import model
from server.materials.model import NOT_PERMITTED
from server.materials.stock import queries as stock

count = Table(
    "materials_count",
    records,
    Column("count", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    # JSON, as `lines`.
    Column("locations", Text, nullable=False),
    Column("reason", Text),
    Column("ordered_by", Text, nullable=False),
    Column("ordered_at", Text, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", Text, index=True),
    Column("lines", Text),
    Index("materials_count_year", "year", "n"),
)
counting = Table(
    "materials_counting",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("count", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("quantity_value", Text),
    Column("quantity_unit", Text),
    Column("seen", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("book_value", Text),
    Column("book_unit", Text),
    Column("place", Text),
    Column("late", Integer, nullable=False),
    Index("materials_counting_count", "count", "idx"),
)


def order(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    parsed = numbering.parse(model.PREFIX, given["count"])
    assert parsed is not None
    row = {"count": given["count"], "year": parsed[0], "n": parsed[1], "reason": given["reason"]}
    row |= {"locations": orjson.dumps(given["locations"]).decode()}
    connection.execute(insert(count), row | {"ordered_by": entry.actor, "ordered_at": entry.header.captured_at})


def keep(connection: Connection, entry: Entry) -> None:
    """With what the book says of when it was counted: what is taken out afterwards is no variance of the count, also
    where the log had that before."""
    given, quantity = entry.payload, entry.payload["quantity"]
    known = connection.execute(select(count.c.closed_at).where(count.c.count == given["count"])).first()
    if NOT_PERMITTED in entry.flags or known is None:
        return
    book = stock.find_standing(connection, given["container"], entry.header.captured_at[:10])
    held = stock.held_at(connection, given["container"], entry.header.captured_at)
    row = {"entry": entry.id, "idx": entry.index, "person": entry.actor, "device": entry.header.device}
    row |= {name: given[name] for name in ("count", "container", "location")}
    row |= {"quantity_value": quantity and quantity["value"], "quantity_unit": quantity and quantity["unit"]}
    row |= {"seen": int(given["seen"]), "at": entry.header.captured_at, "late": int(known.closed_at is not None)}
    row |= {"book_value": held and held["value"], "book_unit": held and held["unit"]}
    connection.execute(insert(counting), row | {"place": book and book.location})


def close(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"closed_by": entry.actor, "closed_at": entry.header.captured_at}
    values["lines"] = orjson.dumps(given["lines"]).decode()
    connection.execute(update(count).where(count.c.count == given["count"]).values(values))
