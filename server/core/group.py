"""The requests of one transaction: each is admitted, judged, appended and projected.

They are first tried together, as if none could fail; where one does, all is rolled back before anybody was told
anything, and they are done again apart, each in a savepoint of its own, so that one that fails harms no other.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from server.core import clock, fields, inbox
from server.core.arrivals import Arrival, DeviceKeys
from server.core.complaints import complain
from server.core.errors import PestleError
from server.core.inbox import Stray
from server.core.kinds import Entry, Fact, Registry, Ruling
from server.core.outcomes import SERVER, Duplicate, Held, Outcome, Recorded, Refused
from server.core.refusals import REFUSED, refused
from server.core.seen import SEEN_WRONG, Roots
from sync import entry as entries
from sync.entry import Envelope
from sync.errors import SyncError
from sync.log import Log, Tail, transaction
from sync.writer import DeviceWriter

QUARANTINED = "handheld.input_quarantined.v1"
_DEEPEST = 16
# Refused although the device has signed it: what it writes after such an entry names it as the one before.
_BREAKS = frozenset({"sequence_fork", "id_taken"})
_T = TypeVar("_T")
# What must stand or fall with entries that are no more than its announcement, such as that a payload is gone.
Also = Callable[[Connection, list[Recorded]], None]


class _Refusal(Exception):
    """A rule refused a decision: its savepoint is rolled back, and the consequences alone are appended."""

    def __init__(self, code: str, details: dict[str, Any], consequences: Sequence[Fact]) -> None:
        super().__init__(code)
        self.error, self.consequences = PestleError(code, details), consequences


class Group:
    """The requests of one transaction, which holds the lock on the log's head.

    `apart`: each in a savepoint, every row inserted at once. Otherwise rows wait for each other, and where anything is
    raised, the transaction has to be rolled back and all be done again apart.
    """

    def __init__(
        self,
        connection: Connection,
        log: Log,
        tail: Tail,
        writer: DeviceWriter,
        registry: Registry,
        keys: DeviceKeys,
        roots: Roots,
        apart: bool,
    ) -> None:
        self._connection, self._log, self._tail, self._writer = connection, log, tail, writer
        self._registry, self._keys, self._roots, self._apart = registry, keys, roots, apart
        self._lost: SQLAlchemyError | None = None
        self.appended: list[Recorded] = []
        # Entries that were held, and for which nobody waits any more.
        self.refused: list[tuple[Envelope, Refused]] = []
        self.head = head = log.lock(connection, tail)
        # Another process may have written as `server` meanwhile, or our last group may have been rolled back.
        writer.seq, writer.prev = tail.device(connection, SERVER)
        writer.seen = entries.Seen(head.size, head.root.hex()) if head.size else None
        keys.resume(tail)

    def do(self, works: Sequence[Callable[["Group"], Any]]) -> tuple[list[Any], bytes]:
        """What each work gives, or apart the error that it ended with; and the checkpoint's note, empty if none is due.

        Raises, apart, where the whole transaction is gone, for then nothing of the earlier works stands either.
        """
        if self._apart:
            return [self.attempt(work) for work in works], self._sign()
        rows = transaction.Transaction(self._connection)
        results = [work(self) for work in works]
        with transaction.pipeline(self._connection):
            rows.write()
            return results, self._sign()

    def _sign(self) -> bytes:
        return self._log.sign_checkpoint(self._connection, self._tail) if self.appended else b""

    def attempt(self, work: Callable[["Group"], Any]) -> Any:
        """Apart: the result of a work, or the error that it ended with; each undoes what it could not finish."""
        try:
            return work(self)
        except Exception as error:
            if self._lost is not None:
                raise self._lost from error
            return error

    def state(self, facts: Sequence[Fact], also: Also | None = None) -> list[Recorded]:
        """All in one savepoint, with what `also` does; a refusal undoes them, and what it leaves in the log stands
        alone."""
        try:
            return self._saved(partial(self._state_all, facts, also))
        except _Refusal as refusal:
            if not self._apart:
                raise
            self._saved(partial(self._state_all, refusal.consequences))
            raise refusal.error from None

    def quarantine(self, stray: Stray) -> str:
        """Keep bytes that are not even an entry; the id in quarantine."""
        return self._saved(partial(self._report, stray))

    def touch(self) -> None:
        """Nothing, but written as everything else is."""
        self._saved(partial(inbox.touch, self._connection))

    def submit_all(self, arrivals: Sequence[Arrival]) -> list[Any]:
        """An outcome for each; apart, the error instead where it ended with one."""
        if not self._apart:
            return [self._submit(arrival) for arrival in arrivals]
        return [self.attempt(partial(Group._submit, arrival=arrival)) for arrival in arrivals]

    def _submit(self, arrival: Arrival) -> Outcome:
        outcome = self._accept(lambda: arrival)
        assert outcome is not None
        if self._any_held and isinstance(outcome, Recorded):
            self._release_held(arrival.envelope)
        if self._any_held and isinstance(outcome, Refused) and outcome.code in _BREAKS:
            self._drop_held(arrival.envelope)
        return outcome

    def _release_held(self, envelope: Envelope) -> None:
        """Entries that waited for this one follow at once, in their order."""
        device, seq = envelope.head.device, envelope.head.seq
        # The same may wait still, when taking it failed and it was sent again; or others of its sequence, forks.
        self._take_all_held(device, seq)
        while self._take_all_held(device, seq + 1):
            seq += 1

    def _take_all_held(self, device: str, seq: int) -> bool:
        """Whether one of those that wait at this place of the chain is in the log now."""
        recorded = False
        while (outcome := self._accept_held(device, seq)) is not None:
            recorded = recorded or isinstance(outcome, Recorded)
            if isinstance(outcome, Refused) and outcome.code in _BREAKS:
                self._drop_held(self.refused[-1][0])
        return recorded

    def _drop_held(self, envelope: Envelope) -> None:
        """What says that it follows an entry that was refused never fits: it is not kept waiting for ever."""
        dropped = [envelope]
        for one in dropped:
            device, seq, digest = one.head.device, one.head.seq, one.digest.hex()
            before = len(self.refused)
            while self._accept_held(device, seq + 1, digest) is not None:
                pass
            dropped += [found for found, _ in self.refused[before:]]

    def _accept_held(self, device: str, seq: int, prev: str | None = None) -> Outcome | None:
        taken: list[Envelope] = []

        def take() -> Arrival | None:
            found = inbox.take_held(self._connection, device, seq, prev)
            if found is None:
                return None
            taken.append(found[0])
            return Arrival(*found)

        outcome = self._accept(take)
        if isinstance(outcome, Refused):
            self.refused.append((taken[-1], outcome))
        return outcome

    @cached_property
    def _any_held(self) -> bool:
        """Asked once a group: mostly nothing is held at all."""
        return inbox.any_held(self._connection)

    def _accept(self, take: Callable[[], Arrival | None]) -> Outcome | None:
        """Take an entry from somewhere and admit it, in one savepoint; None when there is none to take.

        An observation is never refused, not even by a fault of ours: where a rule or a projection breaks, the entry
        stands in the log flagged `rule_failed` and in quarantine, and the device's chain goes on.
        """
        try:
            return self._saved(partial(self._admit_taken, take, None))
        except Exception as error:
            if not self._apart or _may_pass(error):
                raise
            complain("rule_failed", error)
            return self._saved(partial(self._admit_taken, take, error))

    def _admit_taken(self, take: Callable[[], Arrival | None], fault: Exception | None) -> Outcome | None:
        taken = take()
        return None if taken is None else self._admit(taken, fault)

    def _saved(self, work: Callable[[], _T]) -> _T:
        """Do it, apart in a savepoint: whatever it raises, neither the database nor the server's chain moves."""
        if not self._apart:
            return work()
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
        self._keys.resume(self._tail)
        try:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT request")
            self._connection.exec_driver_sql("RELEASE SAVEPOINT request")
        except SQLAlchemyError as error:
            # The transaction itself is gone: on a failing disk SQLite rolls all of it back without being asked.
            self._lost = error
            raise

    def _state_all(self, facts: Sequence[Fact], also: Also | None = None) -> list[Recorded]:
        recorded = [self._state(fact, 0) for fact in facts]
        if also is not None:
            also(self._connection, recorded)
        return recorded

    def _admit(self, arrival: Arrival, fault: Exception | None) -> Outcome:
        """Shape, device, signature, chain; then kind, payload and rule. What fails the first four is no record."""
        envelope, source = arrival.envelope, arrival.source
        try:
            envelope.check_shape()
            head = envelope.head
            device = self._keys.find(self._connection, head.device)
            if device is None:
                raise SyncError("device_unknown", head.device)
            arrival.check_signature(device)
            last, digest = self._tail.device(self._connection, head.device)
            if head.seq > last + 1:
                return self._hold(envelope, source, last + 1)
            if head.seq <= last:
                return self._repeated(envelope)
            if head.prev != digest:
                raise SyncError("sequence_fork", f"entry {head.seq} does not follow the one before")
            # Together, the table's own constraint finds it: then the group is done again apart, and asks here.
            if self._apart and self._log.holds(self._connection, head.id):
                raise SyncError("id_taken", head.id)
        except SyncError as error:
            return self._quarantine(envelope, source, error)
        revoked = device.last_seq is not None and head.seq > device.last_seq
        seen = self._roots.flags(self._connection, head.seen, self.head.size)
        people = self._registry.countersigned(self._connection, envelope.header, envelope.signed)
        flags = (*(("device_revoked",) if revoked else ()), *seen, *people)
        if fault is not None:
            return self._append_strange(envelope, source, "rule_failed", flags, repr(fault))
        return self._take(envelope, source, flags)

    def _hold(self, envelope: Envelope, source: str, expected: int) -> Held:
        if inbox.is_forked(self._connection, envelope.head.prev):
            raise SyncError("sequence_fork", "the entry before it was refused")
        if not inbox.hold(self._connection, envelope, source):
            raise SyncError("sequence_fork", f"another entry {envelope.head.seq} is held under this id")
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
        recorded = self._append(envelope, (*flags, code), clock.now_text())
        device = envelope.head.device
        self._report(Stray(envelope.encode(), source, code, detail, device, recorded.index))
        return recorded

    def _quarantine(self, envelope: Envelope, source: str, error: SyncError) -> Refused:
        if error.code in _BREAKS:
            inbox.fork(self._connection, envelope)
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
        # As for devices: together, the table's own constraint finds it.
        if fact.id is not None and self._apart and self._log.holds(self._connection, fact.id):
            raise PestleError("id_taken", {"id": fact.id})
        envelope = self._writer.write(
            fact.kind,
            fact.stream,
            fact.payload,
            actor=fact.actor,
            subject=fact.subject,
            corrects=fact.corrects,
            reason=fact.reason,
            id=fact.id,
        )
        return self._judge(envelope, (), depth)

    def _judge(self, envelope: Envelope, flags: tuple[str, ...], depth: int) -> Recorded:
        if depth > _DEEPEST:
            raise ValueError(f"the consequences of {envelope.head.kind} do not end")
        signatures = tuple(envelope.signed)
        now, seen_at = clock.now_text(), self._seen_at(envelope, flags)
        asked = Entry(envelope.head, envelope.body, -1, now, flags, signatures, seen_at)
        ruling = self._registry.decide(self._connection, asked)
        if ruling.refusal is not None:
            if self._registry.kinds[envelope.head.kind].nature == "observation":
                raise ValueError(f"an observation was refused: {envelope.head.kind}")
            raise _Refusal(ruling.refusal, dict(ruling.details), self._left_by(asked, ruling))
        recorded = self._append(envelope, tuple(dict.fromkeys((*flags, *ruling.flags))), now)
        final = Entry(envelope.head, envelope.body, recorded.index, recorded.recorded_at, recorded.flags, signatures)
        self._registry.project(self._connection, final)
        for fact in ruling.consequences:
            self._state(fact, depth + 1)
        return recorded

    def _seen_at(self, envelope: Envelope, flags: tuple[str, ...]) -> str | None:
        """Asked of devices only; one that names a checkpoint of another log says nothing by it."""
        if envelope.head.device == SERVER or SEEN_WRONG in flags:
            return None
        return self._roots.received(self._connection, envelope.head.seen)

    def _left_by(self, asked: Entry, ruling: Ruling) -> Sequence[Fact]:
        """What a refusal leaves in the log: what the room says of it, or else the plain fact."""
        if ruling.consequences or ruling.refusal is None or REFUSED not in self._registry.kinds:
            return ruling.consequences
        return (refused(asked, ruling.refusal),)

    def _append(self, envelope: Envelope, flags: tuple[str, ...], now: str) -> Recorded:
        if envelope.head.device == SERVER:
            self._keys.forget()
        receipt = self._log.append(self._connection, envelope, now, flags, self._tail)
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
