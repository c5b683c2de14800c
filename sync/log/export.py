"""Writes the log as the static files that are served under `/log/`, so that it can be kept and checked elsewhere."""

from pathlib import Path

from sqlalchemy import Connection

from sync import tiles
from sync.checkpoint import Checkpoint
from sync.log import reading
from sync.log.log import Log
from sync.verify.keys import KEY_KINDS


def export(connection: Connection, log: Log, folder: Path, payloads: bool = True) -> Checkpoint:
    """Write checkpoint, policy, tiles, entry bundles and payload files; the checkpoint they belong to.

    With `payloads` false, those stay that carry devices' keys and revocations (no signature could be checked without
    them); all others are null, as if withheld. Files of an older export in the folder are written over.
    """
    note = log.latest_checkpoint(connection)
    checkpoint = Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n")
    for name in tiles.names(checkpoint.size):
        data = _file(connection, log, name, payloads)
        if data is not None:
            _write(folder / name.path, data)
    _write(folder / "policy", log.policy.encode())
    # Last, so that a folder without a checkpoint is seen to be a half export.
    _write(folder / "checkpoint", note)
    return checkpoint


def _file(connection: Connection, log: Log, name: tiles.Name, payloads: bool) -> bytes | None:
    if name.kind == "entries":
        return log.bundle(connection, name.n, name.width)
    if name.kind == "payloads":
        return log.payloads(connection, name.n, name.width) if payloads else _keys_only(connection, name)
    return log.tile(connection, int(name.kind), name.n, name.width)


def _keys_only(connection: Connection, name: tiles.Name) -> bytes:
    kept = {entry.index for kind in KEY_KINDS for entry in reading.of_kind(connection, kind)}
    start = name.n * tiles.WIDTH
    return tiles.encode_payloads(
        (entry.index, entry.salt, entry.payload) if entry.index in kept else (entry.index, None, None)
        for entry in reading.between(connection, start, start + name.width)
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
