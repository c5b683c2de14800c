"""Reads of what the hub remembers of devices and documents."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.handheld.hub.tables import device_state, pending
from sync.log import transaction
from sync.log.prepared import Prepared
from sync.log.tables import log_entry

# Asked of every entry that a tablet makes.
_skew = Prepared(select(device_state.c.skew_ms).where(device_state.c.device == bindparam("device")))


def skew_of(connection: Connection, device: str) -> int:
    """Milliseconds that the device's clock was ahead of ours when it last came; 0 for one that never came."""
    row = transaction.first(connection, _skew, {"device": device})
    return 0 if row is None else row[0] or 0


def states(connection: Connection) -> list[dict[str, Any]]:
    """{device, known: its last sequence by its own word, seen_at, skew_ms, app} of every device that has come."""
    rows = connection.execute(select(device_state).order_by(device_state.c.device))
    return [
        {"device": row.device, "known": row.seq, "seen_at": row.seen_at, "skew_ms": row.skew_ms, "app": row.app}
        for row in rows
    ]


def unrecorded(connection: Connection, doc: str) -> dict[str, str]:
    """Entries that stand in a document and not in the log (held, quarantined or, for a moment, on their way), each to
    its device."""
    known = select(log_entry.c.id).where(log_entry.c.id == pending.c.entry).exists()
    query = select(pending.c.entry, pending.c.device).where(pending.c.doc == doc, ~known)
    return {row.entry: row.device for row in connection.execute(query)}
