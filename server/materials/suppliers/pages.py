"""What screens show of suppliers: the register, one with what it may deliver, and whose a lot is."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.suppliers import model, queries
from server.materials.suppliers.model import Supplier, Supply

Answer = dict[str, Any]


def listing(connection: Connection, day: str) -> Answer:
    """All suppliers by code, each with its standing today and for how many materials it is approved."""
    counts: dict[str, set[str]] = {}
    for one in queries.supplies(connection):
        if one.approved:
            counts.setdefault(one.supplier, set()).add(one.material)
    known = queries.all_suppliers(connection)
    return {"items": [_line(one, day) | {"materials": len(counts.get(code, ()))} for code, one in known.items()]}


def one(connection: Connection, code: str, day: str) -> Answer | None:
    found = queries.find(connection, code)
    if found is None:
        return None
    pairs = queries.supplies(connection, by=code)
    people = _people(connection, [found.decided_by, *(one.decided_by for one in pairs)])
    known = queries.all_suppliers(connection)
    names = materials.material_names(connection, [one.material for one in pairs])
    return _line(found, day) | {
        "address": found.address,
        "contacts": [*found.contacts],
        "evidence": [*found.evidence],
        "reason": found.reason,
        "decided_by": people.get(found.decided_by or ""),
        "decided_at": found.decided_at,
        "supplies": [_pair(one, known, names, people) for one in pairs],
    }


def of_lot(connection: Connection, material: str, lot: str, day: str) -> Answer | None:
    """Whether a lot waits for a word about its supplier, and what was said."""
    known = materials.find_lot(connection, material, lot)
    if known is None:
        return None
    found = queries.find_delivery(connection, material, lot)
    people = _people(connection, [found.decided_by if found else None])
    return {
        "stopped": found is not None,
        "flags": [] if found is None else [*found.flags],
        "waits": queries.is_undecided(connection, material, lot, day),
        "accepted": found is not None and found.state == model.TAKEN,
        "supplier": known.supplier if found is None else found.supplier,
        "code": _code(connection, known.supplier if found is None else found.supplier),
        "reason": found.reason if found else None,
        "decided_by": people.get((found.decided_by if found else None) or ""),
        "decided_at": found.decided_at if found else None,
    }


def _code(connection: Connection, named: str | None) -> str | None:
    known = queries.all_suppliers(connection).values()
    return next((one.supplier for one in known if named is not None and one.is_named(named)), None)


def _line(one: Supplier, day: str) -> Answer:
    shown = {"supplier": one.supplier, "name": dict(one.name), "valid_until": one.valid_until}
    return shown | {"status": one.standing(day)}


def _pair(one: Supply, known: Mapping[str, Supplier], names: Mapping[str, Any], people: Mapping[str, Any]) -> Answer:
    companies = {name: known.get(getattr(one, name)) for name in ("supplier", "manufacturer")}
    return {
        "material": one.material,
        "material_name": names.get(one.material),
        "supplier": one.supplier,
        "manufacturer": one.manufacturer,
        **{f"{name}_name": None if found is None else dict(found.name) for name, found in companies.items()},
        "approved": one.approved,
        "reason": one.reason,
        "decided_by": people.get(one.decided_by),
        "decided_at": one.decided_at,
    }


def _people(connection: Connection, ids: Iterable[str | None]) -> dict[str, Any]:
    return identity.people(connection, {one for one in ids if one is not None})
