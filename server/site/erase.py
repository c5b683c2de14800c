"""Erases what entries say when their retention has ended: the entries stay, and the log says that and why (CMP-04).

Entry, nulls and tables of records change in one transaction. Photos are files: which of them must go is written down
before, and whoever opens the site next finishes what a crash has left.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, text

from server.core import blobs, rebuild
from server.core.config import Config
from server.core.errors import PestleError
from server.core.inbox import quarantine
from server.core.kinds import Fact
from server.core.outcomes import Recorded
from server.core.plant import Plant
from server.handheld.hub.tables import change, pending
from server.site import model
from sync.log import StoredEntry, erasure, reading
from sync.log.tables import log_payload
from sync.verify.rules import ERASED

_HASH = re.compile(rb'"([0-9a-f]{64})"')


def erase(plant: Plant, person: str, chosen: Sequence[StoredEntry], reason: str, basis: str) -> dict[str, Any]:
    """Erase the payloads of these entries on behalf of a person: {"erased", "blobs", "entry"} (the first that says it).

    PestleError `erasure_unknown` for none, what the rule refuses with, or `erasure_breaks_records`.
    """
    if not chosen:
        raise PestleError("erasure_unknown")
    photos = note_photos(plant.config, chosen)
    facts = [_fact(chosen[first : first + model.MOST_ERASED], person, reason, basis) for first in _steps(len(chosen))]
    try:
        recorded = plant.recorder.state(*facts, also=partial(_take_away, plant))
    finally:
        # Of what was not erased after all, the payload still speaks, and the photo stays.
        gone = _sweep(plant, set(photos))
    _forget(plant)
    return {"erased": len(chosen), "blobs": gone, "entry": recorded[0].id}


def of_stream(connection: Connection, stream: str) -> list[StoredEntry]:
    """The entries of a stream that have a payload which can be erased at all."""
    found = reading.of_stream(connection, stream, 0)
    return [entry for entry in found if entry.payload is not None and entry.head.kind not in erasure.NEVER]


def sweep(plant: Plant) -> None:
    """Finish what a crash has left of an erasure."""
    if plant.config.erasing.exists():
        _sweep(plant, set(orjson.loads(plant.config.erasing.read_bytes())))


def _sweep(plant: Plant, named: set[str]) -> int:
    """Delete those of these photos of which no payload speaks any more; how many there were."""
    with plant.engine.connect() as connection:
        rest = named - _mentioned(connection, named) if named else named
    for name in rest:
        (plant.config.blobs / name[:2] / name).unlink(missing_ok=True)
    plant.config.erasing.unlink(missing_ok=True)
    return len(rest)


def note_photos(config: Config, chosen: Iterable[StoredEntry]) -> list[str]:
    """The photos that these payloads name, written down to be swept when the payloads are gone."""
    named = {found.decode() for entry in chosen for found in _HASH.findall(entry.payload or b"")}
    photos = sorted(name for name in named if (config.blobs / name[:2] / name).exists())
    if photos:
        blobs.write_file(config.erasing, orjson.dumps(photos))
    return photos


def _fact(chosen: Iterable[StoredEntry], person: str, reason: str, basis: str) -> Fact:
    named = [{"id": entry.head.id, "index": entry.index} for entry in chosen]
    return Fact(ERASED, model.STREAM, {"entries": named, "reason": reason, "basis": basis}, actor=person)


def _steps(count: int) -> range:
    return range(0, count, model.MOST_ERASED)


def _take_away(plant: Plant, connection: Connection, recorded: list[Recorded]) -> None:
    """What the entries announce, in their own savepoint."""
    named = [one["index"] for entry in recorded for one in entry.envelope.body["entries"]]
    if connection.dialect.name == "sqlite":
        # Else the bytes would stay in pages that are free.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    streams = {entry.head.stream for entry in reading.at(connection, sorted(named))}
    erasure.null(connection, named)
    _clear_workspace(connection, named, streams)
    try:
        rebuild.refill(connection, plant.log, plant.registry, recorded[-1].index + 1)
    except Exception as error:
        raise PestleError("erasure_breaks_records", {"detail": repr(error)[:300]}) from error


def _clear_workspace(connection: Connection, named: Sequence[int], streams: set[str]) -> None:
    """Copies of the same words: input that is in quarantine beside its entry, and the documents of tablets, which are
    made again from the log when somebody asks for them."""
    for first in range(0, len(named), 500):
        connection.execute(delete(quarantine).where(quarantine.c.idx.in_(named[first : first + 500])))
    for stream in sorted(streams):
        waiting = connection.execute(select(pending.c.entry).where(pending.c.doc == stream).limit(1)).scalar()
        if waiting is not None:
            raise PestleError("erasure_breaks_records", {"detail": f"{stream}: {waiting} has not reached the log"})
        connection.execute(delete(change).where(change.c.doc == stream))


def _mentioned(connection: Connection, named: set[str]) -> set[str]:
    query = select(log_payload.c.payload).where(log_payload.c.payload.is_not(None))
    found: set[str] = set()
    for payload in connection.execute(query.execution_options(yield_per=1000)).scalars():
        found |= named & {match.decode() for match in _HASH.findall(bytes(payload))}
    return found


def _forget(plant: Plant) -> None:
    """Have the database let go of the old bytes now, as far as it does so on request."""
    with plant.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute(text("VACUUM"))
