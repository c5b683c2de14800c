"""Signing in and out: the lock-out after wrong passwords, and sessions that end by themselves."""

import hashlib
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from server.core import clock, db
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import lockout, queries
from server.identity.lockout import Origin
from server.identity.model import DEVICE_PROVEN, SESSION_ENDED, SIGNED_IN, SIGNIN_FAILED, TABLET, Person, person_stream
from server.identity.projection import session
from server.identity.rules import Policy
from server.identity.stating import state
from sync import signing
from sync.errors import SyncError

DEVICE_DOMAIN = b"pestle/session-device/v1\n"
# Reading pages must not write at every request.
_NOTE_USE = timedelta(minutes=1)
_FORGET = timedelta(days=2)
# Rooms above that keep something for a session hear, in the same transaction, of sessions (their ids) that somebody has
# ended, and of a person whose session has begun in a browser (what it is known by). One that nobody uses any more runs
# out and is not told of.
ENDED: list[Callable[[Connection, Sequence[str]], None]] = []
BEGUN: list[Callable[[Connection, str, str, str], None]] = []


@dataclass(frozen=True, slots=True)
class Session:
    """`nonce` is what tablets sign to take a batch along; `one_time`: the password must be changed first, since another
    gave it or, where it is `expired`, since it is old.

    `device` is the tablet that has proven its key in this session; `browser` what its browser shall be known by, told
    once, at sign-in.
    """

    token: str
    person: Person
    nonce: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime
    one_time: bool
    expired: bool = False
    password_ends_at: datetime | None = None
    device: str | None = None
    idle_minutes: int = Policy().idle_minutes
    browser: str | None = None

    @property
    def expires_at(self) -> str:
        """When it ends if it is not used again before."""
        return clock.text(self.ends_at)

    def payload(self) -> dict[str, object]:
        person = {**self.person.payload(), "permissions": [] if self.one_time else list(self.person.permissions)}
        ends = self.password_ends_at
        return {
            "person": person,
            "nonce": self.nonce,
            "device": self.device,
            "expires_at": self.expires_at,
            "idle_minutes": self.idle_minutes,
            "password_one_time": self.one_time,
            "password_expired": self.expired,
            "password_ends_at": None if ends is None else clock.text(ends),
        }


def sign_in(plant: Plant, login: str, password: str, address: str) -> Session:
    """A session for the right password; PestleError as `authenticate`."""
    return begin(plant, authenticate(plant, login, password, address), address)


def begin(plant: Plant, person: Person, address: str, device: str | None = None) -> Session:
    """A session for a person who has just shown who they are; one that this browser had open ends. `device` is one that
    has proven itself in the session that this one goes on from.

    Its token is always made here and never taken from the browser, so that nobody can lay one ready (CWE-384).
    """
    token, moment = secrets.token_urlsafe(32), clock.now()
    at, origin = clock.text(moment), address if isinstance(address, Origin) else Origin(address)
    values: dict[str, str | None] = {
        "person": person.id,
        "nonce": secrets.token_urlsafe(16),
        "created_at": at,
        "used_at": at,
    }
    name = secrets.token_hex(8)
    values |= {"id": name, "address": str(address), "browser": origin.browser[:200]}
    with db.write(plant.engine) as connection:
        connection.execute(delete(session).where(session.c.created_at < clock.text(moment - _FORGET)))
        if origin.session is not None:
            drop(connection, session.c.token == _digest(origin.session))
        lockout.forget(connection)
        known = origin.known if lockout.is_known(connection, origin.known) else None
        known = known or secrets.token_urlsafe(32)
        lockout.know(connection, person.id, known, at)
        values["device"] = device
        connection.execute(insert(session).values(token=_digest(token), **values))
        for hear in BEGUN:
            hear(connection, person.id, lockout.browser_of(known) or "", name)
    payload = {"person": person.id, "device": device}
    plant.recorder.state(Fact(SIGNED_IN, person_stream(person.id), payload, actor=person.id))
    return replace(find_session(plant, token), browser=known)


def prove_device(plant: Plant, found: Session, device: str, proof: bytes) -> Session:
    """The session, of this tablet from now on: its key signed the session's own nonce, so that neither the name of a
    device nor what another session has shown is worth anything. PestleError `device_unproven`."""
    with plant.engine.connect() as connection:
        known = queries.find_device(connection, device)
    if known is None or known.role != TABLET or known.revoked_at is not None:
        raise PestleError("device_unproven", {"device": device})
    try:
        signing.verify(known.alg, known.public_key, DEVICE_DOMAIN + f"{found.nonce}\n{device}".encode(), proof)
    except SyncError as error:
        raise PestleError("device_unproven", {"device": device}) from error
    if found.device == device:
        return found
    payload = {"person": found.person.id, "device": device}
    plant.recorder.state(Fact(DEVICE_PROVEN, person_stream(found.person.id), payload, actor=found.person.id))
    with db.write(plant.engine) as connection:
        here = session.c.token == _digest(found.token)
        connection.execute(update(session).where(here).values(device=device))
    return check_session(plant, found.token)


def authenticate(plant: Plant, login: str, password: str, address: str) -> Person:
    """Whose login and password these are; each failure is an entry, and five in a row lock the login (IDN-02).

    PestleError as `admit`, and `one_time_ended` for a password that was given and not used in time.
    """
    login = login.strip().lower()
    with plant.engine.connect() as connection:
        person = queries.find_login(connection, login)

    def fits() -> bool:
        with plant.engine.connect() as connection:
            return queries.check_password(connection, person.id if person else "", password)

    found = admit(plant, login, person, address, fits)
    if _password(plant, found.id).one_time_ended:
        raise PestleError("one_time_ended")
    return found


def admit(plant: Plant, login: str, person: Person | None, address: str, fits: Callable[[], bool]) -> Person:
    """The person, if what they gave fits; counted before it is judged, and logged where it does not.

    PestleError `login_wrong`, `login_locked`, or `signins_too_many`, with `retry` in seconds, for an address that tries
    too many: nothing is judged then.
    """
    wait = plant.sign_ins.take(address)
    if wait > 0:
        raise PestleError("signins_too_many", {"retry": math.ceil(wait)})
    counted = lockout.count(plant, login, person, address)
    if counted is None:
        _log_failure(plant, person, address)
        raise PestleError("login_locked")
    if not fits() or person is None or not person.roles:
        _log_failure(plant, person, address)
        lockout.failed(plant, person, address, counted)
        raise PestleError("login_wrong")
    lockout.succeeded(plant, login, counted)
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
        policy = queries.policy_of(connection)
    created, used = datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.used_at)
    ends = policy.session_ends(created, used, row.device is not None)
    if person is None or not person.roles or clock.now() > ends:
        raise PestleError("session_expired")
    held = _password(plant, person.id)
    change = held.one_time or held.expired
    idle = policy.idle_minutes
    return Session(token, person, row.nonce, created, used, ends, change, held.expired, held.ends_at, row.device, idle)


@dataclass(frozen=True, slots=True)
class Password:
    """How a person's password of now stands: whether another gave it, and when it ends, if ever."""

    one_time: bool
    ends_at: datetime | None

    @property
    def expired(self) -> bool:
        return not self.one_time and self._ended

    @property
    def one_time_ended(self) -> bool:
        return self.one_time and self._ended

    @property
    def _ended(self) -> bool:
        return self.ends_at is not None and clock.now() >= self.ends_at


def _password(plant: Plant, person: str) -> Password:
    with plant.engine.connect() as connection:
        held = queries.credentials_of(connection, person).get("password")
        policy = queries.policy_of(connection)
    if held is None:
        return Password(False, None)
    set_at = datetime.fromisoformat(held["set_at"])
    return Password(held["one_time"], policy.password_ends(set_at, held["one_time"]))


@dataclass(frozen=True, slots=True)
class Open:
    """A session that has not ended: where, since when, last used, when it ends if it is not used again (UTC text).

    `id` names it to end it, and opens nothing; `current` is the one that asks.
    """

    id: str
    device: str | None
    address: str
    browser: str
    created_at: str
    used_at: str
    expires_at: str
    current: bool


def open_sessions(plant: Plant, person: str, token: str | None = None) -> list[Open]:
    """The newest first; what opens them nobody is told. `token` is that of who asks."""
    query = select(session).where(session.c.person == person).order_by(session.c.created_at.desc())
    with plant.engine.connect() as connection:
        rows, policy = connection.execute(query).all(), queries.policy_of(connection)
    found = []
    for row in rows:
        created, used = datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.used_at)
        ends, own = policy.session_ends(created, used, row.device is not None), token and row.token == _digest(token)
        if clock.now() <= ends:
            times = (row.created_at, row.used_at, clock.text(ends))
            found.append(Open(row.id, row.device, row.address, row.browser, *times, bool(own)))
    return found


def end(plant: Plant, person: str, session_id: str, reason: str, *, actor: str) -> None:
    """End one session, at once; PestleError `not_found` where the person has no such session open."""
    here = (session.c.person == person) & (session.c.id == session_id)
    with plant.engine.connect() as connection:
        row = connection.execute(select(session).where(here)).first()
    if row is None:
        raise PestleError("not_found")
    payload = {"person": person, "device": row.device, "address": row.address, "browser": row.browser or None}
    state(plant, Fact(SESSION_ENDED, person_stream(person), {**payload, "reason": reason}, actor=actor))
    with db.write(plant.engine) as connection:
        drop(connection, here)


def one_time(plant: Plant, person: Person) -> bool:
    """Whether the person's password is good for nothing but choosing another."""
    found = _password(plant, person.id)
    return found.one_time or found.expired


def sign_out(plant: Plant, token: str, ran_out: bool = False) -> None:
    """`ran_out`: its page found that nobody has used it for too long, so its person did not leave."""
    here = session.c.token == _digest(token)
    with db.write(plant.engine) as connection:
        if ran_out:
            connection.execute(delete(session).where(here))
        else:
            drop(connection, here)


def drop(connection: Connection, which: ColumnElement[bool]) -> None:
    """End these sessions, since somebody wants them ended."""
    names = list(connection.execute(select(session.c.id).where(which)).scalars())
    for hear in ENDED:
        hear(connection, names)
    connection.execute(delete(session).where(which))


def id_of(connection: Connection, token: str) -> str | None:
    """What names the session that this opens."""
    found: str | None = connection.execute(select(session.c.id).where(session.c.token == _digest(token))).scalar()
    return found


def _log_failure(plant: Plant, person: Person | None, address: str) -> None:
    """A name that is nobody's is not written down: people type passwords into the wrong field."""
    login = person.login if person is not None else "?"
    plant.recorder.state(Fact(SIGNIN_FAILED, "site", {"login": login, "address": str(address)}))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
