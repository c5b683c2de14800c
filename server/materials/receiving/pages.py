"""What screens are told of receiving: what a delivery is judged by, and what came."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.purchasing import queries as purchasing
from server.materials.receiving import queries
from server.materials.receiving.model import Receipt
from server.materials.stock import queries as stock
from server.materials.suppliers import queries as suppliers
from server.materials.suppliers.model import QUALIFIED

Answer = dict[str, Any]


def register(connection: Connection, day: str) -> Answer:
    """All that a delivery is judged by on a day: {day, rule, materials, suppliers, supplies, orders, locations}; with a
    handheld's lease comes the same."""
    return {
        "day": day,
        "rule": queries.rule_in_force(connection).payload(),
        "materials": materials_of(connection),
        "suppliers": suppliers_of(connection),
        "supplies": supplies_of(connection),
        "orders": purchasing.open_orders(connection),
        "locations": [one for one in stock.locations(connection) if one["active"]],
    }


def materials_of(connection: Connection) -> list[Answer]:
    """The materials of the register: {code, name, type, unit, shelf_life, retest, storage, conversions}; months, and
    null where the material says none."""
    versions, found = masters.all_versions(connection), []
    for code, one in materials.register(connection).items():
        master = masters.in_force(versions.get(code, []))
        names = ("shelf_life", "retest", "storage")
        of_master = {name: getattr(master, name) if master else None for name in names}
        found.append({"code": code, **one, **of_master, "conversions": [*master.conversions] if master else []})
    return found


def suppliers_of(connection: Connection) -> list[Answer]:
    """{supplier, name, qualified_until: the last day on which they are qualified, or null}."""
    return [
        {
            "supplier": code,
            "name": dict(one.name),
            "qualified_until": one.valid_until if one.status == QUALIFIED else None,
        }
        for code, one in suppliers.all_suppliers(connection).items()
    ]


def supplies_of(connection: Connection) -> list[Answer]:
    """The pairs that are approved: {material, supplier, manufacturer}."""
    names = ("material", "supplier", "manufacturer")
    return [{name: getattr(one, name) for name in names} for one in suppliers.supplies(connection) if one.approved]


def latest(connection: Connection, limit: int) -> Answer:
    """The newest deliveries."""
    return {"items": _receipts(connection, queries.latest(connection, limit))}


def of_lot(connection: Connection, material: str, lot: str) -> Answer:
    """The deliveries of a lot, the first one first, and its containers that came damaged, by label."""
    labels = [one.container for one in materials.containers_of(connection, material, lot)]
    items = _receipts(connection, queries.receipts_of(connection, material, lot))
    return {"items": items, "damaged": queries.damages(connection, labels)}


def _receipts(connection: Connection, found: Sequence[Receipt]) -> list[Answer]:
    people = identity.people(connection, {one.received_by for one in found})
    names = materials.material_names(connection, {one.material for one in found})
    known = suppliers.all_suppliers(connection)
    lots = {(one.material, one.lot): one.status for one in _lots(connection, found)}
    return [
        {
            **{name: getattr(one, name) for name in Receipt.__slots__ if name not in ("entry", "received_by")},
            "name": names.get(one.material),
            "supplier_name": dict(known[one.supplier].name) if one.supplier in known else None,
            "status": lots.get((one.material, one.lot)),
            "received_by": people.get(one.received_by),
        }
        for one in found
    ]


def _lots(connection: Connection, found: Iterable[Receipt]) -> list[Any]:
    return materials.lots_of(connection, {(one.material, one.lot) for one in found})
