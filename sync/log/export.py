"""Writes the log as the static files that are served under `/log/`, so that it can be kept and checked elsewhere."""

from pathlib import Path

from sqlalchemy import Connection

from sync import tiles
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import publication, reading
from sync.log.erasure import NEVER
from sync.log.log import Log
from sync.trust import Policy
from sync.verify.log import CERTIFICATE
from sync.verify.readers import Reader


def export(connection: Connection, log: Log, folder: Path, payloads: bool = True) -> Checkpoint:
    """Write the published checkpoint, policy, tiles, entry bundles and payload files, and the site's certificate if it
    has one; the checkpoint they belong to.

    With `payloads` false, those stay without which no signature could be checked; all others are null, as if withheld.
    Files of an older export in the folder are written over. SyncError `quorum_missing` while nothing is published.
    """
    found = publication.opened(connection, log)
    if found is None:
        raise SyncError("quorum_missing", "no checkpoint of this log is published")
    signed, opened = found
    read = reader(connection, log, signed, publication.policy(connection, log), payloads)
    for path in [name.path for name in tiles.names(opened.checkpoint.size)] + ["policy", CERTIFICATE]:
        data = read(path)
        if data is not None:
            _write(folder / path, data)
    # Last, so that a folder without a checkpoint is seen to be a half export.
    _write(folder / "checkpoint", signed)
    return opened.checkpoint


def reader(connection: Connection, log: Log, signed: bytes, policy: Policy, payloads: bool = True) -> Reader:
    """The log's files straight from the database, for whoever verifies or copies it; as `export` writes them."""

    def read(path: str) -> bytes | None:
        fixed = {"checkpoint": signed, "policy": policy.encode()}
        if path == CERTIFICATE:
            return publication.certificate(connection)
        name = tiles.Name.parse(path)
        return fixed.get(path) if name is None else _file(connection, log, name, payloads)

    return read


def _file(connection: Connection, log: Log, name: tiles.Name, payloads: bool) -> bytes | None:
    if name.kind == "entries":
        return log.bundle(connection, name.n, name.width)
    if name.kind == "payloads":
        return log.payloads(connection, name.n, name.width) if payloads else _keys_only(connection, name)
    return log.tile(connection, int(name.kind), name.n, name.width)


def _keys_only(connection: Connection, name: tiles.Name) -> bytes:
    kept = {entry.index for kind in NEVER for entry in reading.of_kind(connection, kind)}
    start = name.n * tiles.WIDTH
    return tiles.encode_payloads(
        (entry.index, entry.salt, entry.payload) if entry.index in kept else (entry.index, None, None)
        for entry in reading.between(connection, start, start + name.width)
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
