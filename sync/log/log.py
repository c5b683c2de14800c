"""The one place that appends to the log: index, stream place, receipt, tree, signed checkpoint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from sync import cosignature, merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Envelope, Receipt, leaf_data, next_stream_hash
from sync.errors import SyncError
from sync.log import guards, reading, transaction
from sync.log.prepared import Prepared
from sync.log.reading import StoredEntry, TreeReader
from sync.log.tables import log_checkpoint, log_entry, log_hash, log_head, log_payload, metadata
from sync.log.tail import Tail
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy

_latest_note = select(log_checkpoint.c.note).order_by(log_checkpoint.c.size.desc()).limit(1)
_head = select(log_head.c.size, log_head.c.edge)
_read_head = Prepared(_head)
_lock_head = Prepared(_head.with_for_update())
_move_head = Prepared(update(log_head).values(size=bindparam("to_size"), edge=bindparam("to_edge")))
_add_entry = Prepared(insert(log_entry).inline())
_add_payload = Prepared(insert(log_payload).inline())
_add_hash = Prepared(insert(log_hash).inline())
_add_note = Prepared(insert(log_checkpoint).inline())


@dataclass(frozen=True, slots=True)
class Head:
    """Size and root of the log at its last checkpoint."""

    size: int
    root: bytes


class Log:
    """A log in a database: `origin` is its name to the world, `signer` signs its checkpoints.

    `server_key` is the key of the device `server`, which the policy names; the signer's own unless given. `cosigner`
    signs what is published (`sync.log.publication`) once more. Every method works in the caller's transaction and
    commits nothing. `policy` is that of a log without cosigner and witnesses.
    """

    def __init__(
        self,
        origin: str,
        signer: Ed25519Signer,
        server_key: bytes | None = None,
        cosigner: MLDSA44Signer | None = None,
    ) -> None:
        self.origin = origin
        self.vkey = note.vkey(origin, signer.public_key)
        self.policy = Policy((note.Key(origin, signer.public_key),), (server_key or signer.public_key,))
        self.cosigner = cosigner
        self._signer = signer

    @property
    def keys(self) -> tuple[note.Key, ...]:
        """Every key that signs a published checkpoint."""
        if self.cosigner is None:
            return self.policy.logs
        return (*self.policy.logs, note.Key(self.origin, self.cosigner.public_key, cosignature.MLDSA44_TYPE))

    def create(self, connection: Connection) -> None:
        """Make tables, guards, the head and the checkpoint of the empty log, where they are missing."""
        metadata.create_all(connection)
        guards.install(connection)
        if _read_head.first(connection) is None:
            connection.execute(insert(log_head).values(one=1, size=0, edge=b""))
            self._store_checkpoint(connection, merkle.Edge())

    def lock(self, connection: Connection, tail: Tail | None = None) -> Head:
        """Wait until nobody else appends; the lock falls with the transaction.

        On PostgreSQL the head's row is locked; on SQLite the transaction must have begun IMMEDIATE. A `tail` that is
        handed to each call under the lock spares reading what this caller itself has appended.
        """
        edge = self._edge(connection, lock=True)
        if tail is not None:
            tail.resume(edge)
        return Head(edge.size, edge.root())

    def append(
        self,
        connection: Connection,
        envelope: Envelope,
        recorded_at: str,
        flags: tuple[str, ...] = (),
        tail: Tail | None = None,
    ) -> Receipt:
        """Give an entry its place and store it; the caller has judged it and holds the lock.

        A `recorded_at` before that of the last entry is moved up to it: times of receipt never run backwards, even
        when the server's clock was set back. A repeated id, or (device, seq), is an IntegrityError of SQLAlchemy.
        """
        tail, head = tail or Tail(), envelope.head
        index, earlier = tail.last(connection)
        stream_seq, running = tail.stream(connection, head.stream)
        receipt = Receipt(
            index=index + 1,
            stream_seq=stream_seq + 1,
            stream_hash=next_stream_hash(running, envelope.header),
            recorded_at=max(recorded_at, earlier),
            flags=flags,
        )
        line = receipt.encode()
        leaf = leaf_data(envelope.header, envelope.signatures, line)
        if len(leaf) > tiles.MAX_LEAF:
            raise SyncError("entry_too_large", f"{len(leaf)} bytes")
        leaf_hash = merkle.leaf_hash(leaf)
        transaction.insert(
            connection,
            _add_entry,
            {
                "idx": receipt.index,
                "leaf_hash": leaf_hash,
                "id": head.id,
                "kind": head.kind,
                "stream": head.stream,
                "stream_seq": receipt.stream_seq,
                "device": head.device,
                "seq": head.seq,
                "header": envelope.header,
                "signatures": envelope.signatures,
                "receipt": line,
            },
        )
        kept = {"idx": receipt.index, "salt": envelope.salt, "payload": envelope.payload}
        transaction.insert(connection, _add_payload, kept)
        tail.add(envelope, receipt, leaf_hash)
        return receipt

    def sign_checkpoint(self, connection: Connection, tail: Tail | None = None) -> bytes:
        """Take what was appended since the last checkpoint into the tree, and sign the new root; the note."""
        edge = tail.edge if tail is not None and tail.edge is not None else self._edge(connection, lock=True)
        size = edge.size
        known = None if tail is None else tail.leaves()
        nodes = []
        for leaf in reading.leaf_hashes(connection, size) if known is None else known:
            nodes += [
                {"level": level // 8, "idx": index, "hash": value}
                for level, index, value in edge.append(leaf)
                if level % 8 == 0
            ]
        if edge.size == size:
            return self.latest_checkpoint(connection)
        if nodes:
            _add_hash.many(connection, nodes)
        _move_head.run(connection, {"to_size": edge.size, "to_edge": b"".join(edge.hashes)})
        return self._store_checkpoint(connection, edge)

    def latest_checkpoint(self, connection: Connection) -> bytes:
        signed: bytes = connection.execute(_latest_note).scalar_one()
        return signed

    def head(self, connection: Connection) -> Head:
        """As `lock`, without locking."""
        edge = self._edge(connection)
        return Head(edge.size, edge.root())

    def device_head(self, connection: Connection, device: str) -> tuple[int, str]:
        """The device's last sequence, and the hash its next entry must name as `prev`; (0, zeros) for none."""
        return Tail().device(connection, device)

    def stream_head(self, connection: Connection, stream: str) -> tuple[int, str]:
        """The stream's last sequence and its running hash; (0, zeros) for none."""
        return Tail().stream(connection, stream)

    def entry(self, connection: Connection, index: int) -> StoredEntry | None:
        return reading.one(connection, index)

    def by_id(self, connection: Connection, entry_id: str) -> StoredEntry | None:
        return reading.by_id(connection, entry_id)

    def holds(self, connection: Connection, entry_id: str) -> bool:
        return reading.holds(connection, entry_id)

    def entries(self, connection: Connection, start: int, stop: int) -> Iterator[StoredEntry]:
        """Entries start..stop-1 that exist, in order; read page by page."""
        return reading.between(connection, start, stop)

    def stream(self, connection: Connection, stream: str, after: int = 0) -> list[StoredEntry]:
        """The entries of a stream above a stream sequence, in order."""
        return reading.of_stream(connection, stream, after)

    def inclusion_proof(self, connection: Connection, index: int, size: int) -> list[bytes]:
        return merkle.inclusion_proof(index, size, TreeReader(connection))

    def consistency_proof(self, connection: Connection, size1: int, size2: int) -> list[bytes]:
        return merkle.consistency_proof(size1, size2, TreeReader(connection))

    def multiproof(self, connection: Connection, indices: Sequence[int], size: int) -> list[bytes]:
        """The hashes that, with these leaves, give the root at this size; one proof for many entries."""
        return merkle.multiproof(indices, size, TreeReader(connection))

    def tile(self, connection: Connection, level: int, n: int, width: int = tiles.WIDTH) -> bytes | None:
        """The first `width` hashes of a tile, None where the log at its last checkpoint has not as many."""
        start = n * tiles.WIDTH
        if start + width > self.head(connection).size >> 8 * level:
            return None
        return b"".join(reading.hashes(connection, level, start, start + width))

    def bundle(self, connection: Connection, n: int, width: int = tiles.WIDTH) -> bytes | None:
        """The first `width` leaves of an entry bundle, None as for `tile`."""
        entries = self._block(connection, n, width)
        return None if entries is None else tiles.encode_entries(entry.leaf for entry in entries)

    def payloads(self, connection: Connection, n: int, width: int = tiles.WIDTH) -> bytes | None:
        """The payloads beside an entry bundle, None as for `tile`."""
        entries = self._block(connection, n, width)
        if entries is None:
            return None
        return tiles.encode_payloads((entry.index, entry.salt, entry.payload) for entry in entries)

    def _block(self, connection: Connection, n: int, width: int) -> list[StoredEntry] | None:
        start = n * tiles.WIDTH
        if start + width > self.head(connection).size:
            return None
        return list(reading.between(connection, start, start + width))

    def _edge(self, connection: Connection, lock: bool = False) -> merkle.Edge:
        row = (_lock_head if lock else _read_head).first(connection)
        if row is None:
            raise SyncError("log_missing", "the log has no head")
        return merkle.Edge(row[0], tiles.split_hashes(row[1]))

    def _store_checkpoint(self, connection: Connection, edge: merkle.Edge) -> bytes:
        text = Checkpoint(self.origin, edge.size, edge.root()).encode()
        signed = note.sign(text, self.origin, self._signer)
        _add_note.run(connection, {"size": edge.size, "note": signed})
        return signed
