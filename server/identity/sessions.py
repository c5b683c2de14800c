"""Signing in and out: the lock-out after wrong passwords, and sessions that end by themselves."""

import base64
import contextlib
import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.core import clock, db
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import queries, rules
from server.identity.model import SIGNED_IN, SIGNIN_FAILED, Person, person_stream
from server.identity.projection import credential, failure, session

# Reading pages must not write at every request.
_NOTE_USE = timedelta(minutes=1)
_FORGET = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Session:
    """`nonce` is what tablets sign to take a batch along; `one_time`: the password must be changed first."""

    token: str
    person: Person
    nonce: str
    created_at: datetime
    used_at: datetime
    one_time: bool

    @property
    def expires_at(self) -> str:
        """When it ends if it is not used again before."""
        return clock.text(_end(self.created_at, self.used_at))

    def payload(self) -> dict[str, object]:
        person = {**self.person.payload(), "permissions": [] if self.one_time else list(self.person.permissions)}
        return {
            "person": person,
            "nonce": self.nonce,
            "expires_at": self.expires_at,
            "password_one_time": self.one_time,
        }


def sign_in(plant: Plant, login: str, password: str, address: str, device: str | None = None) -> Session:
    """A session for the right password; PestleError `login_wrong`, or `login_locked` whatever the password is."""
    return begin(plant, authenticate(plant, login, password, address), device)


def begin(plant: Plant, person: Person, device: str | None) -> Session:
    """A session for a person who has just given the password."""
    token, moment = secrets.token_urlsafe(32), clock.now()
    at = clock.text(moment)
    values = {"person": person.id, "nonce": secrets.token_urlsafe(16), "created_at": at, "used_at": at}
    with db.write(plant.engine) as connection:
        connection.execute(delete(session).where(session.c.created_at < clock.text(moment - _FORGET)))
        connection.execute(delete(failure).where(failure.c.last_at < clock.text(moment - _FORGET)))
        connection.execute(insert(session).values(token=_digest(token), **values))
    payload = {"person": person.id, "device": device}
    plant.recorder.state(Fact(SIGNED_IN, person_stream(person.id), payload, actor=person.id))
    return find_session(plant, token)


def authenticate(plant: Plant, login: str, password: str, address: str) -> Person:
    """Whose login and password these are; each failure is an entry, and five in a row lock the login (IDN-02).

    PestleError as `admit`.
    """
    login = login.strip().lower()
    with plant.engine.connect() as connection:
        person = queries.find_login(connection, login)

    def fits() -> bool:
        with plant.engine.connect() as connection:
            return queries.check_password(connection, person.id if person else "", password)

    return admit(plant, login, person, address, fits)


def admit(plant: Plant, login: str, person: Person | None, address: str, fits: Callable[[], bool]) -> Person:
    """The person, if what they gave fits; counted before it is judged, and logged where it does not.

    PestleError `login_wrong`, `login_locked`, or `signins_too_many`, with `retry` in seconds, for an address that tries
    too many: nothing is judged then.
    """
    wait = plant.sign_ins.take(address)
    if wait > 0:
        raise PestleError("signins_too_many", {"retry": math.ceil(wait)})
    if not _count_attempt(plant, login):
        _log_failure(plant, person, address)
        raise PestleError("login_locked")
    if not fits() or person is None or not person.roles:
        _log_failure(plant, person, address)
        raise PestleError("login_wrong")
    with db.write(plant.engine) as connection:
        connection.execute(update(failure).where(failure.c.login == _key(login)).values(attempts=0))
    return person


def find_session(plant: Plant, token: str | None) -> Session:
    """The session of a cookie; PestleError `session_missing` or `session_expired`. Using it keeps it from idling."""
    found, now = check_session(plant, token), clock.now()
    if now - found.used_at >= _NOTE_USE:
        with db.write(plant.engine) as connection:
            here = session.c.token == _digest(found.token)
            connection.execute(update(session).where(here).values(used_at=clock.text(now)))
    return replace(found, used_at=now)


def check_session(plant: Plant, token: str | None) -> Session:
    """As `find_session`, but no use of it: for what goes on by itself, such as an open socket."""
    if not token:
        raise PestleError("session_missing")
    with plant.engine.connect() as connection:
        row = connection.execute(select(session).where(session.c.token == _digest(token))).first()
        if row is None:
            raise PestleError("session_missing")
        person = queries.find_person(connection, row.person)
        must_change = _is_one_time(connection, row.person)
    created, used = datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.used_at)
    if person is None or not person.roles or rules.session_ended(created, used, clock.now()):
        raise PestleError("session_expired")
    return Session(token, person, row.nonce, created, used, must_change)


@dataclass(frozen=True, slots=True)
class Open:
    """A session that has not ended: since when, last used, and when it ends if it is not used again (UTC text)."""

    created_at: str
    used_at: str
    expires_at: str


def open_sessions(plant: Plant, person: str) -> list[Open]:
    """The newest first; what opens them nobody is told."""
    query = select(session.c.created_at, session.c.used_at).where(session.c.person == person)
    with plant.engine.connect() as connection:
        rows = connection.execute(query.order_by(session.c.created_at.desc())).all()
    spans = [(datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.used_at)) for row in rows]
    return [
        Open(clock.text(created), clock.text(used), clock.text(_end(created, used)))
        for created, used in spans
        if not rules.session_ended(created, used, clock.now())
    ]


def locked_until(plant: Plant, login: str) -> str | None:
    """Until when a login is locked for wrong passwords (UTC text); None while it may be tried."""
    with plant.engine.connect() as connection:
        row = connection.execute(select(failure).where(failure.c.login == _key(login))).first()
    until = None if row is None else rules.locked_until(row.attempts, datetime.fromisoformat(row.last_at))
    return None if until is None or until <= clock.now() else clock.text(until)


def _end(created: datetime, used: datetime) -> datetime:
    return min(created + rules.ABSOLUTE, used + rules.IDLE)


def one_time(plant: Plant, person: Person) -> bool:
    """Whether the person's password is good for nothing but choosing another."""
    with plant.engine.connect() as connection:
        return _is_one_time(connection, person.id)


def sign_out(plant: Plant, token: str) -> None:
    with db.write(plant.engine) as connection:
        connection.execute(delete(session).where(session.c.token == _digest(token)))


def _count_attempt(plant: Plant, login: str) -> bool:
    """Count an attempt before it is judged, so that many at once count as many; False when the login is locked."""
    now, here = clock.now(), failure.c.login == _key(login)
    _make_row(plant, login)
    with db.write(plant.engine) as connection:
        row = connection.execute(select(failure).where(here).with_for_update()).one()
        last = datetime.fromisoformat(row.last_at)
        count = row.attempts if now - last < rules.LOCKED else 0
        until = rules.locked_until(count, last)
        if until is not None and now < until:
            return False
        values = {"attempts": count + 1, "last_at": clock.text(now)}
        connection.execute(update(failure).where(here).values(values))
    return True


def _make_row(plant: Plant, login: str) -> None:
    """There must be a row to lock, or two first attempts at once would each count as the first."""
    with contextlib.suppress(IntegrityError), db.write(plant.engine) as connection:
        here = failure.c.login == _key(login)
        if connection.execute(select(failure.c.login).where(here)).first() is None:
            connection.execute(insert(failure).values(login=_key(login), attempts=0, last_at=clock.now_text()))


def _log_failure(plant: Plant, person: Person | None, address: str) -> None:
    """A name that is nobody's is not written down: people type passwords into the wrong field."""
    login = person.login if person is not None else "?"
    plant.recorder.state(Fact(SIGNIN_FAILED, "site", {"login": login, "address": address}))


def _is_one_time(connection: Connection, person: str) -> bool:
    here = (credential.c.person == person) & (credential.c.what == "password")
    return bool(connection.execute(select(credential.c.one_time).where(here)).scalar())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(login: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(login.encode()).digest()).decode()
