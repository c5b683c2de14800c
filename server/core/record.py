"""The one door to the log: judge, append, project, in one transaction; nothing else changes a record.

One committer per process takes all waiting requests into one transaction, each in a savepoint, so that every rule
sees the state it decides on and one commit serves many. Several processes on PostgreSQL take turns on the log's head.
"""

import hashlib
import json
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from server.core import clock, db, fields, inbox
from server.core.errors import PestleError
from server.core.inbox import Stray
from server.core.kinds import Entry, Fact, Registry, Ruling
from server.core.refusals import REFUSED, refused
from sync import entry as entries
from sync.entry import Envelope
from sync.errors import SyncError
from sync.log import Log, Tail
from sync.signing import Signer
from sync.writer import DeviceWriter

SERVER = "server"
QUARANTINED = "handheld.input_quarantined.v1"
GROUP = 256
_DEEPEST = 16
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """What admits a device's entries: its key, its role, and after a revocation the last sequence still accepted."""

    alg: str
    public_key: bytes
    role: str
    last_seq: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry that stands in the log."""

    index: int
    id: str
    flags: tuple[str, ...]
    recorded_at: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The very same entry stands in the log already, at this index."""

    index: int


@dataclass(frozen=True, slots=True)
class Held:
    """Kept until the device's entry `expected` arrives."""

    expected: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Kept whole in quarantine under this id, and no record; `code` is one of the error catalogue."""

    code: str
    detail: str
    quarantine: str


Outcome = Recorded | Duplicate | Held | Refused
Listener = Callable[[list[Recorded]], None]


class _Refusal(Exception):
    """A rule refused a decision: its savepoint is rolled back, and the consequences alone are appended."""

    def __init__(self, code: str, details: dict[str, Any], consequences: Sequence[Fact]) -> None:
        super().__init__(code)
        self.error, self.consequences = PestleError(code, details), consequences


@dataclass(slots=True)
class _Request:
    work: Callable[["_Group"], Any]
    answer: "Future[Any]"


class Recorder:
    """The door of one process. `device_key` looks up a device; `signer` is the server's own device key."""

    def __init__(
        self,
        engine: Engine,
        log: Log,
        signer: Signer,
        registry: Registry,
        device_key: Callable[[Connection, str], DeviceKey | None],
    ) -> None:
        self._engine, self._log, self._registry, self._device_key = engine, log, registry, device_key
        self._writer = DeviceWriter(SERVER, signer, clock=lambda: int(clock.now().timestamp() * 1000))
        # What our own groups have left behind, as long as no other process appends.
        self._tail = Tail()
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._listeners: list[Listener] = []
        self._closed, self._closing = False, threading.Lock()
        with db.writing_records(), db.write(engine) as connection:
            log.create(connection)
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def submit(self, envelope: Envelope, *, source: str) -> Outcome:
        """Take an entry that a device has signed; returns after the commit. Observations are never refused."""
        return self.submit_many([envelope], source=source)[0]

    def submit_many(self, envelopes: Sequence[Envelope], *, source: str) -> list[Outcome]:
        """The same for several in their order, each on its own: one that is wrong harms no other."""
        answers = [self._ask(partial(_Group.submit, envelope=envelope, source=source)) for envelope in envelopes]
        return [answer.result() for answer in answers]

    def state(self, *facts: Fact) -> list[Recorded]:
        """The server's own facts and decisions, all or nothing, with what follows from them.

        PestleError when a rule refuses; what the refusal leaves in the log is committed before it is raised.
        """
        recorded: list[Recorded] = self._ask(lambda group: group.state(facts)).result()
        return recorded

    def quarantine(self, stray: Stray) -> str:
        """Keep bytes that are not even an entry; the id under which the administrator finds them."""
        name: str = self._ask(lambda group: group.quarantine(stray)).result()
        return name

    def subscribe(self, listener: Listener) -> None:
        """Be told, in the committer's thread and after the commit, of every entry appended by this process.

        Nothing may depend on being told: a crash, or another process, appends without it.
        """
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish what is waiting, then end the committer; asking again is a RuntimeError."""
        with self._closing:
            self._closed = True
            self._queue.put(None)
        self._thread.join(timeout=30)

    def _ask(self, work: Callable[["_Group"], Any]) -> "Future[Any]":
        request = _Request(work, Future())
        # Nothing may come to stand behind the end in the queue: nobody would ever answer it.
        with self._closing:
            if self._closed:
                raise RuntimeError("the door is closed")
            self._queue.put(request)
        return request.answer

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            requests, last = self._drain(first)
            self._commit(requests)
            if last:
                return

    def _drain(self, first: _Request) -> tuple[list[_Request], bool]:
        """Whatever waits already, without lingering; True when the end was asked for."""
        requests = [first]
        while len(requests) < GROUP:
            try:
                request = self._queue.get_nowait()
            except Empty:
                break
            if request is None:
                return requests, True
            requests.append(request)
        return requests, False

    def _commit(self, requests: list[_Request]) -> None:
        answers: list[Any] = []
        try:
            with db.writing_records(), db.write(self._engine) as connection:
                group = _Group(connection, self._log, self._tail, self._writer, self._registry, self._device_key)
                answers = [group.attempt(request.work) for request in requests]
                if group.appended:
                    self._log.sign_checkpoint(connection, self._tail)
                # A crash here: nothing is stored, nobody was told anything; devices and callers ask again.
        except BaseException as error:
            # Also a failed COMMIT (full disk, lost connection): the next group reads the log's ends anew.
            self._tail.forget()
            for request in requests:
                request.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        # A crash here: all is stored, nobody knows. Devices send again and get `Duplicate`.
        for request, answer in zip(requests, answers, strict=True):
            if isinstance(answer, Exception):
                request.answer.set_exception(answer)
            else:
                request.answer.set_result(answer)
        if group.appended:
            self._tell(group.appended)

    def _tell(self, appended: list[Recorded]) -> None:
        for listener in self._listeners:
            try:
                listener(appended)
            except Exception as error:
                # The entries are committed; a listener's fault must not end the committer and so close the door.
                _complain("listener_failed", error)


class _Group:
    """The requests of one transaction, which holds the lock on the log's head."""

    def __init__(
        self,
        connection: Connection,
        log: Log,
        tail: Tail,
        writer: DeviceWriter,
        registry: Registry,
        device_key: Callable[[Connection, str], DeviceKey | None],
    ) -> None:
        self._connection, self._log, self._tail, self._writer = connection, log, tail, writer
        self._registry, self._device_key = registry, device_key
        self._keys: dict[str, DeviceKey | None] = {}
        self._lost: SQLAlchemyError | None = None
        self.appended: list[Recorded] = []
        head = log.lock(connection, tail)
        # Another process may have written as `server` meanwhile, or our last group may have been rolled back.
        writer.seq, writer.prev = tail.device(connection, SERVER)
        writer.seen = entries.Seen(head.size, head.root.hex()) if head.size else None

    def attempt(self, work: Callable[["_Group"], Any]) -> Any:
        """The result of a request's work, or the error that it ended with; each undoes what it could not finish.

        Raises where the whole transaction is gone, for then nothing of the group's earlier requests stands either.
        """
        try:
            return work(self)
        except Exception as error:
            if self._lost is not None:
                raise self._lost from error
            return error

    def state(self, facts: Sequence[Fact]) -> list[Recorded]:
        """All in one savepoint; a refusal undoes them, and what it leaves in the log stands alone."""
        try:
            return self._saved(partial(self._state_all, facts))
        except _Refusal as refusal:
            self._saved(partial(self._state_all, refusal.consequences))
            raise refusal.error from None

    def quarantine(self, stray: Stray) -> str:
        """Keep bytes that are not even an entry; the id in quarantine."""
        return self._saved(partial(self._report, stray))

    def submit(self, envelope: Envelope, source: str) -> Outcome:
        outcome = self._accept(lambda: (envelope, source))
        assert outcome is not None
        if isinstance(outcome, Recorded):
            self._release_held(envelope)
        return outcome

    def _release_held(self, envelope: Envelope) -> None:
        """Entries that waited for this one follow at once, in their order."""
        head = envelope.head
        following = head.seq + 1
        take = partial(inbox.take_held, self._connection, head.device)
        while self._any_held and isinstance(self._accept(partial(take, following)), Recorded):
            following += 1

    @cached_property
    def _any_held(self) -> bool:
        """Asked once a group: mostly nothing is held at all."""
        return inbox.any_held(self._connection)

    def _accept(self, take: Callable[[], tuple[Envelope, str] | None]) -> Outcome | None:
        """Take an entry from somewhere and admit it, in one savepoint; None when there is none to take.

        An observation is never refused, not even by a fault of ours: where a rule or a projection breaks, the entry
        stands in the log flagged `rule_failed` and in quarantine, and the device's chain goes on.
        """
        try:
            return self._saved(partial(self._admit_taken, take, None))
        except Exception as error:
            if _may_pass(error):
                raise
            _complain("rule_failed", error)
            return self._saved(partial(self._admit_taken, take, error))

    def _admit_taken(self, take: Callable[[], tuple[Envelope, str] | None], fault: Exception | None) -> Outcome | None:
        taken = take()
        return None if taken is None else self._admit(*taken, fault)

    def _saved(self, work: Callable[[], _T]) -> _T:
        """Do it in a savepoint: whatever it raises, neither the database nor the server's chain moves."""
        head, count = (self._writer.seq, self._writer.prev), len(self.appended)
        # By hand: each entry has one, and SQLAlchemy's own savepoints cost as much as several statements.
        self._connection.exec_driver_sql("SAVEPOINT request")
        try:
            result = work()
            self._connection.exec_driver_sql("RELEASE SAVEPOINT request")
        except BaseException:
            self._undo()
            self._writer.seq, self._writer.prev = head
            del self.appended[count:]
            raise
        return result

    def _undo(self) -> None:
        """Back to the savepoint, and forget whatever was read since."""
        self._tail.forget()
        self._keys.clear()
        try:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT request")
            self._connection.exec_driver_sql("RELEASE SAVEPOINT request")
        except SQLAlchemyError as error:
            # The transaction itself is gone: on a failing disk SQLite rolls all of it back without being asked.
            self._lost = error
            raise

    def _state_all(self, facts: Sequence[Fact]) -> list[Recorded]:
        return [self._state(fact, 0) for fact in facts]

    def _admit(self, envelope: Envelope, source: str, fault: Exception | None) -> Outcome:
        """Shape, device, signature, chain; then kind, payload and rule. What fails the first four is no record."""
        try:
            envelope.check_shape()
            head = envelope.head
            device = self._device(head.device)
            if device is None:
                raise SyncError("device_unknown", head.device)
            envelope.check_signature(device.alg, device.public_key)
            last, digest = self._tail.device(self._connection, head.device)
            if head.seq > last + 1:
                return self._hold(envelope, source, last + 1)
            if head.seq <= last:
                return self._repeated(envelope)
            if head.prev != digest:
                raise SyncError("sequence_fork", f"entry {head.seq} does not follow the one before")
            if self._log.holds(self._connection, head.id):
                raise SyncError("id_taken", head.id)
        except SyncError as error:
            return self._quarantine(envelope, source, error)
        revoked = device.last_seq is not None and head.seq > device.last_seq
        flags = ("device_revoked",) if revoked else ()
        if fault is not None:
            return self._append_strange(envelope, source, "rule_failed", flags, repr(fault))
        return self._take(envelope, source, flags)

    def _device(self, name: str) -> DeviceKey | None:
        """Asked once a group, or again after any entry of the server's own, which alone enrol and revoke."""
        if name == SERVER:
            return None
        if name not in self._keys:
            self._keys[name] = self._device_key(self._connection, name)
        return self._keys[name]

    def _hold(self, envelope: Envelope, source: str, expected: int) -> Held:
        if not inbox.hold(self._connection, envelope, source):
            raise SyncError("sequence_fork", f"another entry {envelope.head.seq} is held")
        self._any_held = True
        return Held(expected)

    def _repeated(self, envelope: Envelope) -> Duplicate:
        known = self._log.by_id(self._connection, envelope.head.id)
        if known is None or known.header != envelope.header:
            raise SyncError("sequence_fork", f"another entry {envelope.head.seq} is in the log")
        return Duplicate(known.index)

    def _take(self, envelope: Envelope, source: str, flags: tuple[str, ...]) -> Recorded:
        """Append an entry whose signature and chain are right, whatever it says: the chain must go on."""
        kind = self._registry.kinds.get(envelope.head.kind)
        if kind is None:
            return self._append_strange(envelope, source, "kind_unknown", flags)
        if problems := self._registry.problems(kind.name, envelope.body):
            return self._append_strange(envelope, source, "payload_malformed", flags, str(problems))
        if kind.nature == "decision":
            return self._append_strange(envelope, source, "not_permitted_from_device", flags)
        return self._judge(envelope, flags, 0)

    def _append_strange(
        self, envelope: Envelope, source: str, code: str, flags: tuple[str, ...], detail: str = ""
    ) -> Recorded:
        """Stands in the log flagged and unprojected, and in quarantine for a person to look at."""
        recorded = self._append(envelope, (*flags, code))
        device = envelope.head.device
        self._report(Stray(envelope.encode(), source, code, detail, device, recorded.index))
        return recorded

    def _quarantine(self, envelope: Envelope, source: str, error: SyncError) -> Refused:
        stray = Stray(envelope.encode(), source, error.code, error.detail, _claimed_device(envelope))
        return Refused(error.code, error.detail, self._report(stray))

    def _report(self, stray: Stray) -> str:
        name = inbox.keep(self._connection, stray)
        if self._registry.kinds.get(QUARANTINED) is not None:
            payload = {"quarantine": name, "code": stray.code, "device": stray.device, "source": stray.source}
            size = {"sha256": hashlib.sha256(stray.data).hexdigest(), "size": len(stray.data)}
            self._state(Fact(QUARANTINED, "site", payload | size, subject=name), 0)
        return name

    def _state(self, fact: Fact, depth: int) -> Recorded:
        """Sign a fact as the device `server`, judge it and append it with its consequences."""
        if problems := self._registry.problems(fact.kind, fact.payload):
            raise ValueError(f"{fact.kind} stated with a wrong payload: {problems}")
        envelope = self._writer.write(
            fact.kind,
            fact.stream,
            fact.payload,
            actor=fact.actor,
            subject=fact.subject,
            corrects=fact.corrects,
            reason=fact.reason,
        )
        return self._judge(envelope, (), depth)

    def _judge(self, envelope: Envelope, flags: tuple[str, ...], depth: int) -> Recorded:
        if depth > _DEEPEST:
            raise ValueError(f"the consequences of {envelope.head.kind} do not end")
        signatures = tuple(envelope.signed)
        asked = Entry(envelope.head, envelope.body, -1, clock.now_text(), flags, signatures)
        ruling = self._registry.decide(self._connection, asked)
        if ruling.refusal is not None:
            if self._registry.kinds[envelope.head.kind].nature == "observation":
                raise ValueError(f"an observation was refused: {envelope.head.kind}")
            raise _Refusal(ruling.refusal, dict(ruling.details), self._left_by(asked, ruling))
        recorded = self._append(envelope, tuple(dict.fromkeys((*flags, *ruling.flags))))
        final = Entry(envelope.head, envelope.body, recorded.index, recorded.recorded_at, recorded.flags, signatures)
        self._registry.project(self._connection, final)
        for fact in ruling.consequences:
            self._state(fact, depth + 1)
        return recorded

    def _left_by(self, asked: Entry, ruling: Ruling) -> Sequence[Fact]:
        """What a refusal leaves in the log: what the room says of it, or else the plain fact."""
        if ruling.consequences or ruling.refusal is None or REFUSED not in self._registry.kinds:
            return ruling.consequences
        return (refused(asked, ruling.refusal),)

    def _append(self, envelope: Envelope, flags: tuple[str, ...]) -> Recorded:
        if envelope.head.device == SERVER:
            self._keys.clear()
        receipt = self._log.append(self._connection, envelope, clock.now_text(), flags, self._tail)
        recorded = Recorded(receipt.index, envelope.head.id, flags, receipt.recorded_at, envelope)
        self.appended.append(recorded)
        return recorded


def _may_pass(error: Exception) -> bool:
    """Whether the same could go well another time: the database is away, full, locked, or behind our version."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, IntegrityError | DataError)
    return isinstance(error, MemoryError | OSError)


def _claimed_device(envelope: Envelope) -> str | None:
    """What the entry says of itself, if that can be a device at all."""
    try:
        device = envelope.head.device
    except SyncError:
        return None
    return device if fields.is_code(device) else None


def _complain(event: str, error: Exception) -> None:
    """One line of JSON on standard error, for whoever runs the server."""
    trace = "".join(traceback.format_exception(error))
    print(json.dumps({"at": clock.now_text(), "level": "error", "event": event, "traceback": trace}), file=sys.stderr)
