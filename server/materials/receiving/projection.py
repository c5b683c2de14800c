"""The tables of receipts, damaged containers, reserved lot numbers and the plant's rule, and how entries fill them."""

from decimal import Decimal

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, delete, insert, select, update

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from server.materials import model as materials
from server.materials.projection import container, lot, receive_containers
from sync.log import transaction
from sync.log.prepared import Prepared

receipt = Table(
    "materials_receipt",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("order", Text),
    Column("line", Integer),
    Column("supplier", Text),
    Column("delivery_note", Text),
    Column("quantity_value", Text),
    Column("quantity_unit", Text),
    Column("containers", Integer),
    Column("comment", Text),
    Column("damage", Text),
    Column("flags", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Index("materials_receipt_lot", "material", "lot"),
)
damage = Table(
    "materials_damage",
    records,
    Column("container", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("photos", Text, nullable=False),
)
numbers = Table(
    "materials_numbers",
    records,
    Column("period", Text, primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("device", Text, nullable=False, index=True),
    Column("unit", Text),
)
# Ranges that came back and are nobody's.
free = Table(
    "materials_numbers_free",
    records,
    Column("period", Text, primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
# Entries about a lot that stand in the stream of a handheld's work, not in the lot's own.
told = Table(
    "materials_lot_told",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Index("materials_lot_told_lot", "material", "lot"),
)
# One row: the rule in force.
rule = Table(
    "materials_receiving_rule",
    records,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("pattern", Text, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("over", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
_back_from = Prepared(
    select(free.c.last).where(free.c.period == bindparam("period"), free.c.first == bindparam("first"))
)
_keep, _tell_of, _reserve = (Prepared(insert(one).inline()) for one in (receipt, told, numbers))
_OF_LOT = ("supplier_lot", "expiry", "made", "retest", "manufacturer")


def receive(connection: Connection, entry: Entry) -> None:
    """A lot in quarantine; of one that is known only what was not known of it is added, and its containers counted."""
    given = entry.payload
    _keep_receipt(connection, entry)
    _tell(connection, entry)
    here = (lot.c.material == given["material"]) & (lot.c.lot == given["lot"])
    known = connection.execute(select(lot).where(here)).first()
    values = {name: given[name] for name in _OF_LOT} | {"supplier": given["supplier"] or given["supplier_name"]}
    if known is None:
        quantity = given["quantity"] or {"value": None, "unit": None}
        amounts = {"quantity_value": quantity["value"], "quantity_unit": quantity["unit"]}
        key = {"material": given["material"], "lot": given["lot"], "status": "quarantine"}
        row = key | values | amounts | {"containers": given["containers"], "received_at": entry.header.captured_at}
        connection.execute(insert(lot), row)
        return
    if materials.NOT_PERMITTED in entry.flags:
        return
    new = {name: value for name, value in values.items() if value is not None and getattr(known, name) is None}
    if given["containers"] is not None:
        new["containers"] = given["containers"] + (known.containers or 0)
    if given["quantity"] is not None and known.quantity_unit in (None, given["quantity"]["unit"]):
        together = Decimal(given["quantity"]["value"]) + Decimal(known.quantity_value or 0)
        new |= {"quantity_value": f"{together:f}", "quantity_unit": given["quantity"]["unit"]}
    if new:
        connection.execute(update(lot).where(here).values(new))


def _tell(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    if entry.header.stream != f"lot/{given['material']}/{given['lot']}":
        row = {"idx": entry.index, "material": given["material"], "lot": given["lot"]}
        transaction.insert(connection, _tell_of, row)


def _keep_receipt(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("material", "lot", "order", "line", "delivery_note", "containers", "comment")
    row = {name: given[name] for name in same} | {"idx": entry.index, "entry": entry.id}
    quantity = given["quantity"] or {"value": None, "unit": None}
    row |= {"quantity_value": quantity["value"], "quantity_unit": quantity["unit"]}
    row |= {"supplier": given["supplier"] or given["supplier_name"]}
    row |= {"damage": None if given["damage"] is None else _text(given["damage"]), "flags": _text([*entry.flags])}
    row |= {"received_by": entry.actor, "received_at": entry.header.captured_at}
    transaction.insert(connection, _keep, row)


def receive_labelled(connection: Connection, entry: Entry) -> None:
    """As v1 registers them; what came damaged is kept beside."""
    receive_containers(connection, entry)
    _tell(connection, entry)
    if materials.NOT_PERMITTED in entry.flags:
        return
    given = entry.payload
    ours = (container.c.material == given["material"]) & (container.c.lot == given["lot"])
    for one in (each for each in given["containers"] if each["damage"] is not None):
        here = select(container.c.container).where(ours, container.c.container == one["container"])
        if connection.execute(here).first() is not None:
            row = {"text": one["damage"]["text"], "photos": _text(one["damage"]["photos"])}
            db.put_missing(connection, damage, {"container": one["container"], **row})


def reserve(connection: Connection, entry: Entry) -> None:
    """Of numbers that had come back, what is left stays nobody's."""
    given = entry.payload
    transaction.insert(connection, _reserve, given)
    here = (free.c.period == given["period"]) & (free.c.first == given["first"])
    found = transaction.first(connection, _back_from, {"period": given["period"], "first": given["first"]})
    if found is None:
        return
    [last] = found
    connection.execute(delete(free).where(here))
    if last > given["last"]:
        row = {"period": given["period"], "first": given["last"] + 1, "last": last}
        connection.execute(insert(free), row)


def give_back(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (numbers.c.period == given["period"]) & (numbers.c.last == given["last"])
    connection.execute(delete(numbers).where(here, numbers.c.first == given["first"]))
    connection.execute(update(numbers).where(here).values(last=given["first"] - 1))
    connection.execute(insert(free), {name: given[name] for name in ("period", "first", "last")})


def set_rule(connection: Connection, entry: Entry) -> None:
    said = {name: entry.payload[name] for name in ("pattern", "remaining", "over", "reason")}
    db.put(connection, rule, {"n": 1, **said, "set_by": entry.actor, "set_at": entry.header.captured_at})


def _text(value: object) -> str:
    return orjson.dumps(value).decode()
