"""The tables of purchase orders and of what came of them, and how entries fill them."""

from decimal import Decimal

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, update

from server.core import numbering, units
from server.core.db import records
from server.core.kinds import Entry
from server.materials.masters import queries as masters
from server.materials.purchasing import model

order = Table(
    "materials_purchase_order",
    records,
    Column("number", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("note", Text),
    Column("sha256", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
    Column("instance", Text),
    Index("materials_purchase_order_year", "year", "n"),
    Index("materials_purchase_order_state", "state"),
)
line = Table(
    "materials_purchase_line",
    records,
    Column("number", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("material", Text, nullable=False, index=True),
    Column("quantity_value", Text, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    Column("wanted_by", Text),
    Column("requisition", Text, index=True),
    Column("closed", Integer, nullable=False, index=True),
    Column("closed_by", Text),
    Column("closed_at", Text),
    Column("closed_reason", Text),
)
receipt = Table(
    "materials_purchase_receipt",
    records,
    Column("entry", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("lot", Text, nullable=False),
    Column("amount", Text),
    Column("at", Text, nullable=False),
    Index("materials_purchase_receipt_line", "number", "line"),
)


def place(connection: Connection, entry: Entry) -> None:
    given, parsed = entry.payload, numbering.parse(model.PREFIX, entry.payload["order"])
    assert parsed is not None, "the rule lets no other number through"
    row = {"number": given["order"], "year": parsed[0], "n": parsed[1], "state": model.WAITING}
    row |= {name: given[name] for name in ("supplier", "note", "sha256")}
    row |= {"placed_by": entry.actor, "placed_at": entry.header.captured_at}
    connection.execute(insert(order), row)
    rows = [
        {
            "number": given["order"],
            "closed": 0,
            "quantity_value": one["quantity"]["value"],
            "quantity_unit": one["quantity"]["unit"],
            **{name: one[name] for name in ("line", "material", "wanted_by", "requisition")},
        }
        for one in given["lines"]
    ]
    connection.execute(insert(line), rows)


def decide(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"state": model.STATES[entry.kind], "decided_by": entry.actor, "decided_at": entry.header.captured_at}
    row |= {"decided_reason": given["reason"], "instance": given["instance"]}
    connection.execute(update(order).where(order.c.number == given["order"]).values(row))


def close(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {
        "closed": 1,
        "closed_by": entry.actor,
        "closed_at": entry.header.captured_at,
        "closed_reason": given["reason"],
    }
    here = (line.c.number == given["order"]) & (line.c.line == given["line"])
    connection.execute(update(line).where(here).values(row))


def receive(connection: Connection, entry: Entry) -> None:
    """What came in for a line; of another material, or for none that there is, it is no receipt of an order, nor is
    what somebody says who may not receive, or what came before the order was approved."""
    given = entry.payload
    if not model.VOID.isdisjoint(entry.flags):
        return
    here = (line.c.number == given["order"]) & (line.c.line == given["line"])
    found = connection.execute(select(line).where(here, line.c.material == given["material"])).first()
    if found is None:
        return
    came = given["quantity"]
    links = masters.links(connection, given["material"])
    counted = None if came is None else units.converted(came, found.quantity_unit, links)
    row = {"entry": entry.id, "number": found.number, "line": found.line, "lot": given["lot"]}
    row |= {"amount": counted["value"] if counted else None, "at": entry.header.captured_at}
    connection.execute(insert(receipt), row)
    _close_full(connection, found.number, found.line, Decimal(found.quantity_value))


def _close_full(connection: Connection, number: str, at: int, ordered: Decimal) -> None:
    """A line of which all has come is closed."""
    query = select(receipt.c.amount).where(receipt.c.number == number, receipt.c.line == at)
    came = sum((Decimal(one.amount) for one in connection.execute(query) if one.amount is not None), Decimal(0))
    if came >= ordered:
        here = (line.c.number == number) & (line.c.line == at)
        connection.execute(update(line).where(here).values(closed=1))
