"""Which entries of the log somebody wants to see: by stream, kind, person, device and time, in exact bytes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, func, or_, select

from server.core import clock
from sync import canonical
from sync.errors import SyncError
from sync.log import reading
from sync.log.tables import log_entry, log_head

# The log's clock may be set back. By how much, so that a search by time still misses nothing.
_SET_BACK = timedelta(days=1)
_RECORDED = b'"recorded_at":"'
_TIME_LENGTH = len("2026-11-22T09:30:00.000Z")


def matching(connection: Connection, query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The conditions of a query with `stream`, `kind`, `person`, `device`, `since`, `until` and `before`, each of
    which may be empty. `since` is the first recorded time that counts, `until` the first that no longer does."""
    found: list[ColumnElement[bool]] = []
    if stream := query["stream"].strip().rstrip("/"):
        found.append(_itself_or_below(log_entry.c.stream, stream, "/"))
    if kind := query["kind"].strip():
        found.append(_itself_or_below(log_entry.c.kind, kind, "."))
    if device := query["device"]:
        found.append(log_entry.c.device == device)
    if person := query["person"]:
        found.append(by(connection, person))
    if query["since"] or query["until"]:
        found += _recorded(connection, query["since"], query["until"])
    if query["before"] is not None:
        found.append(log_entry.c.idx < query["before"])
    return found


def holds(connection: Connection, column: ColumnElement[Any], part: bytes) -> ColumnElement[bool]:
    """Whether the exact bytes of an entry hold these. Within a string of JSON quotes are escaped, so that a name with
    its quotes is found nowhere but where it is the name itself."""
    if connection.dialect.name == "postgresql":
        return func.pg_catalog.position(column, part) > 0
    return func.instr(column, part) > 0


def _itself_or_below(column: ColumnElement[str], name: str, mark: str) -> ColumnElement[bool]:
    # No LIKE: on SQLite it takes small letters for great ones.
    below = f"{name}{mark}"
    return or_(column == name, func.substr(column, 1, len(below)) == below)


def by(connection: Connection, person: str) -> ColumnElement[bool]:
    """Entries in which the person acted, or that they have signed as the second one."""
    acted = holds(connection, log_entry.c.header, b'"actor":' + canonical.encode(person))
    return or_(acted, holds(connection, log_entry.c.signatures, b'"by":' + canonical.encode(f"person:{person}")))


def _recorded(connection: Connection, since: str, until: str) -> list[ColumnElement[bool]]:
    """A search by halves narrows the log, since its times go forward; within that, every receipt is looked at."""
    at = func.substr(log_entry.c.receipt, _place(connection) + len(_RECORDED), _TIME_LENGTH, type_=LargeBinary)
    found: list[ColumnElement[bool]] = []
    if since:
        found.append(at >= since.encode())
        if (first := _first_from(connection, _shifted(since, -_SET_BACK))) is not None:
            found.append(log_entry.c.idx >= first)
    if until:
        found.append(at < until.encode())
        if (stop := _first_from(connection, _shifted(until, _SET_BACK))) is not None:
            found.append(log_entry.c.idx < stop)
    return found


def _place(connection: Connection) -> Any:
    position = func.pg_catalog.position if connection.dialect.name == "postgresql" else func.instr
    return position(log_entry.c.receipt, _RECORDED)


def _shifted(moment: str, by: timedelta) -> str:
    """The text of a time some way off; at the ends of the calendar the time itself."""
    try:
        return clock.text(datetime.fromisoformat(moment) + by)
    except OverflowError:
        return moment


def _first_from(connection: Connection, moment: str) -> int | None:
    """The index from which on entries were recorded at this time or later, unless the clock was set back; None where
    a hand took an entry out or changed it, so that nothing can be narrowed."""
    low, high = 0, connection.execute(select(log_head.c.size)).scalar_one()
    while low < high:
        middle = (low + high) // 2
        try:
            stored = reading.one(connection, middle)
            later = None if stored is None else stored.stamp.recorded_at >= moment
        except SyncError:
            later = None
        if later is None:
            return None
        low, high = (low, middle) if later else (middle + 1, high)
    return low
