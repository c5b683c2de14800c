"""Makes the files attached to a dossier: the entries of a batch's stream, and all that is needed to check them."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

from sync import dossier, merkle, note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import publication, reading
from sync.log.log import Log
from sync.log.reading import StoredEntry
from sync.proof import LogProof
from sync.verify.keys import KEY_KINDS, SERVER


def bundle(
    connection: Connection,
    log: Log,
    stream: str,
    also: Iterable[int] = (),
    withhold: Callable[[StoredEntry], bool] = lambda entry: False,
) -> dict[str, bytes]:
    """File name to bytes: the stream's entries up to the published checkpoint, those at the indices `also`, and the
    enrolments and revocations of every device among them. What `withhold` names goes without its payload.

    SyncError `stream_unknown` when the stream has no entry, `entry_unknown` for an index that is not under the
    checkpoint, `quorum_missing` when none is published that reaches to the stream's disposition.
    """
    signed = publication.published(connection, log)
    if signed is None:
        raise SyncError("quorum_missing", "no checkpoint of this log is published")
    size = Checkpoint.parse(note.split(signed)[0]).size
    whole = log.stream(connection, stream)
    if not whole:
        raise SyncError("stream_unknown", stream)
    seal = _seal(whole)
    entries = {entry.index: entry for entry in whole if entry.index < size}
    if not entries or (seal is not None and seal.index >= size):
        raise SyncError("quorum_missing", "the published checkpoint does not reach to what the dossier is about")
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
    certificate = publication.certificate(connection)
    return {
        dossier.RECORDS: dossier.encode_records([_record(entry, withhold) for entry in chosen]),
        dossier.PROOF: proof.encode(),
        dossier.CHECKPOINT: signed,
        dossier.POLICY: publication.policy(connection, log).encode(),
        **({} if certificate is None else {dossier.CERTIFICATE: certificate}),
        **({} if seal is None else {dossier.SEAL: _alone(connection, log, seal.index, size, signed)}),
    }


def _seal(entries: Sequence[StoredEntry]) -> StoredEntry | None:
    """The last disposition."""
    kinds = dossier.SEALS + dossier.SEALS_OF_DEVICES
    found = [entry for entry in entries if entry.head.kind in kinds and entry.head.device == SERVER]
    return found[-1] if found else None


def _alone(connection: Connection, log: Log, index: int, size: int, signed: bytes) -> bytes:
    return LogProof(index, tuple(log.inclusion_proof(connection, index, size)), signed).encode()


def _entry(connection: Connection, index: int, size: int) -> StoredEntry:
    entry = reading.one(connection, index) if index < size else None
    if entry is None:
        raise SyncError("entry_unknown", f"{index} is not under the checkpoint of {size}")
    return entry


def _keys(connection: Connection, devices: set[str]) -> Iterable[StoredEntry]:
    """What teaches the keys of these devices; changes of the site's own keys, which name no device, are for all."""
    for kind in KEY_KINDS:
        for entry in reading.of_kind(connection, kind):
            if entry.head.device == SERVER and entry.envelope.body.get("device", SERVER) in devices:
                yield entry


def _record(entry: StoredEntry, withhold: Callable[[StoredEntry], bool]) -> dossier.Record:
    salt, payload = (None, None) if withhold(entry) else (entry.salt, entry.payload)
    return dossier.Record(entry.index, entry.header, entry.signatures, entry.receipt, salt, payload)
