"""Brings a site back from a backup into an empty place, and goes on with what a mirror of the log has beyond it.

Everything in the database happens in one transaction, which ends after every entry was verified. A mark in DATA says
that a restore is under way: until it is gone nobody opens the site, and the same command, given again, finishes.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, delete, exists, func, inspect, select
from sqlalchemy.exc import IntegrityError

from server import migrations
from server.core import db, rebuild
from server.core.config import Config
from server.core.errors import PestleError
from server.core.inbox import held
from server.core.kinds import Fact, Registry
from server.core.plant import Plant
from server.site import age, erase, model, packing, whole
from server.site.taking import Place, Taking
from sync import merkle
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import Log, erasure, loading, publication, reading
from sync.log.anchor import Anchor
from sync.log.reading import TreeReader
from sync.log.tables import log_entry
from sync.trust import Policy
from sync.verify.readers import Reader

OpenLog = Callable[[Config], Log]


@dataclass(frozen=True, slots=True)
class Mirror:
    """Another copy of the log, as files; `name` is what the entry says of where it was."""

    name: str
    read: Reader


def load(
    config: Config,
    file: Path,
    keys: Sequence[Any],
    open_log: OpenLog,
    registry: Registry,
    mirror: Mirror | None = None,
    trusted: Policy | None = None,
) -> dict[str, Any]:
    """Fill DATA and database; what the entry will say of it, which whoever opens the site then states (`finish`).

    The log's keys come with the backup, and anybody can encrypt one: `trusted` is the site's policy got another way,
    whose key must be theirs.

    PestleError `restore_target_taken`, `restore_unfinished` (of another backup), `restore_key_wrong`, `backup_damaged`,
    `backup_newer`, `restore_log_wrong`, `restore_mirror_wrong`: then everything is as it was before.
    """
    config.data.mkdir(parents=True, exist_ok=True)
    engine = db.open_engine(config.database_url)
    try:
        digest = _digest(file)
        known = _known(engine, config, digest)
        if known is not None:
            return known
        place = Place(config)
        place.mark({"backup": digest})
        try:
            return _load(engine, place, file, keys, open_log, registry, mirror, trusted)
        except BaseException:
            # Not after a kill, of course: then the mark stays, and the next run begins anew.
            place.clear()
            raise
    finally:
        engine.dispose()


def state(plant: Plant, said: dict[str, Any]) -> None:
    """Move the anchor to where the log ends, which nothing else may do, and say in the log what was done; once."""
    with plant.engine.connect() as connection:
        last = reading.of_kind(connection, model.RESTORED)[-1:]
        if any(entry.index >= said["checkpoint"]["size"] for entry in last):
            return
        plant.anchor.replace(plant.log.latest_checkpoint(connection))
    plant.recorder.state(Fact(model.RESTORED, model.STREAM, said))


def finish(config: Config) -> None:
    """The site is whole: from now on it opens as ever."""
    config.restoring.unlink()


def _load(
    engine: Engine,
    place: Place,
    file: Path,
    keys: Sequence[Any],
    open_log: OpenLog,
    registry: Registry,
    mirror: Mirror | None,
    trusted: Policy | None,
) -> dict[str, Any]:
    with db.writing_records(), db.write(engine) as connection:
        taking = Taking(connection, place)
        try:
            with age.decrypted(file, keys) as source:
                for name, data in packing.unpack(source):
                    taking.take(name, data)
            log = open_log(place.config)
            backup = _close(connection, log, taking)
            if trusted is not None:
                _check_keys(connection, log, trusted)
        except (SyncError, IntegrityError) as error:
            raise PestleError("restore_log_wrong", {"detail": _said(error)}) from error
        end = backup if mirror is None else _go_on(connection, log, backup, mirror)
        _erase_again(connection, place.config)
        _verify(connection, log, backup, mirror)
        log.create(connection)
        _to_this_version(connection)
        connection.execute(delete(held).where(exists().where(_same_as_held)))
        rebuild.refill(connection, log, registry, end.size)
        payload = {
            "backup": {"sha256": _digest(file), **_point(backup)},
            "checkpoint": _point(end),
            "mirror": None if mirror is None else mirror.name[:500],
            "lost": _lost(connection, place.config, end),
        }
        place.mark({"backup": _digest(file), "payload": payload})
    # A crash before the commit: the database is empty still, and all is done again. After it: only `finish` is.
    return payload


_same_as_held = (log_entry.c.device == held.c.device) & (log_entry.c.seq == held.c.seq)


def _close(connection: Connection, log: Log, taking: Taking) -> Checkpoint:
    """The tree over all entries, which must be what the backup's checkpoint says."""
    backup = log.policy.open(taking.signed).checkpoint
    log.sign_checkpoint(connection)
    head = log.head(connection)
    if (head.size, head.root) != (backup.size, backup.root):
        raise SyncError("root_wrong", f"{head.size} entries do not lead to the root at {backup.size}")
    return backup


def _check_keys(connection: Connection, log: Log, trusted: Policy) -> None:
    """The log's key is one that the policy names, now or before, or that its root has named since."""
    named = {key.public_key for key in trusted.renewed(publication.certificate(connection)).logs}
    if log.origin != trusted.origin or log.policy.logs[0].public_key not in named | set(trusted.server_keys):
        raise SyncError("note_signer_unknown", "the backup is of a log with other keys than the policy names")


def _go_on(connection: Connection, log: Log, backup: Checkpoint, mirror: Mirror) -> Checkpoint:
    """Append what the mirror has beyond; its checkpoint must be signed by this log, and lead on from the backup's."""
    try:
        signed = mirror.read("checkpoint")
        if signed is None:
            raise SyncError("log_unreadable", "there is no checkpoint")
        end = log.policy.open(signed).checkpoint
        if end.size <= backup.size:
            root = merkle.subtree_hash(0, end.size, TreeReader(connection)) if end.size else merkle.Edge().root()
            if root != end.root:
                raise SyncError("root_wrong", f"the mirror holds another log of {end.size} entries")
            return backup
        loading.add_from(mirror.read, connection, backup.size, end.size)
        log.sign_checkpoint(connection)
        if log.head(connection).root != end.root:
            raise SyncError("root_wrong", f"the mirror's entries do not lead to its root at {end.size}")
        publication.keep(connection, signed)
        return end
    except (SyncError, IntegrityError) as error:
        raise PestleError("restore_mirror_wrong", {"detail": _said(error)}) from error


def _erase_again(connection: Connection, config: Config) -> None:
    """What the backup still holds, and the mirror's part of the log says was erased, must not come back."""
    erased = sorted(erasure.erased_entries(connection))
    still = erasure.held(connection, erased)
    if still:
        # The photos go when the site is opened.
        erase.note_photos(config, reading.at(connection, sorted(still)))
        erasure.null(connection, still)


def _verify(connection: Connection, log: Log, backup: Checkpoint, mirror: Mirror | None) -> None:
    """Every rule of a verifier, every signature, from the database as it will be."""
    result = whole.verify(connection, log, full=True)
    if not result.ok:
        beyond = mirror is not None and result.first_wrong is not None and result.first_wrong >= backup.size
        raise PestleError("restore_mirror_wrong" if beyond else "restore_log_wrong", {"detail": result.reason})


def _to_this_version(connection: Connection) -> None:
    from alembic import command

    command.upgrade(migrations.configured(connection), "head")


def _lost(connection: Connection, config: Config, end: Checkpoint) -> dict[str, Any] | None:
    """What the anchor in DATA, if there is one, knows to have been signed and is not here."""
    if not config.anchor_file.exists():
        return None
    anchor = Anchor(config.anchor_file, config.origin)
    try:
        known = anchor.read()
    finally:
        anchor.close()
    if known is None or known.size == 0:
        return None
    if known.size <= end.size and merkle.subtree_hash(0, known.size, TreeReader(connection)) == known.root:
        return None
    return _point(known)


def _known(engine: Engine, config: Config, digest: str) -> dict[str, Any] | None:
    """What an earlier run of this restore has already committed; None to begin. PestleError as `load`."""
    entries = _entries(engine)
    if not config.restoring.exists():
        if entries:
            raise PestleError("restore_target_taken", {"entries": entries})
        return None
    said = orjson.loads(config.restoring.read_bytes())
    if not entries:
        return None
    if said["backup"] != digest or "payload" not in said:
        raise PestleError("restore_unfinished", {"backup": said["backup"]})
    return dict(said["payload"])


def _entries(engine: Engine) -> int:
    with engine.connect() as connection:
        if not inspect(connection).has_table(log_entry.name):
            return 0
        return int(connection.execute(select(func.count()).select_from(log_entry)).scalar_one())


def _said(error: SyncError | IntegrityError) -> str:
    """Two entries in one place are found by the database before any verifier sees them."""
    return str(error.orig) if isinstance(error, IntegrityError) else str(error)


def _point(checkpoint: Checkpoint) -> dict[str, Any]:
    return {"size": checkpoint.size, "root": checkpoint.root.hex()}


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(file), "found": error.strerror or str(error)}) from error
