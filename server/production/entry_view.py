"""How entries of the log are shown: with the names of people and devices, and with what corrects them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.identity import queries as identity
from server.production.projection import entry_
from sync.log import reading
from sync.log.reading import StoredEntry


def entry_views(connection: Connection, indices: Iterable[int]) -> list[dict[str, Any]]:
    """Entries by their place in the log, in its order: {id, index, kind, stream, subject, actor {id, name, name_en},
    device {id, name}, seq, captured_at, offset, recorded_at, flags, payload, corrects, reason, corrected_by}.

    `payload` is null where it is no longer held; `corrected_by` is the id of the entry that corrects this one.
    """
    return show(connection, list(reading.at(connection, sorted(set(indices)))))


def show(connection: Connection, stored: Sequence[StoredEntry]) -> list[dict[str, Any]]:
    """The same for entries that have been read already."""
    people = identity.people(connection, {entry.head.actor for entry in stored})
    devices = identity.devices(connection, {entry.head.device for entry in stored})
    corrections = _corrections(connection, {entry.head.id for entry in stored})
    return [
        {
            "id": entry.head.id,
            "index": entry.index,
            "kind": entry.head.kind,
            "stream": entry.head.stream,
            "subject": entry.head.subject,
            "actor": people[entry.head.actor],
            "device": devices[entry.head.device],
            "seq": entry.head.seq,
            "captured_at": entry.head.captured_at,
            "offset": entry.head.offset,
            "recorded_at": entry.stamp.recorded_at,
            "flags": list(entry.stamp.flags),
            "payload": None if entry.payload is None else entry.envelope.body,
            "corrects": entry.head.corrects,
            "reason": entry.head.reason,
            "corrected_by": corrections.get(entry.head.id),
        }
        for entry in stored
    ]


def _corrections(connection: Connection, ids: set[str]) -> dict[str, str]:
    query = select(entry_.c.corrects, entry_.c.id).where(entry_.c.corrects.in_(ids)).order_by(entry_.c.idx.desc())
    return {row.corrects: row.id for row in connection.execute(query)}
