"""What a tablet can check itself: the published checkpoint, and proofs that lead from its entries, or from the
checkpoint that it held before, to it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from sync import note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import Log, publication
from sync.log.tables import log_entry
from sync.trust import Policy


class Proofs:
    """Each call is a transaction of its own. The log only grows, so what is read later holds what was read before."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine, self._log = engine, log

    def prove(self, entries: Sequence[str]) -> dict[str, Any]:
        """{note, leaves, nodes}: one proof for those of these entries that stand under the published checkpoint."""
        with self._engine.connect() as connection:
            told = _published(connection, self._log)
            if told is None:
                return {"note": None, "leaves": [], "nodes": []}
            size = Checkpoint.parse(note.split(told.encode())[0]).size
            found = connection.execute(_of(entries, size)).all()
            nodes = self._log.multiproof(connection, [row.idx for row in found], size) if found else []
        leaves = [{"id": row.id, "index": row.idx, "receipt": _b64(row.receipt)} for row in found]
        return {"note": told, "leaves": leaves, "nodes": [_b64(node) for node in nodes]}

    def consistent(self, size1: int, size2: int) -> dict[str, Any]:
        """{nodes}: that the tree of size2 extends that of size1; null where the log is not as long as that."""
        with self._engine.connect() as connection:
            if size2 > self._log.head(connection).size:
                return {"nodes": None}
            try:
                nodes = self._log.consistency_proof(connection, size1, size2)
            except SyncError:
                return {"nodes": None}
        return {"nodes": [_b64(node) for node in nodes]}


@dataclass(frozen=True, slots=True)
class Trusted:
    """By which policy the published checkpoint is checked, and the note by which the site's root has named its keys."""

    policy: Policy
    certificate: str | None

    @classmethod
    def read(cls, connection: Connection, log: Log) -> "Trusted":
        certificate = publication.certificate(connection)
        policy = publication.policy(connection, log)
        return cls(policy, None if certificate is None else certificate.decode())

    def payload(self) -> dict[str, Any]:
        return {"policy": self.policy.encode().decode(), "certificate": self.certificate}


def checkpoint(connection: Connection, log: Log, by: Policy | None = None) -> dict[str, Any]:
    """{size, root, note}: the log's latest checkpoint, and the note of the published one, null while there is none.
    `by` is the site's policy, where the caller knows it."""
    head = log.head(connection)
    return {"size": head.size, "root": head.root.hex(), "note": _published(connection, log, by)}


def _published(connection: Connection, log: Log, by: Policy | None = None) -> str | None:
    found = publication.published(connection, log, by)
    return None if found is None else found.decode()


def _of(entries: Sequence[str], size: int) -> Any:
    columns = (log_entry.c.id, log_entry.c.idx, log_entry.c.receipt)
    return select(*columns).where(log_entry.c.id.in_(entries), log_entry.c.idx < size).order_by(log_entry.c.idx)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
