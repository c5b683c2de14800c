"""The tables of materials, lots and containers, and how entries fill them."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, text, update

from server.core.db import records
from server.core.kinds import Entry
from server.core.outcomes import SERVER
from server.materials import model

material = Table(
    "materials_material",
    records,
    Column("code", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("unit", Text, nullable=False),
)
lot = Table(
    "materials_lot",
    records,
    Column("material", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("status", Text, nullable=False, index=True),
    Column("quantity_value", Text),
    Column("quantity_unit", Text),
    Column("supplier", Text),
    Column("supplier_lot", Text),
    Column("expiry", Text),
    Column("containers", Integer),
    Column("received_at", Text, nullable=False, index=True),
    Column("manufacturer", Text),
    Column("made", Text),
    Column("retest", Text),
)

container = Table(
    "materials_container",
    records,
    Column("container", Text, primary_key=True),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("quantity_value", Text, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    # What it holds, where it stands and what has become of it, which the stock room alone writes.
    Column("held", Text),
    Column("location", Text, index=True),
    Column("batch", Text, index=True),
    Column("gone", Text),
    Column("restricted", Text),
    Column("opened", Integer),
    Index("materials_container_lot", "material", "lot"),
    Index(
        "materials_container_open",
        "material",
        "lot",
        sqlite_where=text("gone IS NULL"),
        postgresql_where=text("gone IS NULL"),
    ),
)


def define(connection: Connection, entry: Entry) -> None:
    """A material defined again has its new name and unit."""
    given = entry.payload
    said = {"name_zh": given["name"]["zh"], "name_en": given["name"]["en"], "type": given["type"]}
    put_material(connection, given["material"], {**said, "unit": given["unit"]})


def put_material(connection: Connection, code: str, said: Mapping[str, str]) -> None:
    """What the register says of a material: name_zh, name_en, type, unit."""
    changed = connection.execute(update(material).where(material.c.code == code).values(said))
    if changed.rowcount == 0:
        connection.execute(insert(material), {"code": code, **said})


def receive(connection: Connection, entry: Entry) -> None:
    """A delivery that names a known lot adds what was not known; a missing expiry never erases a known one. What the
    server says of it anew, counts."""
    given, quantity = entry.payload, entry.payload["quantity"]
    values = {
        "quantity_value": quantity and quantity["value"],
        "quantity_unit": quantity and quantity["unit"],
        "supplier": given["supplier"],
        "supplier_lot": given["supplier_lot"],
        "expiry": given["expiry"],
        "containers": given["containers"],
    }
    here = (lot.c.material == given["material"]) & (lot.c.lot == given["lot"])
    before = connection.execute(select(lot).where(here)).first()
    if before is None:
        key = {"material": given["material"], "lot": given["lot"]}
        place = {"status": given["status"], "received_at": entry.header.captured_at}
        connection.execute(insert(lot), {**key, **place, **values})
        return
    if model.NOT_PERMITTED in entry.flags:
        return
    ours = entry.header.device == SERVER
    new = {name: one for name, one in values.items() if one is not None and (ours or getattr(before, name) is None)}
    if new:
        connection.execute(update(lot).where(here).values(new))


def receive_containers(connection: Connection, entry: Entry) -> None:
    """A label that stands here already is left with what it was first received as."""
    given = entry.payload
    if model.NOT_PERMITTED in entry.flags:
        return
    labels = [one["container"] for one in given["containers"]]
    known = set(connection.execute(select(container.c.container).where(container.c.container.in_(labels))).scalars())
    rows: dict[str, dict[str, str]] = {}
    for one in given["containers"]:
        values = {"container": one["container"], "material": given["material"], "lot": given["lot"]}
        quantity = {"quantity_value": one["quantity"]["value"], "quantity_unit": one["quantity"]["unit"]}
        if one["container"] not in known:
            rows.setdefault(one["container"], values | quantity)
    if rows:
        connection.execute(insert(container), [*rows.values()])


def change_status(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    here = (lot.c.material == given["material"]) & (lot.c.lot == given["lot"])
    connection.execute(update(lot).where(here).values(status=given["status"]))
    if given.get("retest") is not None:
        connection.execute(update(lot).where(here).values(retest=given["retest"]))
