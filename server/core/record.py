"""The one door to the log: judge, append, project, in one transaction; nothing else changes a record.

One committer per process takes all waiting requests into one transaction, one after the other, so that every rule
sees the state it decides on and one commit serves many. Several processes on PostgreSQL take turns on the log's head.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from server.core import clock, db
from server.core.arrivals import DeviceKeys, LookUp, examined
from server.core.complaints import complain
from server.core.continuity import Continuity
from server.core.errors import PestleError
from server.core.group import Also, Group
from server.core.inbox import Stray
from server.core.kinds import Fact, Registry
from server.core.outcomes import SERVER, DeviceKey, Duplicate, Held, Outcome, Recorded, Refused
from server.core.seen import Roots
from sync.entry import Envelope
from sync.log import Log, Tail
from sync.signing import Signer
from sync.writer import DeviceWriter

__all__ = ["SERVER", "DeviceKey", "Duplicate", "Held", "Outcome", "Recorded", "Recorder", "Refused"]

GROUP = 256

Listener = Callable[[list[Recorded]], None]
# Of entries that were held, and that came to stand in quarantine and not in the log.
RefusedListener = Callable[[list[tuple[Envelope, Refused]]], None]


_T = TypeVar("_T")
Work = Callable[[Group], Any]
_Done = tuple[list[Any], bytes, Group]


class _NotTogether(Exception):
    """A group failed where no request of it had a savepoint."""


@dataclass(slots=True)
class _Request:
    work: Work
    answer: "Future[Any]"
    entries: int = 1


class Recorder:
    """The door of one process. `device_key` looks up a device; `signer` is the server's own device key."""

    def __init__(
        self,
        engine: Engine,
        log: Log,
        signer: Signer,
        registry: Registry,
        device_key: LookUp,
        continuity: Continuity | None = None,
    ) -> None:
        self._engine, self._log, self._registry = engine, log, registry
        self._keys, self._roots = DeviceKeys(device_key), Roots()
        self._continuity, self._signer = continuity, signer
        self._writer = DeviceWriter(SERVER, signer, clock=lambda: int(clock.now().timestamp() * 1000))
        # What our own groups have left behind, as long as no other process appends.
        self._tail = Tail()
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._listeners: list[Listener] = []
        self._refused_listeners: list[RefusedListener] = []
        self._kept: Connection | None = None
        self._closed, self._closing = False, threading.Lock()
        with db.writing_records(), db.write(engine) as connection:
            log.create(connection)
            self._opened_under, self._key_as_of = device_key(connection, SERVER), -1
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def submit(self, envelope: Envelope, *, source: str) -> Outcome:
        """Take an entry that a device has signed; returns after the commit. Observations are never refused."""
        return self.submit_many([envelope], source=source)[0]

    def submit_many(self, envelopes: Sequence[Envelope], *, source: str) -> list[Outcome]:
        """The same for several in their order, each on its own: one that is wrong harms no other.

        While the committer takes one part of them in, the next is examined here.
        """
        answers = []
        for first in range(0, len(envelopes), GROUP):
            arrivals = [examined(envelope, source, self._sender_key) for envelope in envelopes[first : first + GROUP]]
            answers.append(self._ask(partial(Group.submit_all, arrivals=arrivals), len(arrivals)))
        outcomes = [outcome for answer in answers for outcome in answer.result()]
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        return outcomes

    def state(self, *facts: Fact, also: Also | None = None) -> list[Recorded]:
        """The server's own facts and decisions, all or nothing, with what follows from them and what `also` does.

        PestleError when a rule refuses; what the refusal leaves in the log is committed before it is raised.
        """
        recorded: list[Recorded] = self._ask(lambda group: group.state(facts, also)).result()
        return recorded

    def quarantine(self, stray: Stray) -> str:
        """Keep bytes that are not even an entry; the id under which the administrator finds them."""
        name: str = self._ask(lambda group: group.quarantine(stray)).result()
        return name

    def probe(self) -> "Future[None]":
        """Done when the committer has written and committed a transaction that leaves nothing; else what it raised."""
        return self._ask(Group.touch)

    def subscribe(self, listener: Listener) -> None:
        """Be told, in the committer's thread and after the commit, of every entry appended by this process.

        Nothing may depend on being told: a crash, or another process, appends without it.
        """
        self._listeners.append(listener)

    def subscribe_refused(self, listener: RefusedListener) -> None:
        """The same for entries that were held and are refused now: whoever handed them in has no answer but this."""
        self._refused_listeners.append(listener)

    def close(self) -> None:
        """Finish what is waiting, then end the committer; asking again is a RuntimeError."""
        with self._closing:
            self._closed = True
            self._queue.put(None)
        self._thread.join(timeout=30)

    def _sender_key(self, device: str) -> DeviceKey | None:
        """What a device's key is as far as is known without the log's lock."""
        known = self._keys.last_known(device)
        if known is None:
            with self._engine.connect() as connection:
                known = self._keys.look_up(connection, device)
        return known

    def _ask(self, work: Work, entries: int = 1) -> "Future[Any]":
        request = _Request(work, Future(), entries)
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
                break
        if self._kept is not None:
            self._kept.close()

    def _drain(self, first: _Request) -> tuple[list[_Request], bool]:
        """Whatever waits already, without lingering; True when the end was asked for."""
        requests, entries = [first], first.entries
        while entries < GROUP:
            try:
                request = self._queue.get_nowait()
            except Empty:
                break
            if request is None:
                return requests, True
            requests.append(request)
            entries += request.entries
        return requests, False

    def _commit(self, requests: list[_Request]) -> None:
        works = [request.work for request in requests]
        try:
            try:
                answers, note, group = self._together(works)
            except _NotTogether:
                self._tail.forget()
                with db.writing_records(), db.write(self._engine) as connection:
                    answers, note, group = self._do(connection, works, apart=True)
        except BaseException as error:
            # Also a failed COMMIT (full disk, lost connection): the next group reads the log's ends anew.
            self._tail.forget()
            for request in requests:
                request.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        # A crash here: all is stored, nobody knows. Devices send again and get `Duplicate`; the anchor is behind.
        if note and self._continuity is not None:
            self._continuity.moved(note)
        for request, answer in zip(requests, answers, strict=True):
            if isinstance(answer, Exception):
                request.answer.set_exception(answer)
            else:
                request.answer.set_result(answer)
        if group.appended:
            self._tell(self._listeners, group.appended)
        if group.refused:
            self._tell(self._refused_listeners, group.refused)

    def _together(self, works: Sequence[Work]) -> _Done:
        """All in one transaction, committed, on the connection that is kept for it.

        _NotTogether when anything fails before the commit: then nothing is stored. What a failing commit raises goes
        through, for nobody knows whether it stood.
        """
        committing, connection, self._kept = False, self._kept, None
        try:
            with db.writing_records(), db.turn(self._engine):
                connection = connection or self._engine.connect().execution_options(pestle_write=True)
                running = connection.begin()
                done = self._do(connection, works, apart=False)
                committing = True
                running.commit()
        except BaseException as error:
            if connection is not None:
                # It may be lost, with its transaction; the next group opens another.
                with suppress(SQLAlchemyError):
                    if committing:
                        # After a COMMIT that failed SQLAlchemy rolls nothing back: the transaction would live on.
                        connection.invalidate()
                    connection.close()
            if committing or not isinstance(error, Exception):
                raise
            raise _NotTogether from error
        self._kept = connection
        return done

    def _do(self, connection: Connection, works: Sequence[Work], apart: bool) -> _Done:
        """What each work gave, the note of the new checkpoint, and the group; the caller commits."""
        group = Group(connection, self._log, self._tail, self._writer, self._registry, self._keys, self._roots, apart)
        if self._continuity is not None:
            self._continuity.check(connection, self._log, group.head)
        self._check_server_key(connection)
        answers, note = group.do(works)
        # A crash here: nothing is stored, nobody was told anything; devices and callers ask again.
        return answers, note, group

    def _check_server_key(self, connection: Connection) -> None:
        """Once another process has taken up other keys, nothing that is signed here would be believed any more.

        PestleError `server_key_wrong`. What the log had at opening may still stand there: then it is we who change it.
        """
        if self._tail.forgotten == self._key_as_of:
            return
        known = self._keys.look_up(connection, SERVER)
        if known not in (None, self._opened_under) and known.public_key != self._signer.public_key:
            raise PestleError("server_key_wrong")
        self._key_as_of = self._tail.forgotten

    def _tell(self, listeners: Sequence[Callable[[list[_T]], None]], what: list[_T]) -> None:
        for listener in listeners:
            try:
                listener(what)
            except Exception as error:
                # The entries are committed; a listener's fault must not end the committer and so close the door.
                complain("listener_failed", error)
