"""Reads of the log: entries as stored, and the hashes of its tree for proofs and tiles."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select

from sync import merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Envelope, Header, Receipt, leaf_data
from sync.errors import SyncError
from sync.log.tables import log_checkpoint, log_entry, log_hash, log_payload

_PAGE = 1000

_stored = select(
    log_entry.c.idx,
    log_entry.c.header,
    log_entry.c.signatures,
    log_entry.c.receipt,
    log_payload.c.salt,
    log_payload.c.payload,
).select_from(log_entry.outerjoin(log_payload, log_payload.c.idx == log_entry.c.idx))
_by_index = _stored.where(log_entry.c.idx == bindparam("index"))
_by_id = _stored.where(log_entry.c.id == bindparam("id"))
_known_id = select(log_entry.c.idx).where(log_entry.c.id == bindparam("id"))
_by_range = _stored.where(log_entry.c.idx >= bindparam("start"), log_entry.c.idx < bindparam("stop"))
_by_stream = _stored.where(log_entry.c.stream == bindparam("stream"), log_entry.c.stream_seq > bindparam("after"))
_by_kind = _stored.where(log_entry.c.kind == bindparam("kind"))
_by_indices = _stored.where(log_entry.c.idx.in_(bindparam("indices", expanding=True)))
_leaf_hashes = (
    select(log_entry.c.leaf_hash)
    .where(log_entry.c.idx >= bindparam("start"), log_entry.c.idx < bindparam("stop"))
    .order_by(log_entry.c.idx)
)
_leaf_hashes_from = (
    select(log_entry.c.idx, log_entry.c.leaf_hash)
    .where(log_entry.c.idx >= bindparam("start"))
    .order_by(log_entry.c.idx)
)
_hashes = (
    select(log_hash.c.hash)
    .where(
        log_hash.c.level == bindparam("level"),
        log_hash.c.idx >= bindparam("start"),
        log_hash.c.idx < bindparam("stop"),
    )
    .order_by(log_hash.c.idx)
)
_note = select(log_checkpoint.c.note).where(log_checkpoint.c.size == bindparam("size"))
_stamps = select(log_entry.c.idx, log_entry.c.receipt).where(log_entry.c.idx.in_(bindparam("indices", expanding=True)))


@dataclass(frozen=True)
class StoredEntry:
    """An entry as it stands in the log, exact bytes; salt and payload are None where they are no longer held."""

    index: int
    header: bytes
    signatures: bytes
    receipt: bytes
    salt: bytes | None
    payload: bytes | None

    @property
    def leaf(self) -> bytes:
        return leaf_data(self.header, self.signatures, self.receipt)

    @cached_property
    def head(self) -> Header:
        return Header.parse(self.header)

    @cached_property
    def stamp(self) -> Receipt:
        return Receipt.parse(self.receipt)

    @cached_property
    def envelope(self) -> Envelope:
        """As the device sent it; SyncError `payload_withheld` when its payload is no longer held."""
        if self.salt is None or self.payload is None:
            raise SyncError("payload_withheld", f"entry {self.index}")
        return Envelope(self.header, self.signatures, self.salt, self.payload)


def one(connection: Connection, index: int) -> StoredEntry | None:
    return _first(connection, _by_index, index=index)


def by_id(connection: Connection, entry_id: str) -> StoredEntry | None:
    return _first(connection, _by_id, id=entry_id)


def holds(connection: Connection, entry_id: str) -> bool:
    return connection.execute(_known_id, {"id": entry_id}).first() is not None


def at(connection: Connection, indices: Sequence[int]) -> Iterator[StoredEntry]:
    """The entries at these places that exist; in the order of the log if the places are."""
    query = _by_indices.order_by(log_entry.c.idx)
    for first in range(0, len(indices), _PAGE):
        rows = connection.execute(query, {"indices": indices[first : first + _PAGE]})
        yield from map(_entry, rows)


def between(connection: Connection, start: int, stop: int) -> Iterator[StoredEntry]:
    """Entries start..stop-1 that exist, in order, read page by page so that a whole log can be walked."""
    query = _by_range.order_by(log_entry.c.idx)
    for first in range(start, stop, _PAGE):
        rows = connection.execute(query, {"start": first, "stop": min(first + _PAGE, stop)}).all()
        yield from map(_entry, rows)
        if len(rows) < min(_PAGE, stop - first):
            return


def of_stream(connection: Connection, stream: str, after: int) -> list[StoredEntry]:
    """The entries of a stream whose stream sequence is above `after`, in order."""
    query = _by_stream.order_by(log_entry.c.stream_seq)
    return [_entry(row) for row in connection.execute(query, {"stream": stream, "after": after})]


def of_kind(connection: Connection, kind: str) -> list[StoredEntry]:
    query = _by_kind.order_by(log_entry.c.idx)
    return [_entry(row) for row in connection.execute(query, {"kind": kind})]


def has_kind(connection: Connection, kind: str) -> bool:
    """Whether any entry is of this kind."""
    return connection.execute(select(exists().where(log_entry.c.kind == kind))).scalar_one()


def hashes(connection: Connection, level: int, start: int, stop: int) -> list[bytes]:
    """The hashes start..stop-1 of a tile level that exist."""
    if level == 0:
        found = connection.execute(_leaf_hashes, {"start": start, "stop": stop})
    else:
        found = connection.execute(_hashes, {"level": level, "start": start, "stop": stop})
    return [_bytes(value) for value in found.scalars()]


def leaf_hashes(connection: Connection, start: int) -> list[bytes]:
    """The leaf hashes from an index to the end of the log."""
    found: list[bytes] = []
    for index, value in connection.execute(_leaf_hashes_from, {"start": start}):
        if index != start + len(found):
            # Nothing may be signed under an index that is not its own.
            raise SyncError("entry_missing", f"there is no entry {start + len(found)}, but one at {index}")
        found.append(_bytes(value))
    return found


def recorded_at(connection: Connection, indices: Iterable[int]) -> dict[int, str]:
    """When the entries at these places that exist were received, from their receipts."""
    wanted, found = sorted(set(indices)), dict[int, str]()
    for first in range(0, len(wanted), _PAGE):
        rows = connection.execute(_stamps, {"indices": wanted[first : first + _PAGE]})
        found |= {index: Receipt.parse(_bytes(line)).recorded_at for index, line in rows}
    return found


def root_at(connection: Connection, size: int) -> bytes:
    """The root over the first entries: from the checkpoint of that size, or else, where a group of entries was
    committed across it, from the tree. SyncError `proof_wrong` where the log's last checkpoint is below."""
    signed = connection.execute(_note, {"size": size}).scalar()
    if signed is not None:
        return Checkpoint.parse(note.split(_bytes(signed))[0]).root
    return merkle.subtree_hash(0, size, TreeReader(connection))


class TreeReader:
    """A `merkle.HashReader` over the stored hashes; reads each tile once, so a proof costs one query per level."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        tile, offset = divmod(index << height, tiles.WIDTH)
        found = self._tile(tile_level, tile)[offset : offset + (1 << height)]
        if len(found) != 1 << height:
            raise SyncError("proof_wrong", f"the log is too short for node {index} of level {level}")
        return fold(found)

    def _tile(self, level: int, number: int) -> Sequence[bytes]:
        key = level, number
        if key not in self._tiles:
            start = number * tiles.WIDTH
            self._tiles[key] = hashes(self._connection, level, start, start + tiles.WIDTH)
        return self._tiles[key]


def fold(nodes: Sequence[bytes]) -> bytes:
    """The hash over the full subtree whose lowest hashes these are; a power of two of them."""
    while len(nodes) > 1:
        nodes = [merkle.node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return nodes[0]


def _first(connection: Connection, query: Select[*tuple[Any, ...]], **parameters: Any) -> StoredEntry | None:
    row = connection.execute(query, parameters).first()
    return None if row is None else _entry(row)


def _entry(row: Row[*tuple[Any, ...]]) -> StoredEntry:
    return StoredEntry(
        row[0], *map(_bytes, row[1:4]), *(None if value is None else _bytes(value) for value in row[4:6])
    )


def _bytes(value: bytes | str) -> bytes:
    """SQLite gives back text where somebody changed a column by hand; it must still be read, to be found wrong."""
    return value if isinstance(value, bytes) else str(value).encode()
