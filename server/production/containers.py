"""Which batch is given which container of material, one at a time; and what was taken out of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core import days
from server.core.db import records
from server.core.kinds import Entry
from server.core.units import Link
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.model import Container
from server.materials.stock import queries as stock
from server.materials.stock import rules as quantities
from server.production.model import ABOUT_CONTAINERS as ABOUT
from server.production.model import NOT_ALLOCATED, WEIGHINGS, Use
from server.production.projection import entry_, item
from server.production.projection import lot as lots
from sync.log import reading
from sync.log.reading import StoredEntry

allocation = Table(
    "production_allocation",
    records,
    Column("container", Text, primary_key=True),
    Column("batch", Text, nullable=False, index=True),
)
use = Table(
    "production_container_use",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("container", Text, nullable=False),
    Index("production_container_use_container", "container"),
)


def status(connection: Connection, container: Container, day: str) -> str | None:
    """A container has the status of its lot, unless it is restricted itself; one of a lot that was never received may
    not be used."""
    found = stock.find_standing(connection, container.container, day)
    return None if found is None else found.status


def allocate(connection: Connection, entry: Entry) -> None:
    give(connection, entry.payload["batch"], entry.payload["containers"])


def give(connection: Connection, batch: str, names: Sequence[str]) -> None:
    """The containers are this batch's alone from now on."""
    connection.execute(delete(allocation).where(allocation.c.container.in_(names)))
    rows = [{"container": name, "batch": batch} for name in dict.fromkeys(names)]
    connection.execute(insert(allocation), rows)


def release(connection: Connection, entry: Entry) -> None:
    connection.execute(delete(allocation).where(allocation.c.container.in_(entry.payload["containers"])))


def consume(connection: Connection, entry: Entry) -> None:
    """A weighing that names a registered container has taken something out of it; other labels may say anything."""
    name = entry.payload["container"]
    if name is not None and materials.find_container(connection, name) is not None:
        connection.execute(insert(use), {"idx": entry.index, "entry": entry.id, "container": name})


def allocated(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The batch of each of the containers that are given to one."""
    query = select(allocation).where(allocation.c.container.in_(set(names)))
    return {row.container: row.batch for row in connection.execute(query)}


def allocated_containers(connection: Connection, batch: str) -> list[Container]:
    """The containers that a batch was given."""
    query = select(allocation.c.container).where(allocation.c.batch == batch)
    return materials.containers(connection, connection.execute(query).scalars())


def lent_containers(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """The containers that a batch was given, as its leases carry them: {container, material, lot, quantity: what it had
    for batches, taken: how much others have taken of that, restricted: why it must not be used, measured: when it was
    last measured what is in it, UTC text, as far as `quantity` knows of it, measured_index: where that stands in the
    log}. What the batch itself took, its devices
    know."""
    given = allocated_containers(connection, batch)
    day = days.today(connection)
    barred = {
        one.container: one.restricted for one in stock.standing(connection, [one.container for one in given], day)
    }
    return [
        {
            **one.payload(),
            "quantity": stock.base(connection, one.container) or one.quantity,
            "restricted": barred.get(one.container),
            **_measured(connection, one.container),
            "taken": taken(connection, one, (use for use in uses_of(connection, one.container) if use.batch != batch)),
        }
        for one in given
    ]


def _measured(connection: Connection, label: str) -> dict[str, Any]:
    found = stock.measured(connection, label)
    return {"measured": found and found.at, "measured_index": found and found.index}


def container_choices(connection: Connection, batch: str, day: str) -> list[dict[str, Any]]:
    """Every container of the batch's lots, as `show` tells of it."""
    query = select(lots.c.material, lots.c.lot).where(lots.c.batch == batch, lots.c.allocated == 1)
    keys = sorted((row.material, row.lot) for row in connection.execute(query))
    return show(connection, [one for key in keys for one in materials.containers_of(connection, *key)], day)


def show(connection: Connection, containers: Sequence[Container], day: str) -> list[dict[str, Any]]:
    """{container, material, lot, quantity, status, allocated: batch or null, used: the batches that took something out
    of it, taken: how much in all, held: what is in it now, in its own unit}."""
    labels = [one.container for one in containers]
    given, uses = allocated(connection, labels), uses_of_all(connection, labels)
    standing = {one.container: one for one in stock.standing(connection, labels, day)}
    return [
        {
            **one.payload(),
            "status": standing[one.container].status,
            "allocated": given.get(one.container),
            "used": sorted({used.batch for used in uses[one.container]}),
            "taken": taken(connection, one, uses[one.container]),
            "held": standing[one.container].held,
        }
        for one in containers
    ]


def taken(connection: Connection, container: Container, uses: Iterable[Use]) -> dict[str, str]:
    """What these uses took out of a container, in its unit, as it is shown."""
    unit, own = container.quantity["unit"], masters.links(connection, container.material)
    return {"value": quantities.shown(amount_taken(unit, uses, own)), "unit": unit}


def amount_taken(unit: str, uses: Iterable[Use], own: Sequence[Link]) -> str:
    """The same exactly (`materials.stock.rules.total`), as far as theirs converts to it: pure. Of several that claim
    one place of a batch, which is for QA to decide, the most; by weighing nothing comes into a container."""
    most: dict[tuple[str, str], str] = {}
    for one in uses:
        net, place = None if one.net is None else quantities.amount(one.net, unit, own), (one.batch, one.slot)
        if net is not None and Fraction(net) > Fraction(most.get(place, "0")):
            most[place] = net
    return quantities.total(most.values())


def uses_of(connection: Connection, container: str) -> list[Use]:
    """The entries that took something out of a container and still stand, in the order of the log."""
    return uses_of_all(connection, [container])[container]


def uses_of_all(connection: Connection, containers: Sequence[str]) -> dict[str, list[Use]]:
    """The same for several, by container."""
    columns = (use.c.container, entry_.c.idx, entry_.c.id, entry_.c.batch, entry_.c.phase, entry_.c.slot)
    joined = select(*columns).join(use, use.c.idx == entry_.c.idx)
    here = joined.where(use.c.container.in_(containers), entry_.c.superseded_by.is_(None)).order_by(entry_.c.idx)
    rows = list(connection.execute(here))
    stored = {one.index: one for one in reading.at(connection, [row.idx for row in rows])}
    found: dict[str, list[Use]] = {label: [] for label in containers}
    for row in rows:
        found[row.container].append(Use(row.id, row.batch, row.phase, row.slot, _net(stored[row.idx])))
    return found


def taken_of_own(connection: Connection, batch: str) -> dict[str, list[str]]:
    """By container, the entries that stand with which a batch took something out of one that it was given."""
    query = select(use.c.container, use.c.entry, use.c.idx).join(entry_, use.c.idx == entry_.c.idx)
    rows = list(connection.execute(query.where(entry_.c.batch == batch, entry_.c.superseded_by.is_(None))))
    stored = reading.at(connection, sorted(row.idx for row in rows))
    foreign = {one.index for one in stored if NOT_ALLOCATED in one.stamp.flags}
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda one: one.idx):
        if row.idx not in foreign:
            found.setdefault(row.container, []).append(row.entry)
    return found


def weighed_of(connection: Connection, batch: str, material: str) -> list[tuple[str, Mapping[str, str]]]:
    """What a batch has weighed of a material, and that still stands: (slot, net), out of whichever container."""
    here = (entry_.c.batch == batch) & entry_.c.kind.in_(WEIGHINGS) & entry_.c.superseded_by.is_(None)
    slots = {row.idx: row.slot for row in connection.execute(select(entry_.c.idx, entry_.c.slot).where(here))}
    return [
        (slots[one.index], one.envelope.body["net"])
        for one in reading.at(connection, sorted(slots))
        if one.payload is not None and one.envelope.body["material"] == material
    ]


def exceptions(connection: Connection, material: str, lot: str) -> list[dict[str, Any]]:
    """What batches were told of the containers of a lot, the newest first: {item, batch, code, state, severity,
    container: its label, or null where none was named}."""
    labels = {one.container for one in materials.containers_of(connection, material, lot)}
    columns = (item.c.id, item.c.batch, item.c.code, item.c.state, item.c.details)
    rows = connection.execute(select(*columns).where(item.c.code.in_(ABOUT)).order_by(item.c.idx.desc()))
    found = []
    for row in rows:
        details = orjson.loads(row.details)
        label = details.get("container")
        if label in labels or (label is None and (details.get("material"), details.get("lot")) == (material, lot)):
            about = {"item": row.id, "batch": row.batch, "code": row.code, "state": row.state}
            found.append({**about, "severity": details.get("severity"), "container": label})
    return found


def _net(stored: StoredEntry) -> Mapping[str, str] | None:
    return None if stored.payload is None else stored.envelope.body["net"]
