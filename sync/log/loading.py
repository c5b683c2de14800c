"""Puts entries back as they stand in another copy of the log: exact bytes and receipts; nothing is decided anew."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from sync import merkle, tiles
from sync.entry import Header, Receipt, split_leaf
from sync.errors import SyncError
from sync.log.tables import log_entry, log_head, log_payload, metadata
from sync.verify.readers import Reader

Payload = tuple[bytes, bytes] | None


def begin(connection: Connection) -> None:
    """The tables of an empty log, without guards and without its first checkpoint: `Log.create` puts those on."""
    metadata.create_all(connection)
    connection.execute(insert(log_head).values(one=1, size=0, edge=b""))


def add(connection: Connection, first: int, leaves: Sequence[bytes], payloads: Sequence[Payload]) -> None:
    """Entries from index `first` on; `Log.sign_checkpoint` takes them into the tree. SyncError for a leaf that is none.

    Whoever calls this verifies the whole log before the transaction ends.
    """
    if len(leaves) != len(payloads):
        raise SyncError("entry_missing", f"{len(leaves)} entries and {len(payloads)} payloads from {first} on")
    if not leaves:
        return
    connection.execute(insert(log_entry), [_row(index, leaf) for index, leaf in enumerate(leaves, first)])
    rows = [
        {"idx": index, "salt": kept[0] if kept else None, "payload": kept[1] if kept else None}
        for index, kept in enumerate(payloads, first)
    ]
    connection.execute(insert(log_payload), rows)


def add_from(read: Reader, connection: Connection, start: int, size: int) -> None:
    """The entries from `start` up to `size` of a log as files; SyncError as `add`, or `entry_missing`."""
    for name in (name for name in tiles.names(size) if name.kind == "entries"):
        first = name.n * tiles.WIDTH
        if first + name.width <= start:
            continue
        leaves = tiles.decode_entries(read(name.path) or b"")[: name.width]
        payloads = decode_payloads(read(tiles.Name("payloads", name.n, name.width).path) or b"", first)
        if len(leaves) < name.width:
            raise SyncError("entry_missing", f"entry {first + len(leaves)}")
        skipped = max(0, start - first)
        add(connection, first + skipped, leaves[skipped:], payloads[skipped:])


def decode_payloads(data: bytes, first: int) -> list[Payload]:
    """The lines of a payload file from index `first` on; SyncError `payload_malformed`."""
    lines = data.split(b"\n")[:-1]
    return [tiles.decode_payload(line, index) for index, line in enumerate(lines, first)]


def _row(index: int, leaf: bytes) -> dict[str, object]:
    header, signatures, receipt = split_leaf(leaf)
    head = Header.parse(header)
    found = {name: getattr(head, name) for name in ("id", "kind", "stream", "device", "seq")}
    lines = {"header": header, "signatures": signatures, "receipt": receipt}
    stream_seq = Receipt.parse(receipt).stream_seq
    return {"idx": index, "leaf_hash": merkle.leaf_hash(leaf), "stream_seq": stream_seq, **found, **lines}
