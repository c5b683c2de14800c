"""Makes all tables of records again from the log, by the same projections, without deciding anything (PLT-05)."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select

from server.core import db
from server.core.errors import PestleError
from server.core.kinds import Entry, Registry
from sync import merkle
from sync.entry import payload_hash
from sync.errors import SyncError
from sync.log import Log, StoredEntry, erasure, transaction
from sync.log.tables import log_entry

# Flags of entries that stand in the log and are no record: they were never projected.
UNPROJECTED = frozenset({"kind_unknown", "payload_malformed", "not_permitted_from_device", "rule_failed"})
SHOWN = 100
# Rows that no projection asks for meanwhile are inserted after so many entries.
_TOGETHER = 1000


def check(engine: Engine, log: Log, registry: Registry) -> dict[str, Any]:
    """Replay into an empty database in memory and compare: {"ok", "entries", "tables", "differences"}.

    `tables` counts the tables compared. Each difference is {"table", "key", "column", "live", "rebuilt"}; `column` is
    None where a whole row is missing on one side. No more than SHOWN are listed. The log comes first: where its own
    columns are not what its bytes say, or entries are missing, nothing that is made from it is to be trusted, and
    only that is listed. Its bytes themselves are for `pestle verify`.
    """
    memory = db.in_memory()
    with db.snapshot(engine) as live, memory.connect() as fresh, db.writing_records():
        db.records.create_all(fresh)
        entries = log.head(live).size
        differences = list(islice(_damage(live, log), SHOWN))
        if not differences:
            _replay(live, fresh, log, registry, entries)
            differences = list(islice(_differences(live, fresh), SHOWN))
    memory.dispose()
    return {"ok": not differences, "entries": entries, "tables": len(db.records.tables), "differences": differences}


def replace(engine: Engine, log: Log, registry: Registry) -> dict[str, Any]:
    """Empty the tables of records and fill them from the log, in one transaction: {"ok", "entries", "tables"}.

    PestleError `entry_missing` when the log has a gap: the tables that there are must not shrink to what is left.
    """
    with db.writing_records(), db.write(engine) as connection:
        log.lock(connection)
        entries = refill(connection, log, registry, log.head(connection).size)
    # A crash before the commit: the old tables stand. After it: the new ones do.
    return {"ok": True, "entries": entries, "tables": len(db.records.tables), "differences": []}


def refill(connection: Connection, log: Log, registry: Registry, size: int) -> int:
    """The same in the caller's transaction, which holds the lock on the log, from its first `size` entries."""
    for table in reversed(db.records.sorted_tables):
        connection.execute(delete(table))
    return _replay(connection, connection, log, registry, size)


def _replay(source: Connection, target: Connection, log: Log, registry: Registry, size: int) -> int:
    """Project every entry that was projected when it arrived, in the order of the log; how many entries there are.

    An entry whose payload a later one says was erased makes nothing any more.
    """
    count, erased = 0, erasure.erased_entries(source)
    with transaction.gathering(target) as rows:
        for stored in log.entries(source, 0, size):
            if stored.index != count:
                break
            count += 1
            if count % _TOGETHER == 0:
                rows.write()
            if erased.get(stored.index) == stored.head.id:
                continue
            entry = _entry(stored)
            if UNPROJECTED.isdisjoint(entry.flags):
                registry.project(target, entry)
    if count < size:
        raise PestleError("entry_missing", {"index": count})
    return count


def _damage(live: Connection, log: Log) -> Iterator[dict[str, Any]]:
    """Where the columns by which entries are found are not what their bytes say; and the first that is missing."""
    size, expected = log.head(live).size, 0
    erased = erasure.erased_entries(live)
    columns = select(*(log_entry.c[name] for name in ("idx", *_COPIED))).order_by(log_entry.c.idx)
    rows = live.execute(columns.execution_options(yield_per=1000)).mappings()
    for row, stored in zip(rows, log.entries(live, 0, size), strict=False):
        if row["idx"] != expected:
            break
        expected += 1
        yield from _contradictions(dict(row), stored, erased.get(stored.index))
    rows.close()
    if expected < size:
        yield _difference(log_entry, (expected,), None, "missing", "present")
    for index in live.execute(select(log_entry.c.idx).where(log_entry.c.idx >= size)).scalars():
        yield _difference(log_entry, (index,), None, "present", "missing")


def _contradictions(row: Mapping[str, Any], stored: StoredEntry, erased: str | None) -> Iterator[dict[str, Any]]:
    """`erased` is the id of the entry that an erasure names at this place."""
    key = (stored.index,)
    try:
        said = _told(stored)
    except SyncError as error:
        yield _difference(log_entry, key, "header", str(error), None)
        return
    for name, value in said.items():
        if row[name] != value:
            yield _difference(log_entry, key, name, row[name], value)
    if stored.salt is None and stored.payload is None and erased == stored.head.id:
        return
    held = stored.salt is not None and stored.payload is not None
    if not held or payload_hash(stored.salt or b"", stored.payload or b"") != stored.head.payload_hash:
        yield _difference(log_entry, key, "payload", "another" if held else "missing", stored.head.payload_hash)


_COPIED = ("leaf_hash", "id", "kind", "stream", "stream_seq", "device", "seq")


def _told(stored: StoredEntry) -> dict[str, Any]:
    head = stored.head
    copied = {name: getattr(head, name) for name in ("id", "kind", "stream", "device", "seq")}
    return {"leaf_hash": merkle.leaf_hash(stored.leaf), "stream_seq": stored.stamp.stream_seq, **copied}


def _entry(stored: StoredEntry) -> Entry:
    stamp = stored.stamp
    return Entry(stored.head, stored.envelope.body, stored.index, stamp.recorded_at, stamp.flags)


def _differences(live: Connection, fresh: Connection) -> Iterator[dict[str, Any]]:
    for table in db.records.sorted_tables:
        rebuilt = _rows(fresh, table)
        for key, row in _rows(live, table).items():
            yield from _compare(table, key, row, rebuilt.pop(key, None))
        for key in rebuilt:
            yield _difference(table, key, None, "missing", "present")


def _rows(connection: Connection, table: Table) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """Every row by its primary key. Keyed, not walked side by side: databases order text differently."""
    key = [column.name for column in table.primary_key] or [column.name for column in table.columns]
    found = connection.execute(select(table)).mappings()
    return {tuple(row[name] for name in key): dict(row) for row in found}


def _compare(
    table: Table, key: tuple[Any, ...], live: Mapping[str, Any], rebuilt: Mapping[str, Any] | None
) -> Iterator[dict[str, Any]]:
    if rebuilt is None:
        yield _difference(table, key, None, "present", "missing")
        return
    for column, value in live.items():
        if value != rebuilt[column]:
            yield _difference(table, key, column, value, rebuilt[column])


def _difference(table: Table, key: tuple[Any, ...], column: str | None, live: Any, rebuilt: Any) -> dict[str, Any]:
    shown = (value.hex() if isinstance(value, bytes) else value for value in (live, rebuilt))
    live, rebuilt = shown
    return {"table": table.name, "key": [str(part) for part in key], "column": column, "live": live, "rebuilt": rebuilt}
