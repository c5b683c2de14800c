"""Who may write what where in a document: judged here before a change is stored or shown to anyone.

Only breaches of structure are refused, since a refusal also blocks what the client wrote after it. What an entry says
is judged later, by the log, which keeps it and flags it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sync.crdt import codec, drafts, places
from sync.crdt.change import Change
from sync.crdt.genesis import open_document
from sync.crdt.limits import MAX_VALUE, refused
from sync.crdt.ops import Op, OpId
from sync.crdt.state import DRAFTS, ENTRIES, RECEIPTS, Container, DocumentState, Effects, Pending

_ENTRY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLIENT, _SERVER = "client", "server"


@dataclass(frozen=True, slots=True)
class EntryWrite:
    """An entry that a change brings. `collision`: another actor wrote other bytes under this key without knowing of
    these; both are kept, and which of them counts is for people to say."""

    key: str
    value: bytes
    collision: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that may be stored. `known`: it is stored already. `entries`: what is new in it for the log; bytes
    that another actor has delivered under the same key are left out."""

    known: bool
    entries: tuple[EntryWrite, ...] = ()


def _first_write_of_bytes(pending: Pending, op: Op, _target: OpId, _container: Container) -> None:
    key, value = _bytes_under_entry_id(op)
    if op.pred or key in pending.effects.entries or op.id.actor in pending.state.entries.get(key, {}):
        raise refused("an entry is written once")
    pending.effects.entries[key] = hashlib.sha256(value).digest()


def _entry_of_the_log(pending: Pending, op: Op, target: OpId, container: Container) -> None:
    """What the log holds already: the server writes it only where nobody else has."""
    if op.key in pending.state.entries:
        raise refused("an entry that stands here is not written by the server")
    _first_write_of_bytes(pending, op, target, container)


def _receipt(pending: Pending, op: Op, _target: OpId, _container: Container) -> None:
    key, _ = _bytes_under_entry_id(op)
    if op.pred != pending.state.receipt(key) or key in pending.effects.receipts:
        raise refused("a receipt replaces the one before it")
    pending.effects.receipts[key] = op.id


def _bytes_under_entry_id(op: Op) -> tuple[str, bytes]:
    key, value = op.key, op.value.data
    if op.action != "set" or op.insert or not isinstance(key, str) or not isinstance(value, bytes):
        raise refused("only bytes are written here")
    if not _ENTRY_ID.fullmatch(key):
        raise refused("a key that is no entry id")
    if len(value) > MAX_VALUE:
        raise refused(f"a value of {len(value)} bytes")
    return key, value


# The table of rights. What has no line here is refused: the root, foreign maps, objects that nobody made.
_RIGHTS: Mapping[tuple[str, str], Callable[[Pending, Op, OpId, Container], None]] = {
    (_CLIENT, ENTRIES): _first_write_of_bytes,
    (_CLIENT, DRAFTS): drafts.judge,
    (_SERVER, ENTRIES): _entry_of_the_log,
    (_SERVER, RECEIPTS): _receipt,
}


def accept(state: DocumentState, change: Change, actor: str) -> Accepted:
    """Judge a change from a client whose session is bound to `actor`, and take it into the state.

    SyncError `change_refused` (detail `missing_deps` when it builds on changes that are not here), or what decoding
    its operations raises; the state is then as it was. If storing the change fails afterwards, throw the state away.
    """
    if change.hash in state.changes:
        return Accepted(known=True)
    if change.actor != actor or actor == state.server_actor:
        raise refused("another actor than this session's")
    return _take(state, change, _CLIENT)


def accept_own(state: DocumentState, change: Change) -> None:
    """Take in a change that `genesis.write_receipts` or `write_records` made."""
    if change.actor != state.server_actor:
        raise refused("another actor than the server's")
    _take(state, change, _SERVER)


def rebuild(document: str, stored: Iterable[bytes]) -> DocumentState:
    """The state of a document from its stored changes, in their order, the genesis being there or not."""
    state = open_document(document)
    for raw in stored:
        replay(state, raw)
    return state


def replay(state: DocumentState, raw: bytes) -> Accepted:
    """Take in a change that was judged when it was stored, perhaps by another process."""
    change = codec.parse(raw)
    if change.hash in state.changes:
        return Accepted(known=True)
    return _take(state, change, _SERVER if change.actor == state.server_actor else _CLIENT)


def _take(state: DocumentState, change: Change, writer: str) -> Accepted:
    _judge_place(state, change)
    pending = Pending(state)
    for op in change.ops:
        _judge_op(pending, op, writer)
    _judge_references(state, change)
    entries = _new_entries(state, change, pending.effects)
    state.apply(change, pending.effects)
    return Accepted(known=False, entries=entries)


def _judge_place(state: DocumentState, change: Change) -> None:
    """The change must follow its actor's last and continue the counters of what it knows, as the library does."""
    author = state.author(change.actor)
    if places.is_place(change.actor):
        places.judge(state, change)
    if change.extra:
        raise refused("bytes after the operations")
    if any(dep not in state.changes for dep in change.deps):
        raise refused("missing_deps")
    if change.seq != author.seq + 1:
        raise refused(f"sequence number {change.seq} after {author.seq}")
    if not change.deps or (author.last and author.last not in change.deps):
        raise refused("the change does not build on what came before it")
    if change.start_op != 1 + max(state.changes[dep].max_op for dep in change.deps):
        raise refused("operation counters do not continue")


def _judge_op(pending: Pending, op: Op, writer: str) -> None:
    container = pending.container(op.obj) if op.obj else None
    rule = _RIGHTS.get((writer, container.area)) if container else None
    if op.obj is None or container is None or rule is None:
        raise refused(f"a {writer} may not write to {container.area if container else 'this object'}")
    rule(pending, op, op.obj, container)


def _judge_references(state: DocumentState, change: Change) -> None:
    """Whatever an operation refers to was made before the change, in its own knowledge: order of arrival may differ."""
    newest: dict[str, int] = {}
    certain = (change.actor, state.server_actor)  # its own line, and the genesis below everything
    for op in change.ops:
        for one in (op.obj, op.key, *op.pred):
            if isinstance(one, OpId) and one.counter and one.actor not in certain:
                newest[one.actor] = max(newest.get(one.actor, 0), one.counter)
    holders = {state.author(actor).holder(counter) for actor, counter in newest.items()}
    targets = [holder for holder in holders if holder]
    if len(targets) < len(newest) or not state.descends(change.deps, targets):
        raise refused("missing_deps")


def _new_entries(state: DocumentState, change: Change, effects: Effects) -> tuple[EntryWrite, ...]:
    """The entries of the change, without those that were delivered before, byte for byte."""
    found = []
    for op in change.ops:
        if isinstance(op.key, str) and op.obj == state.maps[ENTRIES] and isinstance(op.value.data, bytes):
            before = state.entries.get(op.key, {}).values()
            if effects.entries[op.key] not in before:
                found.append(EntryWrite(op.key, op.value.data, collision=bool(before)))
    return tuple(found)
