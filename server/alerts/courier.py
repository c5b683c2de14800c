"""Hands notes to push services and to the mail server: of each process a thread for each channel, with a few hands.

A note is claimed by putting off when it is due, and the claim is renewed for as long as a hand is at it, however slow
the other side is: of several processes one sends it, and after a crash in between it is due again. It may then be sent
a second time, which a push service replaces by its topic and a mail reader by its id. A channel whose other side is
slow or dead keeps none of the others waiting.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from server.alerts import mail, push, rules
from server.alerts.model import BY_CODE, CHANNELS, DROPPED, FAILED, MAIL, PUSH, SENT, WAITING
from server.alerts.projection import acknowledgement, alert, note, subscription
from server.alerts.result import Result
from server.core import clock, db
from server.core.complaints import complain
from server.core.plant import Plant
from server.identity import preferences
from server.identity import queries as identity

LOOK_SECONDS = 1.0
# Services of several browsers, of which some may be dead; one mail server.
HANDS: Mapping[str, int] = {PUSH: 8, MAIL: 2}
_MOST = 40
CLAIM = timedelta(seconds=60)
_RENEWED = CLAIM / 3
_STATES = note.c.state == WAITING
Bundle = Sequence[Row[Any]]


class Courier:
    """Of one process."""

    def __init__(self, plant: Plant) -> None:
        self._rounds = [Round(plant, channel) for channel in CHANNELS]

    def start(self) -> None:
        for one in self._rounds:
            one.start()

    def wake(self) -> None:
        for one in self._rounds:
            one.wake()

    def stop(self) -> None:
        for one in self._rounds:
            one.stop()

    def deliver(self) -> int:
        """Send all that is due, and wait for it; how many notes that were."""
        return sum(one.deliver() for one in self._rounds)


class Round:
    """Of one channel."""

    def __init__(self, plant: Plant, channel: str) -> None:
        self._plant, self._channel = plant, channel
        self._wake, self._stop = Event(), Event()
        self._prepared = channel != PUSH
        self._hands = ThreadPoolExecutor(HANDS[channel], f"alerts-{channel}")
        self._thread = Thread(target=self._run, name=f"alerts-courier-{channel}", daemon=True)
        # What the hands are at, and when its claims were renewed.
        self._held: dict[Future[None], Bundle] = {}
        self._renewed = clock.now()

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
        """Send all that is due, and wait for it; how many notes that were."""
        sent = 0
        while found := self.take():
            sent += found
            done = list(self._held)
            wait(done)
            self._held.clear()
            for one in done:
                one.result()
        return sent

    def take(self) -> int:
        """Give free hands what is due; how many notes that were."""
        free = HANDS[self._channel] - len(self._held)
        due = select(note.c.id).where(_STATES, note.c.channel == self._channel, note.c.due_at <= clock.now_text())
        if free == 0:
            return 0
        with db.snapshot(self._plant.engine) as connection:
            if connection.execute(due.limit(1)).first() is None:
                return 0
        with db.write(self._plant.engine) as connection:
            claimed, dropped = _claim(connection, self._channel, free)
        # A crash here, or before the answer is written: they are due again when the claim ends.
        for bundle in claimed:
            begun = self._hands.submit(self._send, bundle)
            self._held[begun] = bundle
            begun.add_done_callback(lambda _: self._wake.set())
        return dropped + sum(len(bundle) for bundle in claimed)

    def renew(self) -> None:
        """Keep what the hands are still at from being due to others."""
        for one in [one for one in self._held if one.done()]:
            del self._held[one]
            error = one.exception()
            if isinstance(error, Exception):
                complain("alerts_not_sent", error)
        now = clock.now()
        if not self._held or now - self._renewed < _RENEWED:
            return
        held = [row.id for bundle in self._held.values() for row in bundle]
        with db.write(self._plant.engine) as connection:
            here = note.c.id.in_(held) & _STATES
            connection.execute(update(note).where(here).values(due_at=clock.text(now + CLAIM)))
        self._renewed = now

    def _send(self, bundle: Bundle) -> None:
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
        if one.channel == MAIL:
            return mail.send(self._plant.config, one, language)
        if target is None:
            return Result(problem="gone", unwanted=True)
        if target.session is None:
            return Result(problem="signed_out", unwanted=True)
        return push.send(self._plant, target, one)

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
        steps: Sequence[Callable[[], object]] = (self._prepare, self.renew, self.take)
        while not self._stop.is_set():
            try:
                for step in steps:
                    step()
            except Exception as error:
                complain("alerts_not_sent", error)
            # A hand that is done wakes us, and so does an alert.
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()


def _claim(connection: Connection, channel: str, most: int) -> tuple[list[list[Row[Any]]], int]:
    """What is due, in at most so many bundles of one kind to one target, and how many were dropped as they were
    acknowledged or are over."""
    now = clock.now()
    done = acknowledgement.c.alert.is_not(None) | alert.c.over_at.is_not(None)
    left = note.join(alert, alert.c.id == note.c.alert).outerjoin(
        acknowledgement, acknowledgement.c.alert == note.c.alert
    )
    columns = (note, alert.c.code, alert.c.raised_at, done.label("done"))
    query = select(*columns).select_from(left).where(note.c.id.in_(_free(connection, channel, now)))
    rows = connection.execute(query.order_by(note.c.due_at, note.c.id)).all()
    bundles: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        if not row.done and (len(bundles) < most or (row.target, row.code) in bundles):
            bundles.setdefault((row.target, row.code), []).append(row)
    for row in (row for bundle in bundles.values() for row in bundle):
        values = {"due_at": clock.text(now + CLAIM), "tries": row.tries + 1}
        connection.execute(update(note).where(note.c.id == row.id).values(**values))
    over = [row.id for row in rows if row.done]
    connection.execute(update(note).where(note.c.id.in_(over)).values(state=DROPPED, ended_at=clock.text(now)))
    return list(bundles.values()), len(over)


def _free(connection: Connection, channel: str, now: datetime) -> list[str]:
    """Of what is due, the notes that no other process is claiming at this moment."""
    due = select(note.c.id).where(_STATES, note.c.channel == channel, note.c.due_at <= clock.text(now))
    due = due.order_by(note.c.due_at, note.c.id).limit(_MOST)
    return list(connection.execute(due.with_for_update(skip_locked=True)).scalars())


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
