"""Reads of what was dispensed: the portions of a phase that stand, labels and readings that were used."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from server.materials.masters import queries as masters
from server.production.dispensing import rules, sums
from server.production.dispensing.projection import dispensed, rest
from server.production.dispensing.rules import Results
from server.production.dispensing.sums import Portion
from server.production.projection import entry_

# Results of a lot by their tests: that room stands beside this one, so it is handed in.
RESULTS: list[Callable[[Connection, str, str], Results]] = []
# The tests of a lot whose newest result nobody has checked.
UNCHECKED: list[Callable[[Connection, str, str], Collection[str]]] = []
_standing = (dispensed.c.idx == entry_.c.idx) & entry_.c.superseded_by.is_(None)


def results_of(connection: Connection, material: str, lot: str) -> Results:
    found: dict[str, Mapping[str, str]] = {}
    for one in RESULTS:
        found |= one(connection, material, lot)
    return found


def lent_results(
    connection: Connection, phases: Iterable[Mapping[str, Any]], material: str, lot: str
) -> dict[str, list[Any]]:
    """The results of a lot that lines of these phases go by, as a lease carries them: `results` are {test, value,
    entry}; `unchecked` the tests of which a later one waits for its check."""
    lines = [line for phase in phases for line in phase.get("lines", ()) if line["material"] == material]
    asked = {test for line in lines for test in (line["potency"] or {}).values() if test is not None}
    found = results_of(connection, material, lot) if asked else {}
    waits = {test for one in UNCHECKED for test in one(connection, material, lot)} if asked else set()
    results = [{"test": test, **found[test]} for test in sorted(asked & set(found))]
    return {"results": results, "unchecked": sorted(asked & waits)}


def portions_of(connection: Connection, batch: str, phase: str) -> list[Portion]:
    """Those that nothing has superseded, in the order of the log."""
    c = dispensed.c
    columns = (c.entry, entry_.c.slot, c.line, c.net_value, c.net_unit, c.quantity, c.material)
    query = select(*columns).join(entry_, _standing)
    rows = connection.execute(query.where(c.batch == batch, c.phase == phase).order_by(c.idx)).all()
    links = {code: masters.links(connection, code) for code in {row.material for row in rows}}
    return [
        Portion(
            row.entry,
            row.slot,
            row.line,
            {"value": row.net_value, "unit": row.net_unit},
            row.quantity,
            links[row.material],
        )
        for row in rows
    ]


def labelled(connection: Connection, label: str, batch: str, slot: str) -> str | None:
    """The entry that has put this label on another portion."""
    elsewhere = or_(entry_.c.batch != batch, entry_.c.slot != slot)
    query = select(dispensed.c.entry).join(entry_, _standing).where(dispensed.c.into_label == label, elsewhere)
    found: str | None = connection.execute(query.order_by(dispensed.c.idx).limit(1)).scalar()
    return found


def labelled_elsewhere(connection: Connection, label: str, batch: str) -> str | None:
    """The entry that has put this label on what was dispensed for another batch."""
    query = select(dispensed.c.entry).join(entry_, _standing)
    here = query.where(dispensed.c.into_label == label, entry_.c.batch != batch)
    found: str | None = connection.execute(here.order_by(dispensed.c.idx).limit(1)).scalar()
    return found


def tare_read_by(connection: Connection, reading: str, batch: str, slot: str, correcting: bool) -> str | None:
    """The entry that has taken a reading for a tare; a correction may name the one that its place has."""
    of_rest: str | None = connection.execute(select(rest.c.entry).where(rest.c.tare_reading == reading)).scalar()
    if of_rest is not None:
        return of_rest
    query = select(dispensed.c.entry).join(entry_, dispensed.c.idx == entry_.c.idx)
    query = query.where(dispensed.c.tare_reading == reading)
    if correcting:
        query = query.where(or_(entry_.c.batch != batch, entry_.c.slot != slot))
    found: str | None = connection.execute(query.order_by(dispensed.c.idx).limit(1)).scalar()
    return found


def dispensed_of(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """Every portion of a batch that stands: {entry, phase, line, portion, material, lot, container, into, net}."""
    query = select(dispensed).join(entry_, _standing).where(dispensed.c.batch == batch).order_by(dispensed.c.idx)
    names = ("entry", "phase", "line", "portion", "material", "lot", "container")
    return [
        {name: getattr(row, name) for name in names}
        | {"into": row.into_label, "net": {"value": row.net_value, "unit": row.net_unit}}
        for row in connection.execute(query)
    ]


def line_sums(connection: Connection, batch: str, phase: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each line of a phase came to: {line, material, name, sum: as it counts against the limits, low, high, unit,
    complete}; none of a phase of another type."""
    if phase["type"] != "dispensing":
        return []
    portions = portions_of(connection, batch, phase["id"])
    return [
        {name: line[name] for name in ("material", "low", "high", "unit")}
        | {"line": line["id"], "name": line["material_name"], "complete": sums.complete(line, portions)}
        | {"sum": rules.shown(sums.total(line, portions), line)}
        for line in phase["lines"]
    ]
