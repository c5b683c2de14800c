"""Makes a backup: one snapshot of the whole site into one encrypted file, read back before it counts (OPS-03).

The file is written under another name, read back with a key that lives only as long as the work, and renamed: what has
the name of a backup is whole. The entry that tells of it comes last.
"""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pyrage.x25519 import Identity, Recipient
from sqlalchemy import Connection, select, text

from server.core import clock, db
from server.core.blobs import sync_folder, write_file
from server.core.config import Backups
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.site import age, model, packing
from sync import merkle, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Receipt
from sync.log.tables import log_entry

ENDING = ".tar.age"
_PARTIAL = ".partial-pestle-"
# Sites may share a folder, and the name of one may begin as that of another.
_MADE_AT = re.compile(r"[0-9]{8}T[0-9]{12}Z")
# A backup takes its time; one is missed only when a good part of the next span has gone as well.
_GRACE = 1.25
# Any number that no other program is likely to lock in this database.
_LOCK = 7_264_110_554


def make(
    plant: Plant, to: Path, recipients: Sequence[Recipient], keep: int = 0, key: bytes | None = None
) -> dict[str, Any]:
    """A backup in this folder, with the `key` that opens it beside it; what the entry says of it.

    PestleError `backup_running`, or `backup_failed` with what stood in the way, which is an entry too. With `keep`,
    of the backups of this log there only so many of the newest stay.
    """
    with _alone(plant):
        try:
            made = _write(plant, to, recipients, key)
        except (OSError, PestleError) as error:
            code = error.code if isinstance(error, PestleError) else "file_unreadable"
            failed = {"to": str(to)[:500], "code": code, "detail": str(error)[:500]}
            plant.recorder.state(Fact(model.BACKUP_FAILED, model.STREAM, failed))
            raise PestleError("backup_failed", failed) from error
        outdated = _outdated(plant, to, keep)
        payload = {**made, "removed": [path.name for path in outdated]}
        plant.recorder.state(Fact(model.BACKUP_MADE, model.STREAM, payload))
        # A crash here leaves some more of the old ones, until the next time.
        for path in outdated:
            for beside in path.parent.glob(f"{path.name}*"):
                beside.unlink()
    return payload


def make_with_passphrase(plant: Plant, to: Path, passphrase: str, keep: int = 0) -> dict[str, Any]:
    """A backup that a passphrase opens: for a key pair made for it alone, whose private half lies beside it, under the
    passphrase (<file>.key)."""
    pair = Identity.generate()
    return make(plant, to, [pair.to_public()], keep, age.locked(pair, passphrase))


def last_made(connection: Connection) -> datetime | None:
    """When the last good backup was stated in the log."""
    return _recorded(connection, log_entry.c.kind == model.BACKUP_MADE)


def due(connection: Connection, plan: Backups) -> datetime | None:
    """When the next backup is due, None when there has never been one: at once."""
    last = last_made(connection)
    return None if last is None else last + plan.every


def overdue_since(connection: Connection, plan: Backups) -> datetime | None:
    """Since when a backup is missing, None when none is. Without any, the log's own beginning counts as the last."""
    last = last_made(connection) or _recorded(connection, log_entry.c.idx == 0)
    if last is None or clock.now() < last + plan.every * _GRACE:
        return None
    return last + plan.every


def warning(connection: Connection, plan: Backups | None) -> dict[str, Any] | None:
    """{code, since, detail} when a backup is overdue, as screens and supervisors are told; None when none is."""
    since = None if plan is None else overdue_since(connection, plan)
    if plan is None or since is None:
        return None
    return {"code": "backup_overdue", "since": clock.text(since), "detail": str(plan.to)}


def _recorded(connection: Connection, condition: Any) -> datetime | None:
    query = select(log_entry.c.receipt).where(condition).order_by(log_entry.c.idx.desc()).limit(1)
    receipt = connection.execute(query).scalar()
    return None if receipt is None else datetime.fromisoformat(Receipt.parse(receipt).recorded_at)


def _write(plant: Plant, to: Path, recipients: Sequence[Recipient], key: bytes | None) -> dict[str, Any]:
    to.mkdir(parents=True, exist_ok=True)
    begun = f"{_PARTIAL}{_slug(plant)}+"
    for left in to.glob(f"{begun}*"):
        left.unlink()
    # Known to nobody else and forgotten with this call: so the server can read back what only others can read later.
    own = Identity.generate()
    descriptor, name = tempfile.mkstemp(prefix=begun, dir=to)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out, db.snapshot(plant.engine) as connection:
            checkpoint = Checkpoint.parse(_text(plant.log.latest_checkpoint(connection)))
            parts = packing.pack(packing.members(plant, connection, checkpoint))
            age.encrypt(parts, out, [*recipients, own.to_public()])
            _to_disk(out.fileno(), out)
        _read_back(partial, own, checkpoint)
        digest, size = _digest(partial), partial.stat().st_size
        path = to / f"{_slug(plant)}-{clock.now().strftime('%Y%m%dT%H%M%S%fZ')}{ENDING}"
        if key is not None:
            write_file(path.with_name(path.name + ".key"), key)
        os.rename(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
    sync_folder(to)
    end = {"size": checkpoint.size, "root": checkpoint.root.hex()}
    named = [age.fingerprint(one) for one in recipients]
    return {"file": path.name, "bytes": size, "sha256": digest, "checkpoint": end, "recipients": named}


def _read_back(file: Path, own: Identity, checkpoint: Checkpoint) -> None:
    """PestleError `backup_damaged` unless every byte is there, and the entries lead to the signed root."""
    edge = merkle.Edge()
    with age.decrypted(file, [own]) as source:
        for name, data in packing.unpack(source):
            if name.startswith(packing.LOG + "tile/entries/"):
                for leaf in tiles.decode_entries(data):
                    edge.append(merkle.leaf_hash(leaf))
    if (edge.size, edge.root()) != (checkpoint.size, checkpoint.root):
        raise PestleError("backup_damaged", {"detail": f"the entries do not lead to the root at {checkpoint.size}"})


def _outdated(plant: Plant, to: Path, keep: int) -> list[Path]:
    start = f"{_slug(plant)}-"
    found = to.glob(f"{start}*{ENDING}")
    ours = sorted(path for path in found if _MADE_AT.fullmatch(path.name[len(start) : -len(ENDING)]))
    return ours[:-keep] if keep else []


def _slug(plant: Plant) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", plant.config.origin).strip("-.")


def _text(note: bytes) -> bytes:
    return note.rpartition(b"\n\n")[0] + b"\n"


def _to_disk(descriptor: int, out: Any) -> None:
    out.flush()
    os.fsync(descriptor)
    # So that it is the disk that is read back, as far as the system lets us.
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@contextmanager
def _alone(plant: Plant) -> Iterator[None]:
    """One backup at a time, of all machines that share the database; the lock falls with the process.

    PestleError `backup_running`.
    """
    with (plant.config.data / "backup.lock").open("ab") as lock, plant.engine.connect() as connection:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PestleError("backup_running") from error
        if connection.dialect.name == "postgresql":
            wanted = text("SELECT pg_try_advisory_lock(:lock)").bindparams(lock=_LOCK)
            if not connection.execute(wanted).scalar_one():
                raise PestleError("backup_running")
            # The transaction ends here, the lock stays with the session: no old snapshot is held meanwhile.
            connection.commit()
        try:
            yield
        finally:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_unlock(:lock)").bindparams(lock=_LOCK))
