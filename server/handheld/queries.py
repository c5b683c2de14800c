"""Reads of leases."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from server.handheld.model import Lease
from server.handheld.projection import lease
from sync.log import transaction
from sync.log.prepared import Prepared

# Asked of every entry that a tablet makes.
_by_id = Prepared(select(*(lease.c[one.name] for one in fields(Lease))).where(lease.c.lease == bindparam("id")))


def find_lease(connection: Connection, lease_id: str) -> Lease | None:
    row = transaction.first(connection, _by_id, {"id": lease_id})
    return None if row is None else Lease(*row)


def leases_of_batch(connection: Connection, batch: str) -> list[Lease]:
    return _all(connection.execute(select(lease).where(lease.c.batch == batch).order_by(lease.c.issued_at)))


def leases_of_record(connection: Connection, record: str) -> list[Lease]:
    return _all(connection.execute(select(lease).where(lease.c.record == record).order_by(lease.c.issued_at)))


def leases_of_warehouse(connection: Connection, area: str) -> list[Lease]:
    """Of all days of an area, the newest first."""
    here = lease.c.warehouse.startswith(f"{area}/", autoescape=True)
    return _all(connection.execute(select(lease).where(here).order_by(lease.c.issued_at.desc())))


def leases_of_device(connection: Connection, device: str) -> list[Lease]:
    return _all(connection.execute(select(lease).where(lease.c.device == device).order_by(lease.c.issued_at)))


def open_leases(connection: Connection) -> list[Lease]:
    return _all(connection.execute(select(lease).where(lease.c.returned_at.is_(None)).order_by(lease.c.issued_at)))


def _all(rows: Iterable[Row[Any]]) -> list[Lease]:
    return [_lease(row) for row in rows]


def _lease(row: Row[Any]) -> Lease:
    return Lease(**row._mapping)
