"""Which batch is given which container of material, one at a time; and what was taken out of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.materials import queries as materials
from server.materials.model import Container
from server.production.model import Use
from server.production.projection import entry_
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
    """A container has the status of its lot; None of a lot that was never received."""
    lot = materials.find_lot(connection, container.material, container.lot, day)
    return None if lot is None else lot.status


def allocate(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    connection.execute(delete(allocation).where(allocation.c.container.in_(given["containers"])))
    rows = [{"container": name, "batch": given["batch"]} for name in dict.fromkeys(given["containers"])]
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
    """The containers that a batch was given, as its leases carry them: {container, material, lot, quantity, taken: how
    much other batches have taken out of it}. What the batch itself took, its devices know."""
    return [
        {
            **one.payload(),
            "taken": taken(one, (use for use in uses_of(connection, one.container) if use.batch != batch)),
        }
        for one in allocated_containers(connection, batch)
    ]


def container_choices(connection: Connection, batch: str, day: str) -> list[dict[str, Any]]:
    """Every container of the batch's lots, as `show` tells of it."""
    query = select(lots.c.material, lots.c.lot).where(lots.c.batch == batch, lots.c.allocated == 1)
    keys = sorted((row.material, row.lot) for row in connection.execute(query))
    return show(connection, [one for key in keys for one in materials.containers_of(connection, *key)], day)


def show(connection: Connection, containers: Sequence[Container], day: str) -> list[dict[str, Any]]:
    """{container, material, lot, quantity, status, allocated: batch or null, used: the batches that took something out
    of it, taken: how much in all, in its own unit}."""
    given = allocated(connection, [one.container for one in containers])
    shown = []
    for one in containers:
        uses = uses_of(connection, one.container)
        told = {"allocated": given.get(one.container), "used": sorted({used.batch for used in uses})}
        shown.append({**one.payload(), "status": status(connection, one, day), **told, "taken": taken(one, uses)})
    return shown


def taken(container: Container, uses: Iterable[Use]) -> dict[str, str]:
    """What these uses took out of a container, as far as they speak in its unit; of several that claim one place of a
    batch, which is for QA to decide, the most."""
    unit = container.quantity["unit"]
    most: dict[tuple[str, str], Decimal] = {}
    for one in uses:
        if one.net is not None and one.net["unit"] == unit:
            place = one.batch, one.slot
            most[place] = max(Decimal(one.net["value"]), most.get(place, Decimal(0)))
    return {"value": f"{sum(most.values(), Decimal(0)):f}", "unit": unit}


def uses_of(connection: Connection, container: str) -> list[Use]:
    """The entries that took something out of a container and still stand, in the order of the log."""
    columns = (entry_.c.idx, entry_.c.id, entry_.c.batch, entry_.c.phase, entry_.c.slot)
    joined = select(*columns).join(use, use.c.idx == entry_.c.idx)
    here = joined.where(use.c.container == container, entry_.c.superseded_by.is_(None)).order_by(entry_.c.idx)
    rows = list(connection.execute(here))
    stored = {one.index: one for one in reading.at(connection, [row.idx for row in rows])}
    return [Use(row.id, row.batch, row.phase, row.slot, _net(stored[row.idx])) for row in rows]


def _net(stored: StoredEntry) -> Mapping[str, str] | None:
    return None if stored.payload is None else stored.envelope.body["net"]
