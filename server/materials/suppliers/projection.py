"""The tables of suppliers, of what they may deliver, and of deliveries that wait for a decision."""

import orjson
from sqlalchemy import Column, Connection, Integer, Table, Text, insert, select, update

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from server.materials.suppliers import model
from sync import canonical

supplier = Table(
    "materials_supplier",
    records,
    Column("supplier", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("contacts", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("valid_until", Text, index=True),
    Column("evidence", Text, nullable=False),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
)
supply = Table(
    "materials_supply",
    records,
    Column("material", Text, primary_key=True),
    Column("supplier", Text, primary_key=True),
    Column("manufacturer", Text, primary_key=True),
    Column("approved", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
)
delivery = Table(
    "materials_delivery",
    records,
    Column("material", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("supplier", Text),
    Column("state", Text, nullable=False, index=True),
    Column("received_at", Text, nullable=False),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("manufacturer", Text),
    Column("flags", Text),
)


def _text(value: object) -> str:
    return canonical.encode(value).decode()


def register(connection: Connection, entry: Entry) -> None:
    """Registered again, it has its new names and addresses; what was decided about it stands."""
    given, code = entry.payload, entry.payload["supplier"]
    values = {"name_zh": given["name"]["zh"], "name_en": given["name"]["en"], "address": given["address"]}
    values |= {"contacts": _text(given["contacts"])}
    changed = connection.execute(update(supplier).where(supplier.c.supplier == code).values(values))
    if changed.rowcount == 0:
        first = {"supplier": code, "status": model.NEW, "evidence": "[]"}
        connection.execute(insert(supplier), first | values)


def decide(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("status", "valid_until", "reason")}
    values |= {"evidence": _text(given["evidence"])}
    values |= {"decided_by": entry.actor, "decided_at": entry.header.captured_at}
    connection.execute(update(supplier).where(supplier.c.supplier == given["supplier"]).values(values))


def decide_supply(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {name: given[name] for name in ("material", "supplier", "manufacturer", "reason")}
    row |= {"approved": int(given["approved"])}
    row |= {"decided_by": entry.actor, "decided_at": entry.header.captured_at}
    db.put(connection, supply, row)


def hold(connection: Connection, entry: Entry) -> None:
    """A lot of which a delivery was not as it should be waits, also when another delivery of it was accepted before;
    with all that was wrong with those that wait."""
    flags = model.held_by(entry.kind, entry.flags)
    if not flags:
        return
    given = entry.payload
    here = (delivery.c.material == given["material"]) & (delivery.c.lot == given["lot"])
    before = connection.execute(select(delivery.c.flags).where(here, delivery.c.state == model.WAITS)).scalar()
    flags = tuple(dict.fromkeys((*(orjson.loads(before) if before else ()), *flags)))
    named = given["supplier"] or given.get("supplier_name")
    row = {"material": given["material"], "lot": given["lot"], "supplier": named, "state": model.WAITS}
    row |= {"manufacturer": given.get("manufacturer"), "flags": _text([*flags])}
    row |= {"received_at": entry.header.captured_at, "reason": None, "decided_by": None, "decided_at": None}
    db.put(connection, delivery, row)


def accept(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (delivery.c.material == given["material"]) & (delivery.c.lot == given["lot"])
    row = {"state": model.TAKEN, "reason": given["reason"]}
    row |= {"decided_by": entry.actor, "decided_at": entry.header.captured_at}
    connection.execute(update(delivery).where(here).values(row))
