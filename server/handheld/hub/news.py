"""What tablets are told of the log: readings, batches that changed, checkpoints; read from the log, by index."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from server.core import db
from server.core.record import SERVER
from server.equipment.alarms import model as alarm
from server.handheld.hub import proofs
from server.handheld.hub.exchange import Exchange
from server.handheld.hub.proofs import Trusted
from server.handheld.hub.relay import Relay
from server.handheld.model import batch_of, is_unit
from sync.log import reading
from sync.log.log import Log
from sync.log.reading import StoredEntry

WEIGHT = "equipment.weight_read.v1"
PROCESS = "equipment.process_read.v1"
ENROLLED = "identity.device_enrolled.v1"
REVOKED = "identity.device_revoked.v1"
# Whoever shows machines asks anew which alarms stand (`/api/equipment/alarms/standing`).
_ALARMS = (alarm.RAISED, alarm.BATCH_RAISED, alarm.CLEARED)
ALARMS_CHANGED = "equipment/alarms"
# A weight with one of these flags is in the log, and may not be taken.
_NOT_TAKEN = {"payload_malformed", "device_revoked"}
# Nor is a sample of a machine that is other metal than the registered one.
_NO_SAMPLE = _NOT_TAKEN | {"serial_differs", "equipment_unknown"}
# An import of history is news to nobody at work: of very many entries only the last are told, of batches none.
_LAST_ENTRIES = 1_000
_MOST_UNITS = 50


class News:
    """Spreads what is new here, and through the relay in the other processes of the site."""

    def __init__(self, engine: Engine, log: Log, exchange: Exchange, relay: Relay, changed: Callable[[], None]) -> None:
        self._engine, self._log, self._exchange, self._relay = engine, log, exchange, relay
        self._changed = changed
        with engine.connect() as connection:
            self._size = log.head(connection).size
            self._trusted = Trusted.read(connection, log)
            self._note = proofs.checkpoint(connection, log, self._trusted.policy)["note"]

    def grew(self, doc: str) -> None:
        """A document has new changes: tell those here that follow it. The other processes hear it from the commit."""
        self._exchange.grew(doc)

    def spread(self) -> None:
        """Tell what the log holds, and what of it was published, beyond what was told before. Not thread-safe."""
        with db.snapshot(self._engine) as connection:
            size, trusted = self._log.head(connection).size, self._trusted
            entries = list(reading.between(connection, max(self._size, size - _LAST_ENTRIES), size))
            if size - self._size > len(entries) or any(map(_changes_trust, entries)):
                trusted = Trusted.read(connection, self._log)
            checkpoint = proofs.checkpoint(connection, self._log, trusted.policy)
        if size == self._size and checkpoint["note"] == self._note:
            return
        self._size, self._note = size, checkpoint["note"]
        # Who is told another note must know the keys that signed it.
        changed = trusted.payload() if trusted != self._trusted else {}
        self._trusted = trusted
        self._exchange.tell([*frames_of(entries), {"t": "checkpoint", **checkpoint, **changed}])
        for entry in entries:
            if entry.head.kind == REVOKED:
                self._exchange.dismiss(entry.envelope.body["device"], {"t": "error", "code": "device_revoked"})
        self._relay.publish({"log": size})
        self._changed()


def frames_of(entries: list[StoredEntry]) -> Iterator[dict[str, Any]]:
    """The frames about these entries: each weight that may be taken, the last sample of each machine, that alarms of
    equipment changed, and each batch or record once."""
    units: dict[str, None] = {}
    samples: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if is_unit(entry.head.stream):
            units[batch_of(entry.head.stream) or entry.head.stream] = None
        if entry.head.kind == ENROLLED and entry.head.device == SERVER:
            yield {"t": "device", "device": _key(entry.envelope.body)}
        if entry.head.kind == WEIGHT and not _NOT_TAKEN.intersection(entry.stamp.flags):
            yield _reading(entry)
        if entry.head.kind == PROCESS and entry.payload is not None and not _NO_SAMPLE.intersection(entry.stamp.flags):
            samples[entry.envelope.body["equipment"]] = _sample(entry)
    yield from samples.values()
    if any(entry.head.kind in _ALARMS for entry in entries):
        yield {"t": "batch", "batch": ALARMS_CHANGED}
    if len(units) <= _MOST_UNITS:
        for unit in units:
            yield {"t": "batch", "batch": unit}


def _changes_trust(entry: StoredEntry) -> bool:
    """Keys, witnesses and the server's own enrolment make the policy."""
    return entry.head.device == SERVER and entry.head.kind.startswith(("site.", "identity.device_"))


def _key(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": given["device"], **{name: given[name] for name in ("name", "alg", "public_key")}}


def _reading(entry: StoredEntry) -> dict[str, Any]:
    given = entry.envelope.body
    head = entry.head
    return {
        "t": "reading",
        "id": head.id,
        "device": head.device,
        **{name: given[name] for name in ("balance", "serial", "model", "net", "raw")},
        "captured_at": head.captured_at,
        "index": entry.index,
    }


def _sample(entry: StoredEntry) -> dict[str, Any]:
    given, head = entry.envelope.body, entry.head
    told = {name: given[name] for name in ("equipment", "serial", "model", "device_time", "values", "raw")}
    about = {"id": head.id, "device": head.device, "captured_at": head.captured_at, "index": entry.index}
    return {"t": "sample", **about, **told}
