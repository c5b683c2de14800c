"""Raises alerts, tells the people they are for, and those who come next when nobody acknowledges.

All of it happens in the caller's transaction: an alert, who was told and what is to be sent stand together or not.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from server.alerts import queries, rules
from server.alerts.model import BY_CODE, DROPPED, PUSH, SENT, STALE, WAITING, Raised
from server.alerts.projection import acknowledgement, alert, note, recipient
from server.core import clock
from server.identity import queries as identity

# Who is told where nobody holds what an alert asks for: it must not be nobody.
_AT_LAST = ("people.manage",)


def raise_alert(connection: Connection, raised: Raised, at: datetime, now: datetime) -> bool:
    """Tell people of it, unless it was raised before; `at` is when it happened. Says whether it is new."""
    kind, name = BY_CODE[raised.code], rules.alert_id(raised.code, raised.key)
    if connection.execute(select(alert.c.id).where(alert.c.id == name)).first() is not None:
        return False
    values = {
        "id": name,
        "code": raised.code,
        "places": json.dumps(list(raised.places)),
        "link": raised.link,
        "details": json.dumps(dict(raised.details), ensure_ascii=False),
        "raised_at": clock.text(at),
        "level": 0,
        "escalates_at": None,
    }
    connection.execute(insert(alert).values(**values))
    people = _holding(connection, kind.to, raised.places) | {*raised.people}
    if raised.person and kind.person:
        people.add(raised.person)
    _tell(connection, name, raised.code, people, 0, at, now)
    if people:
        _plan(connection, name, raised.code, 0, at)
    else:
        _step_up(connection, name, raised.code, raised.places, 0, at, now)
    return True


def escalate(connection: Connection, now: datetime) -> int:
    """Tell those who come next of every alert whose time is over; how many that were. The caller holds the lock."""
    left = alert.outerjoin(acknowledgement, acknowledgement.c.alert == alert.c.id)
    due = (alert.c.escalates_at <= clock.text(now)) & alert.c.over_at.is_(None) & acknowledgement.c.alert.is_(None)
    rows = connection.execute(select(alert).select_from(left).where(due).order_by(alert.c.escalates_at)).all()
    for row in rows:
        at = datetime.fromisoformat(row.raised_at)
        _step_up(connection, row.id, row.code, json.loads(row.places), row.level, at, now)
    return len(rows)


def end(connection: Connection, code: str, still: Iterable[str], now: datetime) -> int:
    """What a sweep no longer finds is over: of this code, every open alert whose key is not among these."""
    ids = {rules.alert_id(code, key) for key in still}
    open_ones = connection.execute(select(alert.c.id).where(alert.c.code == code, alert.c.over_at.is_(None))).scalars()
    gone = [one for one in open_ones if one not in ids]
    if gone:
        connection.execute(update(alert).where(alert.c.id.in_(gone)).values(over_at=clock.text(now)))
        drop_notes(connection, gone)
    return len(gone)


def drop_notes(connection: Connection, alerts: Sequence[str]) -> None:
    """What was not sent yet need not be: somebody acknowledged, or the cause is gone."""
    here = note.c.alert.in_(alerts) & (note.c.state == WAITING)
    connection.execute(update(note).where(here).values(state=DROPPED, ended_at=clock.now_text()))


def forget(connection: Connection, before: datetime) -> None:
    """Notes that have long been dealt with; the alerts stay."""
    connection.execute(delete(note).where(note.c.state.in_((SENT, DROPPED)), note.c.made_at < clock.text(before)))


def _step_up(
    connection: Connection, name: str, code: str, places: Sequence[str], level: int, at: datetime, now: datetime
) -> None:
    """The next people, or those after them where nobody holds what it takes; at last an administrator."""
    people: set[str] = set()
    told = set(connection.execute(select(recipient.c.person).where(recipient.c.alert == name)).scalars())
    while not people and (step := rules.step(code, level)) is not None:
        level, people = level + 1, _holding(connection, step.to, places) - told
    if not people and not told:
        people = _holding(connection, _AT_LAST, ())
    _tell(connection, name, code, people, level, now, now)
    _plan(connection, name, code, level, at)


def _plan(connection: Connection, name: str, code: str, level: int, at: datetime) -> None:
    step = rules.step(code, level)
    when = None if step is None else clock.text(at + step.after)
    connection.execute(update(alert).where(alert.c.id == name).values(level=level, escalates_at=when))


def _holding(connection: Connection, permissions: Sequence[str], places: Sequence[str]) -> set[str]:
    """Those who hold one of the permissions, and where the alert is about places, hold it there."""
    return {
        person.id
        for person in identity.people_with(connection, *permissions)
        if any(identity.permitted_at(connection, person.id, one, places) for one in permissions)
    }


def _tell(
    connection: Connection, name: str, code: str, people: Iterable[str], level: int, at: datetime, now: datetime
) -> None:
    told = set(connection.execute(select(recipient.c.person).where(recipient.c.alert == name)).scalars())
    for person in sorted(set(people) - told):
        values = {"alert": name, "person": person, "level": level, "told_at": clock.text(at)}
        connection.execute(insert(recipient).values(**values))
        if now - at < STALE:
            _write_notes(connection, name, code, person, now)


def _write_notes(connection: Connection, name: str, code: str, person: str, now: datetime) -> None:
    """One to each browser and one to the e-mail address, as the person chose; sent when they may be disturbed."""
    kind, reach = BY_CODE[code], queries.reach(connection, person)
    by = rules.wanted(kind, queries.choices(connection, person).get(code))
    targets = [(one, target) for one in by for target in _targets(one, reach)]
    due = clock.text(rules.due(now, kind.severity, None if kind.asked else reach.quiet))
    for by_channel, target in targets:
        values: Mapping[str, Any] = {
            "id": secrets.token_urlsafe(18),
            "alert": name,
            "person": person,
            "channel": by_channel,
            "target": target,
            "state": WAITING,
            "made_at": clock.text(now),
            "due_at": due,
            "tries": 0,
        }
        connection.execute(insert(note).values(**values))


def _targets(by_channel: str, reach: queries.Reach) -> Sequence[str]:
    if by_channel == PUSH:
        return reach.subscriptions
    return [reach.mail] if reach.mail else []


def escalation_due(connection: Connection, now: datetime) -> bool:
    """Whether there may be anything to escalate; asked before anything is locked."""
    left = alert.outerjoin(acknowledgement, acknowledgement.c.alert == alert.c.id)
    due = (alert.c.escalates_at <= clock.text(now)) & alert.c.over_at.is_(None) & acknowledgement.c.alert.is_(None)
    return connection.execute(select(alert.c.id).select_from(left).where(due).limit(1)).first() is not None
