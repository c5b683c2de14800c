"""The durable outbox: readings become signed entries of this bridge's chain here, before anything else sees them.

SQLite in WAL mode with synchronous=FULL: when COMMIT returns, the entry survives a power cut. Number, chain head and
entry go into one transaction, so that no crash leaves a hole or a reading under two numbers.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_bridge.errors import BridgeStopped
from sync.entry import FIRST_PREV, Envelope
from sync.errors import SyncError
from sync.signing import Signer
from sync.writer import DeviceWriter

# Acknowledged entries that are kept all the same: a server restored from a somewhat older backup gets them again.
KEEP_ACKNOWLEDGED = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chain (one INTEGER PRIMARY KEY CHECK (one = 1), device TEXT NOT NULL,
    seq INTEGER NOT NULL, hash TEXT NOT NULL, acknowledged INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, envelope BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS latest (stream TEXT PRIMARY KEY, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS connection (balance TEXT PRIMARY KEY, number INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reading that is to be signed: kind, stream and payload of its entry."""

    kind: str
    stream: str
    payload: Mapping[str, Any]


class Outbox:
    """One bridge's entries and the head of its chain. For one thread at a time, which `GroupCommit` sees to.

    Opening checks everything that is kept and raises BridgeStopped `outbox_corrupt` if it is not one chain.
    """

    def __init__(self, path: Path, device: str, signer: Signer) -> None:
        self.device = device
        self._signer = signer
        # Opened and closed by other threads than the one that writes, but never used by two at once.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BridgeStopped("outbox_corrupt", str(error)) from error
        except BridgeStopped:
            self._db.close()
            raise

    def _open(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO chain VALUES (1, ?, 0, ?, 0)", (self.device, FIRST_PREV))
        device, seq, head = self._db.execute("SELECT device, seq, hash FROM chain").fetchone()
        if device != self.device:
            raise BridgeStopped("outbox_corrupt", f"it belongs to {device}, not to {self.device}")
        self._check_chain(seq, head)
        self._writer = DeviceWriter(self.device, self._signer, seq, head)

    def close(self) -> None:
        self._db.close()

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry; 0 and FIRST_PREV before the first."""
        return self._writer.seq, self._writer.prev

    @property
    def acknowledged(self) -> int:
        return int(self._db.execute("SELECT acknowledged FROM chain").fetchone()[0])

    def append(self, drafts: Sequence[Draft]) -> list[Envelope]:
        """Sign these readings and store them in one transaction; when it returns they survive a power cut."""
        before = self.head
        try:
            envelopes = [self._write(draft) for draft in drafts]
            with self._transaction():
                self._store(envelopes)
                # A crash here: the transaction is undone as a whole, nobody was told of these readings, and their
                # numbers are given out again.
        except BaseException:
            self._writer.seq, self._writer.prev = before
            raise
        # A crash here: the readings are stored, the caller never hears of it. They are sent all the same.
        return envelopes

    def _write(self, draft: Draft) -> Envelope:
        return self._writer.write(draft.kind, draft.stream, draft.payload, actor=self.device)

    def _store(self, envelopes: Sequence[Envelope]) -> None:
        rows = [(envelope.head.seq, envelope.encode()) for envelope in envelopes]
        self._db.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        latest = [(envelope.head.stream, envelope.payload.decode()) for envelope in envelopes]
        self._db.executemany("INSERT OR REPLACE INTO latest VALUES (?, ?)", latest)
        self._db.execute("UPDATE chain SET seq = ?, hash = ?", self.head)

    def latest(self, stream: str) -> dict[str, Any] | None:
        """The payload that was captured last in a stream, also when its entry is long gone from here."""
        row = self._db.execute("SELECT payload FROM latest WHERE stream = ?", (stream,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def next_connection(self, balance: str) -> int:
        """Count one more connection to a balance, over all restarts, from 1."""
        row = self._db.execute(
            "INSERT INTO connection VALUES (?, 1) ON CONFLICT (balance) DO UPDATE SET number = number + 1"
            " RETURNING number",
            (balance,),
        ).fetchall()[0]
        return int(row[0])

    def pending(self, limit: int) -> list[bytes]:
        """The oldest entries in wire form that the server has not acknowledged."""
        rows = self._db.execute(
            "SELECT envelope FROM entry WHERE seq > ? ORDER BY seq LIMIT ?", (self.acknowledged, limit)
        )
        return [row[0] for row in rows]

    def reconcile(self, seq: int, digest: str) -> None:
        """Take the server's head of this chain as acknowledged, and forget what lies far enough below it.

        BridgeStopped `outbox_rolled_back`, `outbox_forked` or `server_behind` if it is not a point of our chain.
        """
        ours = self._hash_at(seq)
        if ours is None:
            raise BridgeStopped("server_behind", f"the server has {seq} entries, the outbox begins later")
        if ours != digest:
            raise BridgeStopped("outbox_forked", f"entry {seq}")
        with self._transaction():
            self._db.execute("UPDATE chain SET acknowledged = ?", (seq,))
            # A crash here: the server is asked for its head again, and answers the same.
            self._db.execute("DELETE FROM entry WHERE seq <= ?", (seq - KEEP_ACKNOWLEDGED,))

    def _hash_at(self, seq: int) -> str | None:
        """The hash of our entry of this number; None when it is no longer kept."""
        head_seq, head = self.head
        if seq > head_seq:
            raise BridgeStopped("outbox_rolled_back", f"the server has {seq} entries, the outbox {head_seq}")
        if seq == head_seq:
            return head
        following = self._db.execute("SELECT envelope FROM entry WHERE seq = ?", (seq + 1,)).fetchone()
        return None if following is None else Envelope.decode(following[0]).head.prev

    def _check_chain(self, seq: int, head: str) -> None:
        """Every kept entry follows the one before it up to the head, and the last one bears our signature.

        One signature is enough: each header names the hash of the one before.
        """
        first = self._db.execute("SELECT min(seq) FROM entry").fetchone()[0] or 1
        if first > self.acknowledged + 1:
            raise BridgeStopped("outbox_corrupt", f"entries before {first} are missing")
        previous = (0, FIRST_PREV) if first == 1 else None
        last: Envelope | None = None
        for number, data in self._db.execute("SELECT seq, envelope FROM entry ORDER BY seq"):
            last = self._check_link(number, data, previous)
            previous = number, hashlib.sha256(last.header).hexdigest()
        if previous != (seq, head) or previous is None:
            raise BridgeStopped("outbox_corrupt", f"the chain ends at {previous}, its head says {seq}")
        if last is not None:
            self._check_signature(last)

    def _check_link(self, number: int, data: bytes, previous: tuple[int, str] | None) -> Envelope:
        try:
            envelope = Envelope.decode(data)
            header = envelope.head
        except SyncError as error:
            raise BridgeStopped("outbox_corrupt", f"entry {number}: {error}") from error
        if header.seq != number or header.device != self.device:
            raise BridgeStopped("outbox_corrupt", f"entry {number} says it is {header.device} {header.seq}")
        if previous is not None and previous != (number - 1, header.prev):
            raise BridgeStopped("outbox_corrupt", f"entry {number} does not follow {previous[0]}")
        return envelope

    def _check_signature(self, envelope: Envelope) -> None:
        try:
            envelope.check_signature(self._signer.alg, self._signer.public_key)
        except SyncError as error:
            raise BridgeStopped("outbox_corrupt", f"entry {envelope.head.seq}: {error}") from error

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    """BEGIN IMMEDIATE; COMMIT, which is the fsync; or ROLLBACK if anything was raised."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            # Also after a COMMIT that failed, for example on a full disk.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
