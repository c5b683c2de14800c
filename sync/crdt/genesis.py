"""The first change of a document and the receipts in it: what the server itself writes, in bytes of its own encoder."""

import hashlib
from collections.abc import Mapping

from sync.crdt import codec
from sync.crdt.change import Change
from sync.crdt.ops import Op, OpId
from sync.crdt.scalar import Scalar
from sync.crdt.state import ENTRIES, MAPS, RECEIPTS, DocumentState

_ACTOR_DOMAIN = b"pestle/document/v1\n"


def server_actor(document: str) -> str:
    """The server's actor in a document, 32 hex digits, the same in each of its processes.

    It is public: no client may be bound to it. Processes take turns by the document's row lock.
    """
    return hashlib.sha256(_ACTOR_DOMAIN + document.encode()).hexdigest()[:32]


def genesis(document: str) -> bytes:
    """The change that makes the maps `entries`, `receipts` and `drafts`; the same bytes for ever for one document."""
    actor = server_actor(document)
    ops = [Op(OpId(n, actor), None, name, "makeMap") for n, name in enumerate(MAPS, start=1)]
    return codec.encode_change(actor, 1, 1, ops, ())


def open_document(document: str) -> DocumentState:
    """The state of a document that holds its genesis and nothing else."""
    return DocumentState.begin(codec.parse(genesis(document)))


def write_receipts(state: DocumentState, receipts: Mapping[str, bytes]) -> bytes:
    """One change that sets `receipts[entry id]` for each; a later receipt for the same entry replaces the first.

    The state is not changed: store the bytes, then let `policy.accept_own` take them in. If the process dies between
    the two, the next one finds the stored row and takes that.
    """
    return write_records(state, {}, receipts)


def write_records(state: DocumentState, entries: Mapping[str, bytes], receipts: Mapping[str, bytes]) -> bytes:
    """As `write_receipts`, with `entries[entry id]` before them: for what the log holds and nobody put here."""
    return make_records(state, entries, receipts).raw


def make_records(state: DocumentState, entries: Mapping[str, bytes], receipts: Mapping[str, bytes]) -> Change:
    """The change whose bytes `write_records` gives."""
    author = state.authors[state.server_actor]
    writes = [(ENTRIES, key, value) for key, value in sorted(entries.items())]
    writes += [(RECEIPTS, key, value) for key, value in sorted(receipts.items())]
    start = state.max_op + 1
    ops = [_set(state, start + n, area, key, value) for n, (area, key, value) in enumerate(writes)]
    raw = codec.encode_change(state.server_actor, author.seq + 1, start, ops, state.heads | {author.last})
    return codec.parse(raw).made_of(ops)


def _set(state: DocumentState, counter: int, area: str, key: str, value: bytes) -> Op:
    replaced = state.receipt(key) if area == RECEIPTS else ()
    made = OpId(counter, state.server_actor)
    return Op(made, state.maps[area], key, "set", False, Scalar("bytes", value), replaced)


def write_receipt(state: DocumentState, key: str, value: bytes) -> bytes:
    """`write_receipts` for a single entry."""
    return write_receipts(state, {key: value})
