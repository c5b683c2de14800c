"""What is done with people: added, given roles, a password, a PIN. The log gets the fact, the workspace the secret."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from server.core import clock, db, sealing
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import credentials, granting, lockout, queries, rules, sessions, signing
from server.identity.grants import Area
from server.identity.model import (
    AREA_SET,
    AREA_WITHDRAWN,
    CREDENTIAL_SET,
    GRANT_CONFIRMED,
    GRANT_DECLINED,
    LOGIN_UNLOCKED,
    PASSWORD_CONFIRMED,
    PERSON_ADDED_V3,
    POLICY_SET,
    ROLES_CHANGED_V3,
    SERVER,
    SESSIONS_ENDED,
    Grant,
    Person,
    person_stream,
)
from server.identity.projection import credential, past_password, session
from server.identity.rules import Policy
from server.identity.stating import state
from sync.passkeys import shown


def add_person(
    plant: Plant, login: str, name: str, name_en: str | None, granted: Sequence[str | Grant], *, actor: str = SERVER
) -> Person:
    """A new person under the next number, with roles that hold everywhere or grants that say where. What signs waits
    for a second person, unless the console grants it.

    PestleError `login_taken`, `roles_conflict`, `area_unknown`, `not_permitted`.
    """
    with plant.engine.connect() as connection:
        number = f"P-{len(queries.all_people(connection)) + 1:04d}"
    about = {"person": number, "login": login, "name": name, "name_en": name_en}
    held, waiting = _split((), _grants(granted), actor)
    state(plant, Fact(PERSON_ADDED_V3, person_stream(number), about | _lines(held, waiting), actor=actor))
    return Person(number, login, name, name_en, tuple(one.role for one in held), tuple(held))


def change_roles(
    plant: Plant, person: str, granted: Sequence[str | Grant], reason: str, *, actor: str = SERVER
) -> None:
    """All the roles from now on, those that wait for a second person among them; with none the person can no longer
    sign in, and open sessions end."""
    with plant.engine.connect() as connection:
        before = queries.find_person(connection, person)
    held, waiting = _split(before.grants if before else (), _grants(granted), actor)
    payload = {"person": person, **_lines(held, waiting), "reason": reason}
    state(plant, Fact(ROLES_CHANGED_V3, person_stream(person), payload, actor=actor))
    if not held:
        _end_sessions(plant, person)


def confirm_grants(
    plant: Plant, session: sessions.Session, person: str, lines: Sequence[Mapping[str, Any]], given: Mapping[str, Any]
) -> None:
    """The second person's signature under the roles that wait; PestleError as `signing.sign`, `nothing_to_confirm`,
    `grants_stale` where others wait by now, `not_permitted` for who granted them or may not sign as much."""
    seen = {"person": person, "grants": [dict(one) for one in lines], "meaning": dict(granting.MEANING)}
    signed = signing.sign(plant, session, given, shown(GRANT_CONFIRMED, granting.said(seen)))
    state(plant, Fact(GRANT_CONFIRMED, person_stream(person), seen | signed, actor=session.person.id))


def decline_grants(plant: Plant, person: str, reason: str, *, actor: str) -> None:
    """Refuse what waits, or take it back; PestleError `nothing_to_confirm`."""
    state(plant, Fact(GRANT_DECLINED, person_stream(person), {"person": person, "reason": reason}, actor=actor))


def _split(held: Sequence[Grant], wanted: Sequence[Grant], actor: str) -> tuple[list[Grant], list[Grant]]:
    return (list(wanted), []) if actor == SERVER else granting.split(held, wanted)


def _lines(held: Sequence[Grant], waiting: Sequence[Grant]) -> dict[str, Any]:
    return {"grants": [one.payload() for one in held], "waiting": [one.payload() for one in waiting]}


def _grants(granted: Sequence[str | Grant]) -> tuple[Grant, ...]:
    return tuple(Grant(one) if isinstance(one, str) else one for one in granted)


def set_area(
    plant: Plant,
    area: str,
    name: dict[str, str],
    places: list[str],
    reason: str,
    *,
    move: bool = False,
    actor: str = SERVER,
) -> None:
    """An area, new or changed: all that it is from now on; PestleError `place_taken`.

    With `move` its rooms leave other areas in the same step: in between they would be of none, and so anybody's.
    """
    left = _without(plant, area, places) if move else []
    lines = [*((one.area, one.name, list(one.places)) for one in left), (area, name, places)]
    payloads = [{"area": one, "name": names, "places": rooms, "reason": reason} for one, names, rooms in lines]
    state(plant, *(Fact(AREA_SET, "site", payload, actor=actor) for payload in payloads))


def _without(plant: Plant, area: str, places: Sequence[str]) -> list[Area]:
    """The other areas that have some of these rooms, without them."""
    with plant.engine.connect() as connection:
        others = [one for one in queries.all_areas(connection) if one.area != area and set(one.places) & set(places)]
    return [replace(one, places=tuple(room for room in one.places if room not in places)) for one in others]


def withdraw_area(plant: Plant, area: str, reason: str, *, actor: str = SERVER) -> None:
    """PestleError `area_in_use` while somebody's roles are limited to it."""
    state(plant, Fact(AREA_WITHDRAWN, "site", {"area": area, "reason": reason}, actor=actor))


def set_policy(plant: Plant, policy: Policy, reason: str, *, actor: str = SERVER) -> None:
    """How long passwords and sessions last from now on, those that there are included."""
    state(plant, Fact(POLICY_SET, "site", {**asdict(policy), "reason": reason}, actor=actor))


def unlock(plant: Plant, person: str, reason: str, *, actor: str = SERVER) -> None:
    """Let a login be tried again before the time is over."""
    login = find(plant, person).login
    state(plant, Fact(LOGIN_UNLOCKED, person_stream(person), {"person": person, "reason": reason}, actor=actor))
    # A crash here: the log tells of an unlocking that the time brings by itself; it can be said again.
    with db.write(plant.engine) as connection:
        lockout.unlock(connection, login)


def confirm_password(plant: Plant, person: str, reason: str, *, actor: str) -> None:
    """A third person vouches for somebody whom another gave a password: signing is barred no longer (IDN-08)."""
    payload = {"person": person, "reason": reason}
    state(plant, Fact(PASSWORD_CONFIRMED, person_stream(person), payload, actor=actor))


def give_password(plant: Plant, person: str, *, actor: str = SERVER) -> str:
    """A one-time password: good for signing in and choosing another, for nothing else (IDN-02)."""
    password = secrets.token_urlsafe(12)
    _set_password(plant, person, password, actor, one_time=True)
    return password


def end_sessions(plant: Plant, person: str, reason: str, *, actor: str = SERVER) -> int:
    """Sign a person out everywhere, for a tablet left open or a password that got about; how many sessions ended."""
    count = len(sessions.open_sessions(plant, person))
    payload = {"person": person, "sessions": count, "reason": reason}
    state(plant, Fact(SESSIONS_ENDED, person_stream(person), payload, actor=actor))
    _end_sessions(plant, person)
    return count


def set_password(plant: Plant, person: str, password: str) -> None:
    """The person's own choice; PestleError `password_weak`, or `password_used` for one of the last.

    Whoever knew the old one is signed out.
    """
    if rules.password_weak(password, find(plant, person).login):
        raise PestleError("password_weak")
    with plant.engine.connect() as connection:
        past = queries.past_passwords(connection, person)
    if any(credentials.password_fits(one, password) for one in past):
        raise PestleError("password_used", {"last": rules.PAST_PASSWORDS})
    _set_password(plant, person, password, person, one_time=False)


def set_pin(plant: Plant, person: str, pin: str, *, actor: str | None = None) -> None:
    """A new user key that this PIN unlocks, for signing on tablets without the server (IDN-05): set by the person, or
    at the server's console. PestleError `pin_weak`, `signing_barred` under a password that another gave."""
    find(plant, person)
    if rules.pin_weak(pin):
        raise PestleError("pin_weak")
    wrapped = credentials.new_user_key(pin)
    _state_credential(plant, person, "pin", actor or person, wrapped)
    with db.write(plant.engine) as connection:
        _keep(connection, person, "pin", json.dumps(wrapped), one_time=False)


def _set_password(plant: Plant, person: str, password: str, actor: str, one_time: bool) -> None:
    hashed = credentials.hash_password(password)
    _state_credential(plant, person, "password", actor, None)
    # A crash here: the log tells of a password that was never stored, the old one still holds; it is set once more.
    with db.write(plant.engine) as connection:
        _keep_past(connection, person)
        _keep(connection, person, "password", hashed, one_time)
        sessions.drop(connection, session.c.person == person)


def _state_credential(plant: Plant, person: str, what: str, actor: str, wrapped: dict[str, object] | None) -> None:
    key = {"alg": None, "public_key": None} if wrapped is None else {n: wrapped[n] for n in ("alg", "public_key")}
    payload = {"person": person, "what": what, **key}
    state(plant, Fact(CREDENTIAL_SET, person_stream(person), payload, actor=actor))


def _keep(connection: Connection, person: str, what: str, secret: str, one_time: bool) -> None:
    sealed = sealing.seal(secret, person, what)
    values = {"person": person, "what": what, "secret": sealed, "one_time": int(one_time), "set_at": clock.now_text()}
    db.put(connection, credential, values)


def _keep_past(connection: Connection, person: str) -> None:
    """The password that another takes the place of, and of those before it the last ones."""
    here = (credential.c.person == person) & (credential.c.what == "password")
    now = connection.execute(select(credential.c.secret, credential.c.set_at).where(here)).first()
    if now is not None:
        connection.execute(insert(past_password).values(person=person, secret=now.secret, set_at=now.set_at))
    kept = select(past_password.c.secret).where(past_password.c.person == person)
    kept = kept.order_by(past_password.c.set_at.desc()).limit(rules.PAST_PASSWORDS)
    older = past_password.c.secret.not_in(list(connection.execute(kept).scalars()))
    connection.execute(delete(past_password).where(past_password.c.person == person, older))


def seal_all(engine: Engine) -> None:
    """Seal what was written before the site had its secret; called at each opening."""
    with db.write(engine) as connection:
        for row in connection.execute(select(credential)).all():
            if sealing.waits(row.secret):
                here = (credential.c.person == row.person) & (credential.c.what == row.what)
                sealed = sealing.seal(row.secret, row.person, row.what)
                connection.execute(update(credential).where(here).values(secret=sealed))
        for row in connection.execute(select(past_password)).all():
            if sealing.waits(row.secret):
                here = (past_password.c.person == row.person) & (past_password.c.secret == row.secret)
                sealed = sealing.seal(row.secret, row.person, "password")
                connection.execute(update(past_password).where(here).values(secret=sealed))


def _end_sessions(plant: Plant, person: str) -> None:
    with db.write(plant.engine) as connection:
        sessions.drop(connection, session.c.person == person)


def find(plant: Plant, person: str) -> Person:
    """PestleError `person_unknown` where there is none."""
    with plant.engine.connect() as connection:
        found = queries.find_person(connection, person)
    if found is None:
        raise PestleError("person_unknown", {"person": person})
    return found
