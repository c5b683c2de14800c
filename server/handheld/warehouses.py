"""What a handheld takes along for a day in a warehouse: what stands there, what is awaited, and all that names them.

Twenty thousand containers go along, so they are told in columns, and what many share by its place in a list.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.errors import PestleError
from server.handheld import queries
from server.handheld.model import warehouse_of
from server.identity import grants
from server.identity import queries as identity
from server.identity.grants import Area
from server.identity.model import Person
from server.materials import queries as materials
from server.materials.counts import queries as counts
from server.materials.masters import queries as masters
from server.materials.masters.model import Master
from server.materials.purchasing import queries as purchasing
from server.materials.stock import queries as stock
from server.materials.stock.model import Standing
from server.materials.suppliers import queries as suppliers
from server.quality.inspection import queries as inspections
from server.quality.inspection.model import RECORDS

WORKS = ("lot.receive", "stock.move", "sample.take")
# Who approves what was counted sees who may still bring something.
SEES = (*WORKS, "stock.approve")
# A lease that is renewed keeps its day; a day that is longer ago is begun no more, nor one that has not come anywhere.
PAST, AHEAD = timedelta(days=7), timedelta(days=1)


_OF_LOT = ("material", "lot", "status", "expiry", "retest", "supplier", "supplier_lot")


def refused(connection: Connection, unit: str, person: str | None) -> tuple[str, dict[str, Any]] | None:
    """Why nobody, or this person, works on that unit now: a code of the error catalogue, and of what; None where they
    may. Without a person only the unit is asked about."""
    named = warehouse_of(unit)
    if named is None or _area(connection, named[0]) is None:
        return "area_unknown", {"area": unit if named is None else named[0]}
    area, day = named
    today = date.fromisoformat(days.today(connection))
    if not today - PAST <= date.fromisoformat(day) <= today + AHEAD:
        return "day_not_worked", {"day": day}
    if person is not None and not any(identity.permitted(connection, person, one, area) for one in WORKS):
        return "area_not_permitted", {"areas": [area]}
    return None


def content(connection: Connection, unit: str, size: int) -> dict[str, Any]:
    """The snapshot of an area; `size` is that of the log which it is of, so that a handheld knows which entries of its
    document are in it already. PestleError `area_unknown`, `day_not_worked`."""
    why = refused(connection, unit, None)
    if why is not None:
        raise PestleError(*why)
    named = warehouse_of(unit)
    assert named is not None
    area, day = named
    today = days.today(connection)
    stands = stock.in_warehouse(connection, area, today)
    return {
        "warehouse": {"area": area, "day": day, "size": size},
        "may": _may(connection, area),
        "locations": [one for one in stock.locations(connection) if one["active"]],
        "materials": _materials(connection),
        **_columns(stands, _lots(connection, stands, today)),
        "orders": purchasing.open_orders(connection),
        **_suppliers(connection),
        "counts": counts.open_counts(connection),
        "inspections": inspections.lent(connection),
        "samples": inspections.lent_samples(connection),
        "receivers": _receivers(connection),
    }


def of_person(connection: Connection, person: Person) -> list[dict[str, Any]]:
    """The areas in which somebody works or approves: {area, name, out: [{device {id, name}, person {id, name,
    name_en}, day, expires_at}]}, the newest lease first; one of a device that took a day along twice."""
    found = []
    for area in identity.all_areas(connection):
        if any(grants.permits(person.grants, one, area.area) for one in SEES):
            found.append({"area": area.area, "name": area.name, "out": _out(connection, area.area)})
    return found


def _out(connection: Connection, area: str) -> list[dict[str, Any]]:
    held = [one for one in queries.leases_of_warehouse(connection, area) if one.returned_at is None]
    last = {(one.device, one.warehouse): one for one in reversed(held) if one.revoked_at is None}
    devices = identity.devices(connection, {device for device, _ in last})
    people = identity.people(connection, [one.person for one in last.values()])
    return [
        {
            "device": devices[one.device],
            "person": people[one.person],
            "day": str(one.warehouse).partition("/")[2],
            "expires_at": one.expires_at,
        }
        for one in sorted(last.values(), key=lambda one: one.issued_at, reverse=True)
    ]


def _area(connection: Connection, code: str) -> Area | None:
    return next((one for one in identity.all_areas(connection) if one.area == code), None)


def _may(connection: Connection, area: str) -> dict[str, list[str]]:
    """What each person may do of the work there."""
    found: dict[str, list[str]] = {}
    for permission in WORKS:
        for person in identity.people_with(connection, permission):
            if grants.permits(person.grants, permission, area):
                found.setdefault(person.id, []).append(permission)
    return found


def _receivers(connection: Connection) -> list[dict[str, Any]]:
    """To whom samples are handed over: whoever works in a laboratory, wherever that is."""
    names = ("id", "name", "name_en")
    return [{name: getattr(one, name) for name in names} for one in identity.people_with(connection, RECORDS)]


def _materials(connection: Connection) -> list[dict[str, Any]]:
    """{code, name, type, unit, shelf_life, retest, storage, conversions}; months and conversions of the version in
    force, where there is one."""
    versions = masters.all_versions(connection)
    found = []
    for code, said in materials.register(connection).items():
        master = masters.in_force(versions.get(code, []))
        found.append({"code": code, **said, **_of_master(master)})
    return found


def _of_master(master: Master | None) -> dict[str, Any]:
    if master is None:
        return {"shelf_life": None, "retest": None, "storage": None, "conversions": []}
    names = ("shelf_life", "retest", "storage")
    return {**{name: getattr(master, name) for name in names}, "conversions": [dict(one) for one in master.conversions]}


def _suppliers(connection: Connection) -> dict[str, Any]:
    """Who may deliver what: `suppliers` {supplier, name, qualified_until}, `supplies` approved pairs."""
    known = suppliers.all_suppliers(connection).values()
    pairs = [one for one in suppliers.supplies(connection) if one.approved]
    names = ("material", "supplier", "manufacturer")
    return {
        "suppliers": [
            {
                "supplier": one.supplier,
                "name": dict(one.name),
                "qualified_until": one.valid_until if one.status == "qualified" else None,
            }
            for one in known
        ],
        "supplies": [{name: getattr(one, name) for name in names} for one in pairs],
    }


def _lots(connection: Connection, stands: Iterable[Standing], day: str) -> list[dict[str, Any]]:
    """Those that stand here, `_OF_LOT` of each; of one that was never received no more than how it is called."""
    here = {(one.material, one.lot) for one in stands}
    known = {(one.material, one.lot): one for one in materials.lots_stored(connection, day)}
    nothing = dict.fromkeys(_OF_LOT, None) | {"status": "quarantine"}
    return [
        {**nothing, "material": material, "lot": lot}
        if (material, lot) not in known
        else {name: getattr(known[material, lot], name) for name in _OF_LOT}
        for material, lot in sorted(here)
    ]


class _Words:
    """Texts that many lines share, each told once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str | None) -> int:
        """-1 for none."""
        if text is None:
            return -1
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]


def _columns(stands: Sequence[Standing], lots: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`lots` and `containers` in columns. Numbers are places: `lot` in the columns of lots, all others in `words`; -1
    is nothing. `quantity` (what it came with) and `held` are in `unit`."""
    words = _Words()
    place_of = {(one["material"], one["lot"]): place for place, one in enumerate(lots)}
    return {
        "words": words.texts,
        "lots": {
            "lot": [one["lot"] for one in lots],
            **{name: [words.place(one[name]) for one in lots] for name in _OF_LOT if name != "lot"},
        },
        "containers": {
            "label": [one.container for one in stands],
            "lot": [place_of[one.material, one.lot] for one in stands],
            "quantity": [one.quantity["value"] for one in stands],
            "held": [one.held["value"] for one in stands],
            "unit": [words.place(one.held["unit"]) for one in stands],
            **{
                name: [words.place(getattr(one, name)) for one in stands]
                for name in ("location", "status", "batch", "use_until")
            },
        },
    }
