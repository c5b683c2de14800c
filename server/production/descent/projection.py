"""Which batch came of which, and how entries tell it."""

from sqlalchemy import Column, Connection, Table, Text, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.production import model, projection
from server.production.descent import model as descent
from server.production.projection import batch

parent = Table(
    "production_parent",
    records,
    Column("batch", Text, primary_key=True),
    Column("parent", Text, primary_key=True, index=True),
    Column("how", Text, nullable=False),
)


def leave(connection: Connection, entry: Entry) -> None:
    """The parents are whole in what comes of them."""
    gone = descent.parents(entry.kind, entry.payload)
    values = {"status": descent.GONE[entry.kind], "updated_at": entry.recorded_at}
    connection.execute(update(batch).where(batch.c.number.in_(gone)).values(values))


def form(connection: Connection, entry: Entry) -> None:
    """The batch is there, with the lots of its parents to weigh from; each parent is a lot that went into it."""
    given = entry.payload
    projection.order(connection, entry)
    status = model.AWAITING_REVIEW if not given["phases"] else model.IN_PROGRESS if given["begun"] else model.ORDERED
    connection.execute(update(batch).where(batch.c.number == given["batch"]).values(status=status))
    query = select(batch.c.number, batch.c.product_code).where(batch.c.number.in_(given["parents"]))
    for number, product in connection.execute(query).all():
        projection.use_lot(connection, given["batch"], product, number)
    rows = [{"batch": given["batch"], "parent": one, "how": given["how"]} for one in given["parents"]]
    connection.execute(insert(parent), rows)
