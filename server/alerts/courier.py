"""Hands notes to push services and to the mail server: a thread of each process, with a few hands.

A note is claimed by putting off when it is due: of several processes one sends it, and after a crash in between it is
due again. It may then be sent a second time, which a push service replaces by its topic and a mail reader by its id.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from server.alerts import mail, push, rules
from server.alerts.model import BY_CODE, DROPPED, FAILED, PUSH, SENT, WAITING
from server.alerts.projection import acknowledgement, alert, note, subscription
from server.alerts.result import Result
from server.core import clock, db
from server.core.complaints import complain
from server.core.plant import Plant
from server.identity import preferences
from server.identity import queries as identity

LOOK_SECONDS = 1.0
_HANDS = 4
_MOST = 40
# Longer than sending takes at most.
_CLAIM = timedelta(seconds=60)
_STATES = note.c.state == WAITING


class Courier:
    """Of one process."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._wake, self._stop = Event(), Event()
        self._prepared = False
        self._hands = ThreadPoolExecutor(_HANDS, "alerts-hand")
        self._thread = Thread(target=self._run, name="alerts-courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=15)
        self._hands.shutdown(wait=False, cancel_futures=True)

    def deliver(self) -> int:
        """Send all that is due; how many notes that were."""
        with db.snapshot(self._plant.engine) as connection:
            if (
                connection.execute(select(note.c.id).where(_STATES, note.c.due_at <= clock.now_text()).limit(1)).first()
                is None
            ):
                return 0
        with db.write(self._plant.engine) as connection:
            claimed = _claim(connection)
        # A crash here, or before the answer is written: they are due again when the claim ends.
        list(self._hands.map(self._send, claimed))
        return sum(len(bundle) for bundle in claimed)

    def _send(self, bundle: Sequence[Row[Any]]) -> None:
        """Several of one kind to one target are one message: of the newest, whose page shows the others."""
        try:
            result = self._hand_over(bundle[-1])
        except Exception as error:
            complain("alert_not_sent", error)
            result = Result(problem=type(error).__name__, again=True)
        with db.write(self._plant.engine) as connection:
            for one in bundle:
                _settle(connection, one, result)

    def _hand_over(self, one: Row[Any]) -> Result:
        with self._plant.engine.connect() as connection:
            person = identity.find_person(connection, one.person)
            language = preferences.language_of(connection, one.person)
            target = connection.execute(select(subscription).where(subscription.c.id == one.target)).first()
        if person is None or not person.roles or one.code not in BY_CODE:
            return Result(problem="person_left", unwanted=True)
        if one.channel == PUSH:
            return Result(problem="gone", unwanted=True) if target is None else push.send(self._plant, target, one)
        return mail.send(self._plant.config, one, language)

    def _prepare(self) -> None:
        """Load what pushing takes as soon as there is anybody to push to: the first alert would wait for it."""
        if self._prepared:
            return
        with self._plant.engine.connect() as connection:
            anybody = connection.execute(select(subscription.c.id).limit(1)).first()
        if anybody is not None:
            push.prepare()
            self._prepared = True

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._prepare()
                while self.deliver() and not self._stop.is_set():
                    pass
            except Exception as error:
                complain("alerts_not_sent", error)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()


def _claim(connection: Connection) -> list[list[Row[Any]]]:
    """What is due, in bundles of one kind to one target; what was acknowledged or is over is dropped."""
    now = clock.now()
    done = acknowledgement.c.alert.is_not(None) | alert.c.over_at.is_not(None)
    left = note.join(alert, alert.c.id == note.c.alert).outerjoin(
        acknowledgement, acknowledgement.c.alert == note.c.alert
    )
    columns = (note, alert.c.code, alert.c.raised_at, done.label("done"))
    query = select(*columns).select_from(left).where(note.c.id.in_(_held(connection, now)))
    bundles: dict[tuple[str, ...], list[Row[Any]]] = {}
    for row in connection.execute(query.order_by(note.c.due_at, note.c.id)).all():
        values: dict[str, Any] = {"due_at": clock.text(now + _CLAIM), "tries": row.tries + 1}
        if row.done:
            values = {"state": DROPPED, "ended_at": clock.text(now)}
        else:
            bundles.setdefault((row.channel, row.target, row.code), []).append(row)
        connection.execute(update(note).where(note.c.id == row.id).values(**values))
    return list(bundles.values())


def _held(connection: Connection, now: datetime) -> list[str]:
    """Of what is due, the notes that no other process is claiming at this moment."""
    due = select(note.c.id).where(_STATES, note.c.due_at <= clock.text(now)).order_by(note.c.due_at, note.c.id)
    return list(connection.execute(due.limit(_MOST).with_for_update(skip_locked=True)).scalars())


def _settle(connection: Connection, one: Row[Any], result: Result) -> None:
    """Write down how it went: sent, dropped, given up, or due again."""
    now = clock.now()
    values: dict[str, Any] = {"state": SENT, "ended_at": clock.text(now), "problem": None}
    if result.problem is not None:
        made_at = datetime.fromisoformat(one.made_at)
        at = rules.again(one.tries + 1, made_at, now, result.wait) if result.again else None
        values = {"state": DROPPED if result.unwanted else FAILED, "ended_at": clock.text(now)}
        if at is not None:
            values = {"due_at": clock.text(at)}
        values["problem"] = result.problem
    # Unless somebody has acknowledged meanwhile.
    connection.execute(update(note).where(note.c.id == one.id, _STATES).values(**values))
    if one.channel == PUSH:
        _settle_subscription(connection, one.target, result, now)


def _settle_subscription(connection: Connection, target: str, result: Result, now: datetime) -> None:
    here = subscription.c.id == target
    if result.problem is None:
        connection.execute(update(subscription).where(here).values(told_at=clock.text(now)))
    elif result.gone:
        # RFC 8030, section 7.3: it will never be good again.
        connection.execute(delete(subscription).where(here))
        late = (note.c.target == target) & _STATES
        connection.execute(update(note).where(late).values(state=DROPPED, ended_at=clock.text(now)))
