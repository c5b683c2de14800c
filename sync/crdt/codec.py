"""Automerge changes in plain Python: what clients send is read here before any other code sees it.

The Rust core can panic, abort or spin on crafted bytes, so nothing from outside reaches it unread. The format is the
one of `@automerge/automerge` 3.5 (chunks of type 1, and 2 when deflated); `README.md` of `sync` describes it.
"""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from sync.crdt import change, leb128
from sync.crdt.change import Change
from sync.crdt.leb128 import Reader
from sync.crdt.limits import DEFAULT, Limits, malformed, refused, too_large
from sync.crdt.ops import Op

MAGIC = b"\x85\x6f\x4a\x83"
CHANGE, DEFLATED = 1, 2


@dataclass(frozen=True, slots=True)
class Chunk:
    """One change as bytes: SHA-256 of its body with type and length (hex), the body inflated, the bytes as sent."""

    hash: str
    body: bytes
    raw: bytes


def split_chunks(frame: bytes, limits: Limits = DEFAULT) -> list[Chunk]:
    """The changes of a frame, each with its checksum verified.

    SyncError `change_malformed`, `change_too_large`, or `change_refused` for chunks that are no changes (whole
    documents and bundles: they would bring changes that nobody has judged).
    """
    if len(frame) > limits.frame:
        raise too_large(f"{len(frame)} bytes in one frame")
    reader = Reader(frame)
    chunks = []
    while reader.left:
        chunks.append(_chunk(reader, frame, limits))
    return chunks


def _chunk(reader: Reader, frame: bytes, limits: Limits) -> Chunk:
    start = reader.at
    if reader.take(4) != MAGIC:
        raise malformed("no Automerge chunk")
    checksum, kind, size = reader.take(4), reader.take(1)[0], reader.unsigned()
    if kind not in (CHANGE, DEFLATED):
        raise refused(f"a chunk of type {kind} is no change")
    if size > limits.chunk:
        raise too_large(f"a change of {size} bytes")
    body = reader.take(size)
    if kind == DEFLATED:
        body = _inflate(body, limits.inflated)
    digest = _digest(body)
    if digest[:4] != checksum:
        raise malformed("the checksum is wrong")
    return Chunk(digest.hex(), body, frame[start : reader.at])


def _inflate(data: bytes, limit: int) -> bytes:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = machine.decompress(data, limit + 1)
    except zlib.error as error:
        raise malformed("the change does not inflate") from error
    if len(body) > limit:
        raise too_large(f"a change inflates past {limit} bytes")
    if not machine.eof or machine.unused_data:
        raise malformed("the deflated change ends too early or too late")
    return body


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(bytes([CHANGE]) + leb128.prefixed(body)).digest()


def parse_change(chunk: Chunk, limits: Limits = DEFAULT) -> Change:
    """The header of a change; its operations are decoded when `ops` is first read. Raises as `split_chunks` does."""
    return change.parse(chunk.body, chunk.hash, chunk.raw, limits)


def parse(raw: bytes, limits: Limits = DEFAULT) -> Change:
    """The only change in these bytes."""
    chunks = split_chunks(raw, limits)
    if len(chunks) != 1:
        raise malformed(f"{len(chunks)} changes where one is expected")
    return parse_change(chunks[0], limits)


def wrap(body: bytes) -> bytes:
    """A body as a chunk that is not deflated."""
    return MAGIC + _digest(body)[:4] + bytes([CHANGE]) + leb128.prefixed(body)


def encode_change(actor: str, seq: int, start_op: int, ops: Iterable[Op], deps: Iterable[str]) -> bytes:
    """A change of our own as a chunk, at time 0 and without message. `actor` and `deps` in hex."""
    return wrap(change.encode_body(actor, seq, start_op, ops, deps))
