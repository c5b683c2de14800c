"""The shared documents: their changes, numbered and stored, each judged before anything else sees it."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, case, delete, func, insert, select

from server.core import clock, db
from server.handheld.hub import backlog
from server.handheld.hub.tables import StoredChange, actor, change, pending
from sync.crdt import codec, genesis, places, policy
from sync.crdt.change import Change
from sync.crdt.state import DocumentState
from sync.entry import Envelope
from sync.errors import SyncError
from sync.log import transaction
from sync.log.prepared import Prepared

# Documents whose state is kept in memory; others are read again from their changes (about 4 ms for a hundred).
_KEPT = 64
_PAGE = 500
# Changes of each document that are kept for tablets that are here.
_RECENT = 100

# Actors whose device is remembered.
_ACTORS = 10_000
# Up to so many rows it is faster to go one by one.
_FEW = 8

_last = select(func.coalesce(func.max(change.c.n), 0))
# Numbers from :n on, the first of them without its bytes.
_since = Prepared(
    select(change.c.hash, case((change.c.n > bindparam("n"), change.c.raw)))
    .where(change.c.doc == bindparam("doc"), change.c.n >= bindparam("n"))
    .order_by(change.c.n)
)
_store, _await = Prepared(insert(change)), Prepared(insert(pending))
_owner = Prepared(select(actor.c.device).where(actor.c.actor == bindparam("name")))
_settle = Prepared(
    delete(pending)
    .where(pending.c.doc == bindparam("doc"), pending.c.entry == bindparam("name"))
    .returning(pending.c.entry)
)
# Falls with the transaction.
_lock_postgresql = Prepared(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("doc"), 0))))


Announce = Callable[[Connection, dict[str, Any]], None]


class Refusal(Exception):
    """A push that was not stored: the code of the error catalogue, why, and which of its changes (from 0)."""

    def __init__(self, code: str, detail: str, at: int) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.at = code, detail, at


@dataclass(frozen=True, slots=True)
class Stored:
    """What a push has become: the number of each of its changes, and the entries that are new for the log."""

    numbers: tuple[int, ...]
    entries: tuple[Envelope, ...]


@dataclass(slots=True)
class _Kept:
    """What a process remembers of a document: the state as stored, and the last changes, without a gap."""

    lock: Lock
    state: DocumentState | None = None
    recent: tuple[StoredChange, ...] = ()

    def remember(self, stored: Sequence[StoredChange]) -> None:
        joined = self.recent and stored and self.recent[-1].n + 1 == stored[0].n
        if stored:
            self.recent = (*(self.recent if joined else ()), *stored)[-_RECENT:]


@dataclass(slots=True)
class _Writing:
    """A transaction that nobody else writes this document in."""

    connection: Connection
    doc: str
    state: DocumentState
    stored: list[StoredChange] = field(default_factory=list)

    def store(self, changes: Iterable[Change]) -> None:
        """Changes that the state has taken in already, under the numbers it gave them."""
        numbered = [(self.state.changes[one.hash].number + 1, one) for one in changes]
        _insert(self.connection, self.doc, numbered)
        self.stored += [StoredChange(n, one.hash, one.actor, one.raw) for n, one in numbered]


class Documents:
    """Reads and appends. One process may have many threads here, and several processes one database."""

    def __init__(self, engine: Engine, announce: Announce | None = None) -> None:
        """`announce` is told {"grew": doc} in the transaction that writes a document."""
        self._engine, self._announce = engine, announce
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        # The devices of actors, which are for ever: none is asked for with every push.
        self._owners: dict[str, str] = {}
        self._lock = Lock()

    def after(self, doc: str, n: int) -> Iterator[StoredChange]:
        """The changes above number n: the newest from memory, since every tablet of the batch asks at once; else
        read page by page."""
        recent = self._keep(doc).recent
        if recent and recent[0].n <= n + 1:
            yield from (one for one in recent if one.n > n)
            return
        query = select(change.c.n, change.c.hash, change.c.actor, change.c.raw).order_by(change.c.n).limit(_PAGE)
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(query.where(change.c.doc == doc, change.c.n > n)).all()
            yield from (StoredChange(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            n = rows[-1].n

    def last(self, doc: str) -> int:
        """The number of the last change; 0 for a document that is not there."""
        with self._engine.connect() as connection:
            number: int = connection.execute(_last.where(change.c.doc == doc)).scalar_one()
            return number

    def forget(self, doc: str | None = None) -> None:
        """Another process has written this document, or any: what is remembered here is no longer all there is.

        The lock: nobody may be between a commit and remembering it, or the older would be taken for the newest.
        """
        with self._lock:
            found = [kept for name, kept in self._kept.items() if doc in (name, None)]
        for kept in found:
            with kept.lock:
                kept.recent = ()

    def push(self, doc: str, device: str, changes: Sequence[Change]) -> Stored:
        """Store a device's changes, all or none; Refusal. When this returns they are durable.

        A crash right after: the entries stand in `sync_pending` and are handed over at the next start, or when the
        device comes back.
        """
        with self._writing(doc) as [writing]:
            connection, state = writing.connection, writing.state
            entries: list[Envelope] = []
            fresh: list[Change] = []
            bound, collided = set[str](), set[str]()
            for at, one in enumerate(changes):
                try:
                    accepted = policy.accept(state, one, one.actor)
                    if accepted.known:
                        continue
                    entries += [_entry(doc, write.key, write.value) for write in accepted.entries]
                    if one.actor not in bound and not places.is_place(one.actor):
                        self._bind(connection, one.actor, device)
                        bound.add(one.actor)
                except SyncError as error:
                    raise Refusal(error.code, error.detail, at) from error
                fresh.append(one)
                collided.update(write.key for write in accepted.entries if write.collision)
            waiting = _waiting(connection, doc, collided) if collided else set()
            with transaction.pipeline(connection):
                writing.store(fresh)
                _await_receipts(connection, doc, entries, waiting)
            stored = Stored(tuple(state.changes[one.hash].number + 1 for one in changes), tuple(entries))
        self._remember(bound, device)
        return stored

    def bring_up(self, doc: str) -> bool:
        """Make the document if it is new, and write into it, with their receipts, the entries of the log that it does
        not hold: they came another way than through it, or it was lost. False if there were none."""
        with self._writing(doc, new=True) as [writing]:
            connection, state = writing.connection, writing.state
            for portion in backlog.portions(connection, doc, frozenset(state.entries)):
                one = genesis.make_records(state, portion.entries, portion.receipts)
                policy.accept_own(state, one)
                writing.store([one])
                _settled(connection, doc, portion.receipts)
            return bool(writing.stored)

    def bind(self, name: str, device: str) -> None:
        """Give an actor (hex) to the device for ever; SyncError `actor_taken`."""
        with db.write(self._engine) as connection:
            self._bind(connection, name, device)
        self._remember((name,), device)

    def _bind(self, connection: Connection, name: str, device: str) -> None:
        """An actor is its first device's for ever: two that write under one make documents that cannot be merged."""
        if self._owners.get(name) == device:
            return
        owner = _owner.first(connection, {"name": name})
        if owner is None:
            connection.execute(insert(actor).values(actor=name, device=device, at=clock.now_text()))
        elif owner[0] != device:
            raise SyncError("actor_taken", "another device writes under this actor")

    def _remember(self, names: Iterable[str], device: str) -> None:
        """Only after the commit."""
        if len(self._owners) > _ACTORS:
            self._owners.clear()
        self._owners.update(dict.fromkeys(names, device))

    def write_receipts(self, receipts: Mapping[str, Mapping[str, bytes]]) -> list[str]:
        """Write receipts, by document and entry id, for those of the entries that wait for one: all of them in one
        transaction. The documents that grew by it."""
        awaited = [doc for doc, by_entry in receipts.items() if self._awaits(doc, by_entry)]
        with self._writing(*awaited) as written:
            for writing in written:
                waited = _settled(writing.connection, writing.doc, receipts[writing.doc])
                if waited:
                    wanted = {entry: receipts[writing.doc][entry] for entry in waited}
                    one = genesis.make_records(writing.state, {}, wanted)
                    policy.accept_own(writing.state, one)
                    writing.store([one])
        return [writing.doc for writing in written if writing.stored]

    def _awaits(self, doc: str, entries: Iterable[str]) -> bool:
        """Whether any may wait for its receipt; of what was stored here a moment ago the database need not be asked."""
        state = self._keep(doc).state
        if state is not None and any(one in state.entries and one not in state.receipts for one in entries):
            return True
        with self._engine.connect() as connection:
            return bool(_waiting(connection, doc, entries))

    def pending_entries(self, doc: str) -> list[Envelope]:
        """Entries of a document that have no receipt yet, in the order of their devices' chains."""
        query = select(pending.c.entry).where(pending.c.doc == doc)
        with self._engine.connect() as connection:
            wanted = list(connection.execute(query).scalars())
        found = self._entries(doc, set(wanted)) if wanted else ()
        return sorted(found, key=lambda item: (item.head.device, item.head.seq))

    def pending_documents(self) -> set[str]:
        with self._engine.connect() as connection:
            return set(connection.execute(select(pending.c.doc).distinct()).scalars())

    def _entries(self, doc: str, wanted: set[str]) -> Iterator[Envelope]:
        for row in self.after(doc, 1):
            for op in codec.parse(row.raw).ops:
                # Receipts stand under the same keys, but are no envelopes.
                if op.key in wanted and row.actor != genesis.server_actor(doc) and isinstance(op.value.data, bytes):
                    yield Envelope.decode(op.value.data)

    @contextmanager
    def _writing(self, *docs: str, new: bool = False) -> Iterator[list[_Writing]]:
        """A transaction that nobody else writes these documents in, with the state of each as stored. `new`: it may
        be made now; else Refusal `document_unknown`."""
        kept = {doc: self._keep(doc) for doc in sorted(docs)}
        if not kept:
            yield []
            return
        with ExitStack() as locks:
            # All in one order, so that nobody waits for one who waits for him.
            for one in kept.values():
                locks.enter_context(one.lock)
            with db.write(self._engine) as connection:
                found = [_Writing(connection, doc, self._begin(connection, doc, one, new)) for doc, one in kept.items()]
                yield found
                for writing in found:
                    if writing.stored and self._announce is not None:
                        self._announce(connection, {"grew": writing.doc})
            # Only now, after the commit: after an exception the state is thrown away, since it may be ahead.
            for writing in found:
                kept[writing.doc].state = writing.state
                kept[writing.doc].remember(writing.stored)

    def _begin(self, connection: Connection, doc: str, kept: _Kept, new: bool) -> DocumentState:
        known, kept.state = kept.state, None
        with transaction.pipeline(connection):
            if connection.dialect.name == "postgresql":
                _lock_postgresql.run(connection, {"doc": doc})
            state = _caught_up(connection, doc, known)
        if state is None and not new:
            raise Refusal("document_unknown", doc, 0)
        if state is None:
            # What was remembered is of a document that is gone, and so is what waited in it.
            kept.recent = ()
            connection.execute(delete(pending).where(pending.c.doc == doc))
            _insert(connection, doc, [(1, codec.parse(genesis.genesis(doc)))])
            state = genesis.open_document(doc)
        return state

    def _keep(self, doc: str) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(doc, _Kept(Lock()))
            self._kept.move_to_end(doc)
            for oldest in islice(reversed(self._kept.values()), _KEPT, None):
                if oldest.state is None and not oldest.recent:
                    break
                oldest.state, oldest.recent = None, ()
            return kept


def parse_changes(changes: Iterable[bytes]) -> list[Change]:
    """The changes of a push, decoded, operations included, before any lock is taken; Refusal."""
    found: list[Change] = []
    for at, raw in enumerate(changes):
        try:
            one = codec.parse(raw)
            _ = one.ops
        except SyncError as error:
            raise Refusal(error.code, error.detail, at) from error
        found.append(one)
    return found


def _caught_up(connection: Connection, doc: str, known: DocumentState | None) -> DocumentState | None:
    """The state as stored, out of an earlier one; None where there is no document."""
    rows = _since.rows(connection, {"doc": doc, "n": len(known.changes) if known else 1})
    if known is not None and (not rows or rows[0][0] != known.newest):
        # It was lost, or set back.
        return _caught_up(connection, doc, None)
    if not rows:
        return None
    state = known or genesis.open_document(doc)
    for _, raw in rows[1:]:
        policy.replay(state, raw)
    return state


def _entry(doc: str, key: str, value: bytes) -> Envelope:
    """An entry that may stand in a document: under its id, of the document's stream. SyncError.

    It may be another device's: a tablet that lost its key is enrolled anew and delivers what the old key has signed.
    """
    envelope = Envelope.decode(value)
    head = envelope.head
    if head.id != key:
        raise SyncError("entry_malformed", "stands under another id than its own")
    if head.stream != doc:
        raise SyncError("stream_mismatch", f"an entry of {head.stream} in {doc}")
    return envelope


def _insert(connection: Connection, doc: str, numbered: Sequence[tuple[int, Change]]) -> None:
    """All at once: a tablet that was away brings fifty at a time, while all others wait for their turn to write."""
    at = clock.now_text()
    rows = [
        {"doc": doc, "n": n, "hash": one.hash, "actor": one.actor, "seq": one.seq, "raw": one.raw, "at": at}
        for n, one in numbered
    ]
    if rows:
        _store.many(connection, rows)


def _await_receipts(connection: Connection, doc: str, entries: Iterable[Envelope], waiting: Collection[str]) -> None:
    """`waiting`: those that do so already, having been delivered with other bytes before."""
    fresh = {
        item.head.id: {"doc": doc, "entry": item.head.id, "device": item.head.device, "seq": item.head.seq}
        for item in entries
        if item.head.id not in waiting
    }
    if fresh:
        _await.many(connection, list(fresh.values()))


def _settled(connection: Connection, doc: str, entries: Collection[str]) -> set[str]:
    """Those of the entries that waited for a receipt, and do so no more."""
    if len(entries) <= _FEW:
        return {entry for entry in entries if _settle.rows(connection, {"doc": doc, "name": entry})}
    those = delete(pending).where(pending.c.doc == doc, pending.c.entry.in_(list(entries)))
    return set(connection.execute(those.returning(pending.c.entry)).scalars())


def _waiting(connection: Connection, doc: str, entries: Iterable[str]) -> set[str]:
    """Those of the entries that have no receipt yet."""
    query = select(pending.c.entry).where(pending.c.doc == doc, pending.c.entry.in_(list(entries)))
    return set(connection.execute(query).scalars())
