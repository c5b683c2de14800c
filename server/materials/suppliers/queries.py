"""Reads of suppliers, of what they may deliver, and of deliveries that wait."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from server.materials import queries as materials
from server.materials.suppliers import model, rules
from server.materials.suppliers.model import Delivery, Supplier, Supply
from server.materials.suppliers.projection import delivery, supplier, supply
from sync.log import transaction
from sync.log.prepared import Prepared

# A lot that is released already is QA's concern too, when more of it came and was not as it should be.
_USABLE = ("quarantine", "released", "restricted")


# Asked of every receipt.
_any = Prepared(select(supplier.c.supplier).limit(1))


def all_suppliers(connection: Connection) -> dict[str, Supplier]:
    """By code."""
    rows = connection.execute(select(supplier).order_by(supplier.c.supplier))
    return {row.supplier: _supplier(row) for row in rows}


def find(connection: Connection, code: str) -> Supplier | None:
    row = connection.execute(select(supplier).where(supplier.c.supplier == code)).first()
    return None if row is None else _supplier(row)


def is_kept(connection: Connection) -> bool:
    """Whether this site keeps a register of suppliers: one that has none takes from anybody, as before it had one."""
    return transaction.first(connection, _any, {}) is not None


def supplies(connection: Connection, material: str | None = None, by: str | None = None) -> list[Supply]:
    """Of a material, or of a supplier or manufacturer; all that were ever decided."""
    query = select(supply).order_by(supply.c.material, supply.c.supplier, supply.c.manufacturer)
    if material is not None:
        query = query.where(supply.c.material == material)
    if by is not None:
        query = query.where((supply.c.supplier == by) | (supply.c.manufacturer == by))
    return [_supply(row) for row in connection.execute(query)]


def may_deliver(connection: Connection, material: str, named: str | None, day: str, maker: str | None = None) -> bool:
    """Whether somebody who is named by code or name may deliver this material on a day (YYYY-MM-DD), made by `maker`
    where that is known."""
    known = all_suppliers(connection)
    found = next((one for one in known.values() if named is not None and one.is_named(named)), None)
    return rules.approved(found, supplies(connection, material), known, day, maker)


def is_stopped(connection: Connection, material: str, named: str | None, day: str, maker: str | None = None) -> bool:
    """Whether a receipt is from somebody who is not approved: named, or of what is only ever bought."""
    if not is_kept(connection):
        return False
    bought = materials.material_type(connection, material) in model.BOUGHT
    return (named is not None or bought) and not may_deliver(connection, material, named, day, maker)


def find_delivery(connection: Connection, material: str, lot: str) -> Delivery | None:
    here = (delivery.c.material == material) & (delivery.c.lot == lot)
    row = connection.execute(select(delivery).where(here)).first()
    return None if row is None else _delivery(row)


def is_undecided(connection: Connection, material: str, lot: str, day: str) -> bool:
    """Whether a lot waits for QA's word about its delivery: it was not accepted, and is not made good by itself."""
    found = find_delivery(connection, material, lot)
    if found is None or found.state != model.WAITS:
        return False
    return rules.still_held(found.flags, may_deliver(connection, material, found.supplier, day, found.manufacturer))


def undecided(connection: Connection, day: str, limit: int) -> list[Delivery]:
    """Deliveries that wait, of lots that may be used or could become so; those that wait longest first."""
    rows = connection.execute(select(delivery).where(delivery.c.state == model.WAITS).order_by(delivery.c.received_at))
    found = []
    for one in (_delivery(row) for row in rows):
        lot = materials.find_lot(connection, one.material, one.lot)
        if lot is not None and lot.status in _USABLE and is_undecided(connection, one.material, one.lot, day):
            found.append(one)
            if len(found) == limit:
                break
    return found


def expiring(connection: Connection, until: str) -> list[Supplier]:
    """Qualifications that end by a day, or have ended; the first to end first."""
    here = (supplier.c.status == model.QUALIFIED) & (supplier.c.valid_until <= until)
    rows = connection.execute(select(supplier).where(here).order_by(supplier.c.valid_until, supplier.c.supplier))
    return [_supplier(row) for row in rows]


def evidence_of(connection: Connection, code: str, sha256: str) -> dict[str, Any] | None:
    """A file that the last decision about a supplier names."""
    found = find(connection, code)
    return next((dict(one) for one in found.evidence if one["sha256"] == sha256), None) if found else None


def _supplier(row: Row[Any]) -> Supplier:
    same = ("supplier", "address", "status", "valid_until", "reason", "decided_by", "decided_at")
    return Supplier(
        name={"zh": row.name_zh, "en": row.name_en},
        contacts=tuple(orjson.loads(row.contacts)),
        evidence=tuple(orjson.loads(row.evidence)),
        **{name: getattr(row, name) for name in same},
    )


def _supply(row: Row[Any]) -> Supply:
    same = {name: getattr(row, name) for name in Supply.__slots__ if name != "approved"}
    return Supply(approved=bool(row.approved), **same)


def _delivery(row: Row[Any]) -> Delivery:
    same = {name: getattr(row, name) for name in Delivery.__slots__ if name != "flags"}
    return Delivery(flags=tuple(orjson.loads(row.flags)) if row.flags else (model.NOT_APPROVED,), **same)
