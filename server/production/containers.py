"""Which batch is given which container of material, one at a time; and what was taken out of each."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.materials import queries as materials
from server.materials.model import Container
from server.production.model import Use
from server.production.projection import entry_
from server.production.projection import lot as lots

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
    if name is not None and materials.containers(connection, [name]):
        connection.execute(insert(use), {"idx": entry.index, "entry": entry.id, "container": name})


def allocated(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The batch of each of the containers that are given to one."""
    query = select(allocation).where(allocation.c.container.in_(set(names)))
    return {row.container: row.batch for row in connection.execute(query)}


def allocated_containers(connection: Connection, batch: str) -> list[Container]:
    """The containers that a batch was given."""
    query = select(allocation.c.container).where(allocation.c.batch == batch)
    return materials.containers(connection, connection.execute(query).scalars())


def container_choices(connection: Connection, batch: str, day: str) -> list[dict[str, Any]]:
    """Every container of the batch's lots: {container, material, lot, quantity, status, allocated: batch or null,
    used: the batches that took something out of it}."""
    query = select(lots.c.material, lots.c.lot).where(lots.c.batch == batch, lots.c.allocated == 1)
    keys = sorted((row.material, row.lot) for row in connection.execute(query))
    known = [one for material, lot in keys for one in materials.containers_of(connection, material, lot)]
    given = allocated(connection, [one.container for one in known])
    return [
        {
            **one.payload(),
            "status": status(connection, one, day),
            "allocated": given.get(one.container),
            "used": sorted({used.batch for used in uses_of(connection, one.container)}),
        }
        for one in known
    ]


def uses_of(connection: Connection, container: str) -> list[Use]:
    """The entries that took something out of a container and still stand, in the order of the log."""
    joined = select(entry_.c.id, entry_.c.batch, entry_.c.phase, entry_.c.slot).join(use, use.c.idx == entry_.c.idx)
    here = joined.where(use.c.container == container, entry_.c.superseded_by.is_(None)).order_by(entry_.c.idx)
    return [Use(row.id, row.batch, row.phase, row.slot) for row in connection.execute(here)]
