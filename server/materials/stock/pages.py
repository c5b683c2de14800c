"""What the screens of stock show: materials with what may be used of them, one material by lot, one container."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.units import Link
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.stock import placed, queries, rules
from server.materials.stock.model import Standing
from sync.log import reading

# Materials on a page, containers of one.
MATERIALS, CONTAINERS = 50, 200
_USABLE, _WAITING = "released", "quarantine"
_TOLD = ("from", "to", "reason", "batch", "witness", "comment")
Answer = dict[str, Any]


def listing(connection: Connection, words: str, offset: int, day: str) -> Answer:
    """{total, items}: materials of which there is something, each {material, name, unit, containers, use_until (the
    first end among what may be used), released, quarantine, unusable}, amounts in the material's unit. What a batch
    was given is not counted as released: {allocated}."""
    codes, total = queries.materials_stored(connection, words, offset, MATERIALS)
    names, known = materials.material_names(connection, codes), materials.units(connection)
    items = []
    for code in codes:
        unit, own = known.get(code), masters.links(connection, code)
        there = queries.stock_of(connection, code, day, limit=None)
        items.append({"material": code, "name": names.get(code), "unit": unit, **_sums(there, unit, own)})
    return {"total": total, "items": items}


def _sums(there: list[Standing], unit: str | None, own: Iterable[Link]) -> Answer:
    own = list(own)
    usable = [one for one in there if one.status == _USABLE and one.batch is None]
    parts = {
        "released": usable,
        "allocated": [one for one in there if one.status == _USABLE and one.batch is not None],
        "quarantine": [one for one in there if one.status == _WAITING],
        "unusable": [one for one in there if one.status not in (_USABLE, _WAITING)],
    }
    amounts = {name: amount_of(found, unit, own) for name, found in parts.items()}
    ends = min((one.use_until for one in usable if one.use_until is not None), default=None)
    return {**amounts, "containers": len(there), "use_until": ends}


def amount_of(found: Iterable[Standing], unit: str | None, own: Iterable[Link]) -> str | None:
    """What these hold together, each unit summed before it is converted; None where one does not convert."""
    held: dict[str, list[str]] = {}
    for one in found:
        held.setdefault(one.held["unit"], []).append(one.held["value"])
    own = list(own)
    sums = [{"value": rules.total(values), "unit": each} for each, values in held.items()]
    amounts = [None if unit is None else rules.amount(one, unit, own) for one in sums]
    return None if None in amounts else rules.shown(rules.total(one for one in amounts if one is not None))


def material(connection: Connection, code: str, words: str, offset: int, day: str) -> Answer | None:
    """{material, name, unit, lots, items, total}: its lots with what is left of each, and a page of its containers, in
    the order in which they must be used: those whose label, lot or location holds the words. None of a material that
    nobody has defined and of which nothing came."""
    there = queries.stock_of(connection, code, day, limit=None)
    unit, own = materials.material_unit(connection, code), masters.links(connection, code)
    if unit is None and not there:
        return None
    by_lot: dict[str, list[Standing]] = {}
    for one in there:
        by_lot.setdefault(one.lot, []).append(one)
    lots = [
        {
            "lot": number,
            "status": found[0].lot_status,
            "use_until": found[0].use_until,
            "held": amount_of(found, unit, own),
            "containers": len(found),
        }
        for number, found in by_lot.items()
    ]
    wanted = [one for one in there if _holds(one, words.lower())]
    return {
        "material": code,
        "name": materials.material_names(connection, [code]).get(code),
        "unit": unit,
        **_sums(there, unit, own),
        "lots": lots,
        "items": [one.payload() for one in wanted[offset : offset + CONTAINERS]],
        "total": len(wanted),
    }


def _holds(one: Standing, words: str) -> bool:
    return any(words in text.lower() for text in (one.container, one.lot, one.location or ""))


def container(connection: Connection, label: str, day: str) -> Answer | None:
    """{container as it stands, name of its material, place it stands at, history (the newest first)}; `conflict`: moves
    that contradict each other, {entry, to, device, at} in the order of capture, until somebody has looked."""
    standing = queries.find_standing(connection, label, day)
    if standing is None:
        return None
    place = None if standing.location is None else queries.find_location(connection, standing.location)
    return {
        **standing.payload(),
        "name": materials.material_names(connection, [standing.material]).get(standing.material),
        "place": None if place is None else place.payload(),
        "conflict": _conflict(connection, label),
        "history": _history(connection, label),
    }


def _conflict(connection: Connection, label: str) -> list[Answer]:
    wanted = {name for one in placed.of_container(connection, label) for name in (one.entry, one.other)}
    known = placed.of(connection, [label]).get(label, ()) if wanted else ()
    told = sorted((one for one in known if one.entry in wanted), key=lambda one: (one.at, one.index))
    return [{"entry": one.entry, "to": one.to, "device": one.device, "at": one.at} for one in told]


def _history(connection: Connection, label: str) -> list[Answer]:
    """Each entry about it: {entry, index, kind, at, by, flags, amount (signed, with its unit) or null, superseded,
    measured (the amount is what was found in it), and
    what it says of where, why and for whom}."""
    moved = queries.movements_of(connection, label)
    told = {
        stored.index: stored for stored in reading.at(connection, sorted({*moved, *queries.about(connection, label)}))
    }
    people = identity.people(connection, {stored.head.actor for stored in told.values()})
    lines = []
    for index in sorted(told, reverse=True):
        stored, change = told[index], moved.get(index)
        body: Mapping[str, Any] = {} if stored.payload is None else stored.envelope.body
        line = {"entry": stored.head.id, "index": index, "kind": stored.head.kind, "at": stored.head.captured_at}
        line |= {"by": people.get(stored.head.actor), "flags": list(stored.stamp.flags)}
        line |= {"amount": change and change.amount, "superseded": change is not None and change.superseded}
        line |= {"measured": change is not None and change.measured}
        said = {name: body[name] for name in _TOLD if isinstance(body.get(name), str)}
        lines.append(line | {"said": said})
    return lines
