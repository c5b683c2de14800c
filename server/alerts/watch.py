"""Reads the log for what raises alerts, looks at what time brings, and escalates: a thread of each process.

The place up to which the log was read moves in the transaction that raises what was found, under a lock: a crash before
its commit raises nothing and moves nothing, and of several processes one raises an alert.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from sqlalchemy import Connection, select, update

from server.alerts import queries, raising, sources, sweeps
from server.alerts.model import HEARD, Raised
from server.alerts.projection import cursor
from server.core import clock, db
from server.core.complaints import complain
from server.core.kinds import Entry
from server.core.plant import Plant
from server.core.rebuild import UNPROJECTED
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry

_NAME = "log"
# Entries of one transaction.
PAGE = 500
# Other processes append without telling; they also acknowledge.
LOOK_SECONDS = 1.0
SWEEP_SECONDS = 60.0
# The place is kept in memory over entries that nobody listens to, so that work costs no write of ours; a process that
# starts reads at most so many of them again.
LAZY = 1_000
_KEPT = timedelta(days=90)


class Watch:
    """Of one process. `changed` is called when some inbox is not as it was, also by another process."""

    def __init__(self, plant: Plant, changed: Callable[[], None]) -> None:
        self._plant, self._changed = plant, changed
        self._wake, self._stop = Event(), Event()
        self._thread = Thread(target=self._run, name="alerts", daemon=True)
        self._read, self._written = 0, 0
        self._numbers: tuple[int, ...] = ()

    def start(self) -> None:
        self._plant.recorder.subscribe(lambda _: self._wake.set())
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def listen(self) -> int:
        """Raise what the log holds that was not read yet; how many entries were looked at."""
        looked = 0
        while page := self._listen():
            looked += page
        return looked

    def sweep(self) -> None:
        """Raise what time has brought, end what it has taken away, and tell those who come next."""
        now = clock.now()
        with db.snapshot(self._plant.engine) as connection:
            found = sweeps.find(connection, self._plant, now)
        with db.write(self._plant.engine) as connection:
            lock(connection)
            for code, raised in found.items():
                raising.end(connection, code, [one.key for one in raised], now)
                for one in raised:
                    raising.raise_alert(connection, one, now, now)
            # Within the lock: nothing of these is raised meanwhile that this would not see.
            for code, lasting in sweeps.LASTING.items():
                raising.end(connection, code, lasting(connection), now)
            raising.forget(connection, now - _KEPT)

    def escalate(self) -> None:
        with db.write(self._plant.engine) as connection:
            lock(connection)
            raising.escalate(connection, clock.now())

    def _listen(self) -> int:
        with db.snapshot(self._plant.engine) as connection:
            self._read = max(self._read, _place(connection))
            kinds = _kinds(connection, self._read, PAGE)
        if not kinds:
            return 0
        heard = not HEARD.isdisjoint(kind for _, kind in kinds)
        self._read = kinds[-1][0] + 1
        if heard or self._read - self._written >= LAZY:
            self._raise(self._read)
        return len(kinds)

    def _raise(self, stop: int) -> None:
        """Everything up to there that is not raised yet; where another process was first, there is nothing left."""
        now = clock.now()
        with db.write(self._plant.engine) as connection:
            start = lock(connection)
            for stored in reading.between(connection, start, stop):
                for raised in _found(connection, stored):
                    raising.raise_alert(connection, raised, datetime.fromisoformat(stored.stamp.recorded_at), now)
            if stop > start:
                connection.execute(update(cursor).where(cursor.c.name == _NAME).values(idx=stop))
        # A crash before: all of it is done again. After: it is done.
        self._written = max(start, stop)

    def _run(self) -> None:
        swept: datetime | None = None
        while not self._stop.is_set():
            try:
                self.listen()
                if swept is None or (clock.now() - swept).total_seconds() >= SWEEP_SECONDS:
                    swept = clock.now()
                    self.sweep()
                if self._due():
                    self.escalate()
                self._look()
            except Exception as error:
                complain("alerts_failed", error)
                self._stop.wait(LOOK_SECONDS)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _due(self) -> bool:
        with self._plant.engine.connect() as connection:
            return raising.escalation_due(connection, clock.now())

    def _look(self) -> None:
        with self._plant.engine.connect() as connection:
            numbers = queries.changes(connection)
        if numbers != self._numbers:
            self._numbers = numbers
            self._changed()


def _kinds(connection: Connection, start: int, most: int) -> list[tuple[int, str]]:
    query = select(log_entry.c.idx, log_entry.c.kind).where(log_entry.c.idx >= start).order_by(log_entry.c.idx)
    return [(row.idx, row.kind) for row in connection.execute(query.limit(most))]


def _place(connection: Connection) -> int:
    return connection.execute(select(cursor.c.idx).where(cursor.c.name == _NAME)).scalar() or 0


def lock(connection: Connection) -> int:
    """The place, which nobody else moves until this transaction ends."""
    db.put_missing(connection, cursor, {"name": _NAME, "idx": 0})
    query = select(cursor.c.idx).where(cursor.c.name == _NAME).with_for_update()
    return int(connection.execute(query).scalar_one())


def _found(connection: Connection, stored: StoredEntry) -> list[Raised]:
    """Nothing of an entry whose payload was erased, or that is no record of its kind: QA sees it in quarantine."""
    if stored.head.kind not in HEARD or stored.payload is None or not UNPROJECTED.isdisjoint(stored.stamp.flags):
        return []
    entry = Entry(stored.head, stored.envelope.body, stored.index, stored.stamp.recorded_at, stored.stamp.flags)
    try:
        return sources.find(connection, entry)
    except (KeyError, TypeError, ValueError) as error:
        # One entry that we do not understand must not keep all later alerts from everybody.
        complain("alert_not_understood", error)
        return []
