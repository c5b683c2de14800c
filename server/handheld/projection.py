"""The table of leases, and how entries fill it."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.handheld.model import record_of

lease = Table(
    "handheld_lease",
    records,
    Column("lease", Text, primary_key=True),
    # One of the two.
    Column("batch", Text),
    Column("record", Text),
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
    of = {"batch": given["batch"]} if "batch" in given else {"record": record_of(given["unit"])}
    connection.execute(insert(lease).values({name: given[name] for name in names} | of))


def hand_back(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"returned_at": entry.recorded_at, "last_seq": given["last_seq"]}
    connection.execute(update(lease).where(lease.c.lease == given["lease"]).values(values))


def revoke(connection: Connection, entry: Entry) -> None:
    here = lease.c.lease == entry.payload["lease"]
    connection.execute(update(lease).where(here).values(revoked_at=entry.recorded_at))
