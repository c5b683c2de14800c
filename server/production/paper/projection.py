"""The tables of issued copies as production needs them, and of what is typed in from them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry

blank = Table(
    "production_blank",
    records,
    Column("batch", Text, primary_key=True),
    Column("copy", Integer, primary_key=True, autoincrement=False),
    Column("issued_at", Text, nullable=False),
    Column("accounted", Integer, nullable=False),
)
copying = Table(
    "production_copying",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("device", Text, nullable=False),
    Column("done_from", Text, nullable=False),
    Column("done_to", Text, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("photo", Text),
    Column("comment", Text),
    Column("ended", Text),
    Column("checked_by", Text),
    Index("production_copying_batch", "batch", "phase"),
)


def issue(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"batch": given["batch"], "copy": given["copy"], "issued_at": entry.recorded_at, "accounted": 0}
    connection.execute(insert(blank), row)


def account(connection: Connection, entry: Entry) -> None:
    here = (blank.c.batch == entry.payload["batch"]) & (blank.c.copy == entry.payload["copy"])
    connection.execute(update(blank).where(here).values(accounted=1))


def begin(connection: Connection, entry: Entry) -> None:
    """What the same device was typing in of this phase has ended by that, unchecked."""
    given, device = entry.payload, entry.header.device
    _end(connection, entry, None)
    connection.execute(insert(copying), {"idx": entry.index, "entry": entry.id, **dict(given), "device": device})


def end(connection: Connection, entry: Entry) -> None:
    """Who has compared it counts only where nothing is wrong with that."""
    _end(connection, entry, None if entry.flags else entry.payload["verified_by"])


def _end(connection: Connection, entry: Entry, checked_by: str | None) -> None:
    c, given = copying.c, entry.payload
    here = (c.batch == given["batch"]) & (c.phase == given["phase"]) & (c.device == entry.header.device)
    values = {"ended": entry.id, "checked_by": checked_by}
    connection.execute(update(copying).where(here, c.ended.is_(None)).values(values))
