"""The requests of one transaction: each is admitted, judged, appended and projected in a savepoint of its own."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from server.core import clock, fields, inbox
from server.core.complaints import complain
from server.core.errors import PestleError
from server.core.inbox import Stray
from server.core.kinds import Entry, Fact, Registry, Ruling
from server.core.outcomes import SERVER, DeviceKey, Duplicate, Held, Outcome, Recorded, Refused
from server.core.refusals import REFUSED, refused
from sync import entry as entries
from sync.entry import Envelope
from sync.errors import SyncError
from sync.log import Log, Tail
from sync.writer import DeviceWriter

QUARANTINED = "handheld.input_quarantined.v1"
_DEEPEST = 16
_T = TypeVar("_T")


class _Refusal(Exception):
    """A rule refused a decision: its savepoint is rolled back, and the consequences alone are appended."""

    def __init__(self, code: str, details: dict[str, Any], consequences: Sequence[Fact]) -> None:
        super().__init__(code)
        self.error, self.consequences = PestleError(code, details), consequences


class Group:
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
        self.head = head = log.lock(connection, tail)
        # Another process may have written as `server` meanwhile, or our last group may have been rolled back.
        writer.seq, writer.prev = tail.device(connection, SERVER)
        writer.seen = entries.Seen(head.size, head.root.hex()) if head.size else None

    def attempt(self, work: Callable[["Group"], Any]) -> Any:
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
            complain("rule_failed", error)
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
