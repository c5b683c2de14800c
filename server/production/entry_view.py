"""How entries of the log are shown: with the names of people and devices, and with what corrects them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.core.seen import SEEN_WRONG
from server.identity import queries as identity
from server.production.projection import entry_
from sync.entry import offline_marks
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.verify import forms


def entry_views(connection: Connection, indices: Iterable[int]) -> list[dict[str, Any]]:
    """Entries by their place in the log, in its order: {id, index, kind, stream, subject, actor {id, name, name_en},
    device {id, name}, seq, captured_at, offset, recorded_at, seen, made, lease, flags, payload, verifier, signed,
    corrects, reason, corrected_by}.

    `seen` is the last checkpoint that the device held, {size, root} or null: how much of the log it knew.
    `made` is {after, before}: the times between which it must have been made, by the log's clock: when the last entry
    under `seen` was received (null where it had seen none, or none of this log), and when it was itself.
    `payload` is null where it is no longer held; `verifier` is the second person that it names, {id, name, name_en}
    or null; `signed` are the people whose own signatures stand under it, {id, name, name_en, how}, where `how` is
    `offline_pin` or `offline_passkey`: made on the device, and checked by the server at sync. `corrected_by` is the id
    of the entry that corrects this one.
    """
    return show(connection, list(reading.at(connection, sorted(set(indices)))))


def show(connection: Connection, stored: Sequence[StoredEntry]) -> list[dict[str, Any]]:
    """The same for entries that have been read already."""
    verifiers = {entry.head.id: _verifier(entry) for entry in stored}
    marks = {entry.head.id: offline_marks(forms.people(entry.signatures)) for entry in stored}
    named = {entry.head.actor for entry in stored} | {one for one in verifiers.values() if one is not None}
    named |= {person for one in marks.values() for person in one}
    people = identity.people(connection, named)
    devices = identity.devices(connection, {entry.head.device for entry in stored})
    corrections = _corrections(connection, {entry.head.id for entry in stored})
    earliest = reading.recorded_at(connection, map(_last_seen, stored))
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
            "seen": entry.head.seen and {"size": entry.head.seen.size, "root": entry.head.seen.root},
            "made": {"after": earliest.get(_last_seen(entry)), "before": entry.stamp.recorded_at},
            "lease": entry.head.lease,
            "flags": list(entry.stamp.flags),
            "payload": None if entry.payload is None else entry.envelope.body,
            "verifier": people.get(verifiers[entry.head.id] or ""),
            "signed": [{**people[person], "how": how} for person, how in marks[entry.head.id].items()],
            "corrects": entry.head.corrects,
            "reason": entry.head.reason,
            "corrected_by": corrections.get(entry.head.id),
        }
        for entry in stored
    ]


def _last_seen(entry: StoredEntry) -> int:
    """The place of the last entry that the device had seen of this log; -1 where it had seen none."""
    seen = entry.head.seen
    return -1 if seen is None or SEEN_WRONG in entry.stamp.flags else seen.size - 1


def _verifier(entry: StoredEntry) -> str | None:
    """Who has verified, by the entry's own word; a payload that is not as its kind has it may say anything."""
    named = None if entry.payload is None else entry.envelope.body.get("verified_by")
    return named if isinstance(named, str) and named else None


def _corrections(connection: Connection, ids: set[str]) -> dict[str, str]:
    query = select(entry_.c.corrects, entry_.c.id).where(entry_.c.corrects.in_(ids)).order_by(entry_.c.idx.desc())
    return {row.corrects: row.id for row in connection.execute(query)}
