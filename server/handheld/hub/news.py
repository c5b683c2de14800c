"""What tablets are told of the log: readings, batches that changed, checkpoints; read from the log, by index."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from server.handheld.hub.exchange import Exchange
from server.handheld.hub.relay import Relay
from server.handheld.model import batch_of
from sync.log import reading
from sync.log.log import Log
from sync.log.reading import StoredEntry

WEIGHT = "equipment.weight_read.v1"
REVOKED = "identity.device_revoked.v1"
_MALFORMED = "payload_malformed"
# An import of history is news to nobody at work: of very many entries only the last are told, of batches none.
_LAST_ENTRIES = 1_000
_MOST_BATCHES = 50


class News:
    """Spreads what is new here, and through the relay in the other processes of the site."""

    def __init__(self, engine: Engine, log: Log, exchange: Exchange, relay: Relay) -> None:
        self._engine, self._log, self._exchange, self._relay = engine, log, exchange, relay
        with engine.connect() as connection:
            self._size = log.head(connection).size

    def grew(self, doc: str) -> None:
        """A document has new changes: tell those here that follow it, and the other processes."""
        self._exchange.grew(doc)
        self._relay.publish({"grew": doc})

    def spread(self) -> None:
        """Tell what the log holds beyond what was told before. Not thread-safe."""
        with self._engine.connect() as connection:
            head = self._log.head(connection)
            first = max(self._size, head.size - _LAST_ENTRIES)
            entries = list(reading.between(connection, first, head.size))
        if head.size == self._size:
            return
        self._size = head.size
        for frame in frames_of(entries):
            self._exchange.tell(frame)
        for entry in entries:
            if entry.head.kind == REVOKED:
                self._exchange.dismiss(entry.envelope.body["device"], {"t": "error", "code": "device_revoked"})
        self._exchange.tell({"t": "checkpoint", "size": head.size, "root": head.root.hex()})
        self._relay.publish({"log": head.size})


def frames_of(entries: list[StoredEntry]) -> Iterator[dict[str, Any]]:
    """The frames about these entries: each weight that may be taken, and each batch once."""
    batches: dict[str, None] = {}
    for entry in entries:
        batch = batch_of(entry.head.stream)
        if batch is not None:
            batches[batch] = None
        if entry.head.kind == WEIGHT and _MALFORMED not in entry.stamp.flags:
            yield _reading(entry)
    if len(batches) <= _MOST_BATCHES:
        for batch in batches:
            yield {"t": "batch", "batch": batch}


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
