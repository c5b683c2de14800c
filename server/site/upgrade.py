"""Says in the log with which version it goes on, after that version has proved that it reads what is there (CMP-05)."""

import secrets
from typing import Any

from sqlalchemy import Connection

from server.core import db
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.site import model, version, whole
from server.site.model import Version
from sync import merkle
from sync.checkpoint import Checkpoint
from sync.entry import payload_hash
from sync.errors import SyncError
from sync.log import Log, StoredEntry, reading

# About a second's work; a longer log is checked at its end and in a sample, and the entry says so.
ALL = 20_000
SAMPLE = 256


def state(plant: Plant) -> dict[str, Any] | None:
    """The entry's payload, None when the log was last written with this very version.

    PestleError `upgrade_log_wrong`: then nothing may be appended. The full proof is `pestle rebuild --check`.
    """
    with db.snapshot(plant.engine) as connection:
        before, now = _last(connection), version.current()
        if before == now:
            return None
        checked = _check(connection, plant.log)
    payload = {"before": None if before is None else before.payload(), "now": now.payload(), "checked": checked}
    plant.recorder.state(Fact(model.UPGRADED, model.STREAM, payload))
    return payload


def _last(connection: Connection) -> Version | None:
    said = reading.of_kind(connection, model.UPGRADED) or reading.of_kind(connection, model.UPGRADED_V1)
    return Version(**said[-1].envelope.body["now"]) if said else None


def _check(connection: Connection, log: Log) -> dict[str, Any]:
    end = log.policy.open(log.latest_checkpoint(connection)).checkpoint
    try:
        if end.size <= ALL:
            result = whole.verify(connection, log, full=False)
            wrong, how, count = result.reason, "all", end.size
        else:
            wrong, how, count = None, "sample", _sample(connection, log, end)
    except SyncError as error:
        wrong = str(error)
    if wrong is not None:
        raise PestleError("upgrade_log_wrong", {"detail": wrong[:500]})
    return {"how": how, "entries": count, "checkpoint": {"size": end.size, "root": end.root.hex()}}


def _sample(connection: Connection, log: Log, end: Checkpoint) -> int:
    """The last entries, and as many that nobody can foresee: each must lie under the signed root as it stands here."""
    chosen = set(range(end.size - SAMPLE, end.size))
    while len(chosen) < 2 * SAMPLE:
        chosen.add(secrets.randbelow(end.size))
    entries = list(reading.at(connection, sorted(chosen)))
    if len(entries) < len(chosen):
        raise SyncError("entry_missing", f"{len(chosen) - len(entries)} of {len(chosen)}")
    leaves = {entry.index: merkle.leaf_hash(entry.leaf) for entry in entries}
    root = merkle.root_from_multiproof(leaves, end.size, log.multiproof(connection, sorted(leaves), end.size))
    if root != end.root:
        raise SyncError("root_wrong", "the entries of a sample do not lie under the signed root")
    for entry in entries:
        _check_entry(entry)
    return len(entries)


def _check_entry(entry: StoredEntry) -> None:
    if entry.stamp.index != entry.index:
        raise SyncError("index_wrong", f"entry {entry.index}")
    if entry.payload is not None and payload_hash(entry.salt or b"", entry.payload) != entry.head.payload_hash:
        raise SyncError("payload_hash_wrong", f"entry {entry.index}")
