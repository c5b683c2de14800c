"""The table of leases, and how entries fill it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.handheld.model import record_of, warehouse_of

lease = Table(
    "handheld_lease",
    records,
    Column("lease", Text, primary_key=True),
    # One of the three.
    Column("batch", Text),
    Column("record", Text),
    Column("warehouse", Text),
    Column("device", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("returned_at", Text),
    Column("last_seq", Integer),
    Column("revoked_at", Text),
    Index("handheld_lease_batch", "batch"),
    Index("handheld_lease_record", "record"),
    Index("handheld_lease_device", "device"),
)


def issue(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    names = ("lease", "device", "person", "issued_at", "expires_at")
    connection.execute(insert(lease).values({name: given[name] for name in names} | _of(given)))


def _of(given: Mapping[str, Any]) -> dict[str, str | None]:
    """What a lease is of."""
    if "batch" in given:
        return {"batch": given["batch"]}
    found = warehouse_of(given["unit"])
    return {"record": record_of(given["unit"])} if found is None else {"warehouse": "/".join(found)}


def hand_back(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"returned_at": entry.recorded_at, "last_seq": given["last_seq"]}
    connection.execute(update(lease).where(lease.c.lease == given["lease"]).values(values))


def revoke(connection: Connection, entry: Entry) -> None:
    here = lease.c.lease == entry.payload["lease"]
    connection.execute(update(lease).where(here).values(revoked_at=entry.recorded_at))
