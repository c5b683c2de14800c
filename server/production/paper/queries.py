"""Reads of what is typed in from paper."""

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import Connection, bindparam, select

from server.core.kinds import Entry
from server.production.paper.model import FROM_PAPER, Blank, Copying
from server.production.paper.projection import blank, copying
from server.production.paper.rules import TYPED, is_live, machines_named
from sync.log import reading, transaction
from sync.log.prepared import Prepared

_columns = [copying.c[one.name] for one in fields(Copying)]
# What almost every entry asks.
_running = Prepared(
    select(*_columns).where(
        copying.c.batch == bindparam("batch"),
        copying.c.phase == bindparam("phase"),
        copying.c.device == bindparam("device"),
        copying.c.ended.is_(None),
    )
)


def running(connection: Connection, entry: Entry) -> Copying | None:
    """What the device of an entry types in of its phase just then; None where what it records is of today."""
    phase = entry.payload.get("phase")
    if phase is None:
        return None
    named = {"batch": entry.payload["batch"], "phase": phase, "device": entry.header.device}
    row = transaction.first(connection, _running, named)
    return None if row is None else Copying(*row)


def typed(connection: Connection, entry: Entry) -> Copying | None:
    """What the entry itself is a part of. What a machine has told at another time than the paper says was not there."""
    found = running(connection, entry) if entry.kind in TYPED else None
    if found is None or is_live(read_at(connection, entry), found):
        return None
    return found


def read_at(connection: Connection, entry: Entry) -> list[str | None]:
    """When machines told what an entry names as theirs; None of what is not in the log."""
    found = [reading.by_id(connection, one) for one in machines_named(entry.payload)]
    return [None if one is None else one.head.captured_at for one in found]


def recorded(connection: Connection, entry: Entry) -> Copying | None:
    """What an entry that stands in the log was found to be a part of."""
    return running(connection, entry) if FROM_PAPER in entry.flags else None


def find(connection: Connection, entry: str) -> Copying | None:
    """What this entry began."""
    row = connection.execute(select(*_columns).where(copying.c.entry == entry)).first()
    return None if row is None else Copying(*row)


def find_blank(connection: Connection, batches: Iterable[str], copy: int) -> Blank | None:
    """The copy of the first of these batches that has one of this number."""
    found = (one for batch in batches for one in blanks(connection, batch))
    return next((one for one in found if one.copy == copy), None)


def blanks(connection: Connection, batch: str) -> list[Blank]:
    query = select(blank).where(blank.c.batch == batch).order_by(blank.c.copy)
    return [Blank(row.copy, row.issued_at, bool(row.accounted)) for row in connection.execute(query)]


def of_batch(connection: Connection, batch: str) -> list[Copying]:
    query = select(*_columns).where(copying.c.batch == batch).order_by(copying.c.idx)
    return [Copying(*row) for row in connection.execute(query)]
