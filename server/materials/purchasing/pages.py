"""What screens show of purchase orders, and of what waits to be ordered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.purchasing import queries
from server.materials.purchasing.model import Line, Order
from server.materials.suppliers import queries as suppliers

Answer = dict[str, Any]


def shown(connection: Connection, found: Sequence[Order]) -> list[Answer]:
    """Orders with their lines; people, suppliers and materials by name."""
    who = {name for one in found for name in (one.placed_by, one.decided_by, *(x.closed_by for x in one.lines)) if name}
    people = identity.people(connection, who)
    names = materials.material_names(connection, {line.material for one in found for line in one.lines})
    known = suppliers.all_suppliers(connection)
    return [
        {
            "order": one.number,
            "supplier": one.supplier,
            "supplier_name": dict(known[one.supplier].name) if one.supplier in known else None,
            "state": one.standing,
            "note": one.note,
            "placed_by": people.get(one.placed_by),
            "placed_at": one.placed_at,
            "decided_by": people.get(one.decided_by or ""),
            "decided_at": one.decided_at,
            "decided_reason": one.decided_reason,
            "lines": [_line(line) | _named(line, names, people) for line in one.lines],
        }
        for one in found
    ]


def wanted(connection: Connection, day: str) -> Answer:
    """{items: what approved requisitions still ask for, the first needed first; suppliers: who may deliver what}."""
    found = queries.wanted(connection)
    names = materials.register(connection)
    items = [
        {
            "requisition": one.number,
            "material": code,
            "open": {"value": f"{value:f}", "unit": names[code]["unit"]},
            "needed_by": min(each.needed_by for each in one.lines if each.material == code),
        }
        for one, rest in found
        for code, value in rest.items()
        if code in names
    ]
    items.sort(key=lambda one: (one["needed_by"], one["requisition"], one["material"]))
    return {"items": items, "suppliers": _deliver(connection, day)}


def _deliver(connection: Connection, day: str) -> list[Answer]:
    """Suppliers that may deliver something today, each with the materials: {supplier, name, materials: [{code, name,
    unit}]}."""
    known, register = suppliers.all_suppliers(connection), materials.register(connection)
    pairs = [one for one in suppliers.supplies(connection) if one.approved and one.material in register]
    found = []
    for code, one in known.items():
        fit = [each for each in pairs if each.supplier == code and known[each.manufacturer].qualified(day)]
        held = sorted({each.material for each in fit}) if one.qualified(day) else []
        told = [{"code": each, "name": register[each]["name"], "unit": register[each]["unit"]} for each in held]
        if told:
            found.append({"supplier": code, "name": dict(one.name), "materials": told})
    return found


def _line(one: Line) -> Answer:
    return {
        "line": one.line,
        "material": one.material,
        "quantity": dict(one.quantity),
        "received": {"value": f"{one.received:f}", "unit": one.quantity["unit"]},
        "open": {"value": f"{one.open:f}", "unit": one.quantity["unit"]},
        "wanted_by": one.wanted_by,
        "requisition": one.requisition,
        "state": one.state,
        "receipts": [{"lot": each.lot, "at": each.at} for each in one.receipts],
        "closed_at": one.closed_at,
        "closed_reason": one.closed_reason,
    }


def _named(one: Line, names: Answer, people: Answer) -> Answer:
    return {"name": names.get(one.material), "closed_by": people.get(one.closed_by or "")}
