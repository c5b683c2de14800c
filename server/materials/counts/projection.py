"""The tables of stock counts, and how entries fill them."""

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select, update

from server.core import numbering
from server.core.db import records
from server.core.kinds import Entry
from server.materials.counts import model
from server.materials.stock import placed, placing
from server.materials.stock import projection as stock
from server.materials.stock.model import VOID as void

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
    # As far as its device's clock is to be relied on.
    Column("at", Text, nullable=False),
    Column("late", Integer, nullable=False),
    Index("materials_counting_count", "count", "idx"),
    Index("materials_counting_container", "container", "at"),
)
# What came too late for a closed count, and has not been counted again since.
upset = Table(
    "materials_count_upset",
    records,
    Column("count", Text, primary_key=True),
    Column("container", Text, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("idx", Integer, nullable=False),
)


def order(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    parsed = numbering.parse(model.PREFIX, given["count"])
    assert parsed is not None
    row = {"count": given["count"], "year": parsed[0], "n": parsed[1], "reason": given["reason"]}
    row |= {"locations": orjson.dumps(given["locations"]).decode()}
    connection.execute(insert(count), row | {"ordered_by": entry.actor, "ordered_at": entry.header.captured_at})


def keep(connection: Connection, entry: Entry) -> None:
    """What the book says of that moment is reckoned whenever it is asked for: what was done before may come later."""
    given, quantity = entry.payload, entry.payload["quantity"]
    known = connection.execute(select(count.c.closed_at).where(count.c.count == given["count"])).first()
    if not void.isdisjoint(entry.flags) or known is None:
        return
    at = placing.made_at(entry.header.captured_at, entry.recorded_at, entry.flags)
    row = {"entry": entry.id, "idx": entry.index, "person": entry.actor, "device": entry.header.device}
    row |= {name: given[name] for name in ("count", "container", "location")}
    row |= {"quantity_value": quantity and quantity["value"], "quantity_unit": quantity and quantity["unit"]}
    row |= {"seen": int(given["seen"]), "at": at, "late": int(known.closed_at is not None)}
    connection.execute(insert(counting), row)


def close(connection: Connection, entry: Entry) -> None:
    """What was found was so when it was counted: what was carried on since stands where it was put, what was measured
    since holds that."""
    given = entry.payload
    values = {"closed_by": entry.actor, "closed_at": entry.header.captured_at}
    values["lines"] = orjson.dumps(given["lines"]).decode()
    connection.execute(update(count).where(count.c.count == given["count"]).values(values))
    at = counted_at(connection, given["count"])
    stock.correct(connection, entry, at)
    placed.put(
        connection,
        [
            (one["container"], placed.new(entry, placing.COUNTED, one["to"], at=at.get(one["entry"])))
            for one in given["lines"]
            if one["to"] is not None
        ],
    )
    counted = select(counting.c.container).where(counting.c.count == given["count"], counting.c.late == 0)
    connection.execute(delete(upset).where(upset.c.container.in_(counted)))


def counted_at(connection: Connection, number: str) -> dict[str, str]:
    """By its entry, when each counting of a count was made, UTC text."""
    query = select(counting.c.entry, counting.c.at).where(counting.c.count == number)
    return {row.entry: row.at for row in connection.execute(query)}


def keep_upset(connection: Connection, number: str, label: str, entry: Entry, is_so: bool) -> None:
    """Whether a container of a closed count is booked otherwise now; the first entry that made it so is named."""
    here = (upset.c.count == number) & (upset.c.container == label)
    if not is_so:
        connection.execute(delete(upset).where(here))
    elif connection.execute(select(upset.c.entry).where(here)).first() is None:
        row = {"count": number, "container": label, "entry": entry.id, "idx": entry.index}
        connection.execute(insert(upset), row)
