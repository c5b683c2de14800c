"""Makes the files attached to a dossier: the entries of a batch's stream, and all that is needed to check them."""

from collections.abc import Iterable

from sqlalchemy import Connection

from sync import dossier, merkle
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import reading
from sync.log.log import Log
from sync.log.reading import StoredEntry
from sync.verify.keys import KEY_KINDS, SERVER


def bundle(connection: Connection, log: Log, stream: str, also: Iterable[int] = ()) -> dict[str, bytes]:
    """File name to bytes: the stream's entries up to the latest checkpoint, those at the indices `also`, and the
    enrolments and revocations of every device among them.

    SyncError `stream_unknown` when the stream has no entry under a checkpoint, `entry_unknown` for an index without.
    """
    note = log.latest_checkpoint(connection)
    size = Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n").size
    entries = {entry.index: entry for entry in log.stream(connection, stream) if entry.index < size}
    if not entries:
        raise SyncError("stream_unknown", stream)
    entries |= {index: _entry(connection, index, size) for index in also}
    devices = {entry.head.device for entry in entries.values()} | {SERVER}
    entries |= {entry.index: entry for entry in _keys(connection, devices) if entry.index < size}
    chosen = [entries[index] for index in sorted(entries)]
    proof = dossier.Proof(
        stream,
        size,
        log.multiproof(connection, list(entries), size),
        [(entry.index, merkle.leaf_hash(entry.leaf)) for entry in chosen],
    )
    return {
        dossier.RECORDS: dossier.encode_records([_record(entry) for entry in chosen]),
        dossier.PROOF: proof.encode(),
        dossier.CHECKPOINT: note,
        dossier.POLICY: log.policy.encode(),
    }


def _entry(connection: Connection, index: int, size: int) -> StoredEntry:
    entry = reading.one(connection, index) if index < size else None
    if entry is None:
        raise SyncError("entry_unknown", f"{index} is not under the checkpoint of {size}")
    return entry


def _keys(connection: Connection, devices: set[str]) -> Iterable[StoredEntry]:
    for kind in KEY_KINDS:
        for entry in reading.of_kind(connection, kind):
            if entry.head.device == SERVER and entry.envelope.body.get("device") in devices:
                yield entry


def _record(entry: StoredEntry) -> dossier.Record:
    return dossier.Record(entry.index, entry.header, entry.signatures, entry.receipt, entry.salt, entry.payload)
