"""Reads of people, their permissions and keys, and of devices."""

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, bindparam, select

from server.core import clock, sealing
from server.core.outcomes import SERVER
from server.core.record import DeviceKey
from server.identity import at_capture, credentials, granting, grants, rules
from server.identity.at_capture import Capture, Since, UserKey
from server.identity.badge_entries import badge
from server.identity.grants import Area
from server.identity.model import (
    BADGE_DOMAIN,
    CREDENTIAL_SET,
    PASSWORD_CONFIRMED,
    SIGNS,
    TABLET,
    Device,
    Grant,
    HeldPasskey,
    Person,
    person_stream,
)
from server.identity.projection import (
    area,
    credential,
    device,
    passkey,
    passkey_use,
    past_password,
    person,
    place,
    policy,
)
from sync.entry import Header
from sync.log import reading, transaction
from sync.log.prepared import Prepared
from sync.log.tables import log_entry
from sync.passkeys import Passkey

# Who acts where no person does.
_SYSTEM = {"id": "server", "name": "系统", "name_en": "System"}
# Badges that were withdrawn, told with a lease.
_TOLD = 200
_key_of = Prepared(
    select(device.c.alg, device.c.public_key, device.c.role, device.c.last_seq).where(
        device.c.id == bindparam("device")
    )
)

_held_passkeys = select(passkey, passkey_use.c.used_at).outerjoin(
    passkey_use, passkey_use.c.credential == passkey.c.credential
)
# Asked of every entry that a person makes.
_grants_of = Prepared(select(person.c.grants).where(person.c.id == bindparam("person")))
_area_of = Prepared(select(place.c.area).where(place.c.place == bindparam("place")))
_role_of = Prepared(select(device.c.role).where(device.c.id == bindparam("device")))


def find_person(connection: Connection, person_id: str) -> Person | None:
    return _person(connection.execute(select(person).where(person.c.id == person_id)).first())


def find_login(connection: Connection, login: str) -> Person | None:
    return _person(connection.execute(select(person).where(person.c.login == login)).first())


def all_people(connection: Connection) -> list[Person]:
    return [found for row in connection.execute(select(person).order_by(person.c.id)) if (found := _person(row))]


def people_with(connection: Connection, *permissions: str) -> list[Person]:
    """Those who hold at least one of the permissions."""
    return [found for found in all_people(connection) if not set(permissions).isdisjoint(found.permissions)]


def people(connection: Connection, ids: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """{id, name, name_en} of each id, also of one that nobody has: devices write as actors what they like."""
    wanted = {one for one in ids if one is not None}
    found = {one: {"id": one, "name": one, "name_en": None} for one in wanted} | {"server": dict(_SYSTEM)}
    query = select(person.c.id, person.c.name, person.c.name_en).where(person.c.id.in_(wanted))
    for row in connection.execute(query):
        found[row.id] = dict(row._mapping)
    return found


def permitted(connection: Connection, person_id: str, permission: str, area: str | None = None) -> bool:
    """Whether the person holds the permission in the area; without one, whether anywhere."""
    row = transaction.first(connection, _grants_of, {"person": person_id})
    return row is not None and grants.permits(grants.parse(row[0]), permission, area)


def permitted_at(
    connection: Connection, person_id: str, permission: str, places: Iterable[str], areas: Iterable[str] = ()
) -> bool:
    """Whether the person holds the permission in the areas of all these rooms, and in these areas; a room of no area
    is anybody's."""
    every = {*areas_of(connection, places).values(), *areas}
    return all(permitted(connection, person_id, permission, one) for one in every or [None])


def areas_of(connection: Connection, places: Iterable[str]) -> dict[str, str]:
    """The area of each room that belongs to one."""
    found = {name: transaction.first(connection, _area_of, {"place": name}) for name in places}
    return {name: row[0] for name, row in found.items() if row is not None}


def all_areas(connection: Connection) -> list[Area]:
    places: dict[str, list[str]] = {}
    for row in connection.execute(select(place).order_by(place.c.place)):
        places.setdefault(row.area, []).append(row.place)
    rows = connection.execute(select(area).order_by(area.c.area))
    return [Area(row.area, {"zh": row.zh, "en": row.en}, tuple(places.get(row.area, ()))) for row in rows]


def policy_of(connection: Connection) -> rules.Policy:
    """As the plant has set it last, or as it comes."""
    row = connection.execute(select(policy)).first()
    given = {} if row is None else dict(row._mapping)
    return rules.Policy(**{name: value for name, value in given.items() if name != "id"})


@dataclass(frozen=True, slots=True)
class Given:
    """A password that somebody else gave a person: who, when, and until when signing decisions is barred (UTC text)."""

    by: str
    at: str
    until: str

    def payload(self) -> dict[str, str]:
        return {"by": self.by, "at": self.at, "until": self.until}


def given_password(connection: Connection, person_id: str) -> Given | None:
    """The last password that another has given this person, while it still bars and nobody has confirmed it.

    The hours count from when the person has chosen another: until then, and a given one holds for days, who gave it
    can still sign in with it. Read from the log itself: there is no table of it that could be changed.
    """
    kinds, now = (CREDENTIAL_SET, PASSWORD_CONFIRMED), clock.now()
    here = (log_entry.c.stream == person_stream(person_id)) & log_entry.c.kind.in_(kinds)
    counts_from = now
    for index in connection.execute(select(log_entry.c.idx).where(here).order_by(log_entry.c.idx.desc())).scalars():
        stored = reading.one(connection, index)
        if stored is None or stored.head.device != SERVER or stored.payload is None:
            continue
        at = datetime.fromisoformat(stored.stamp.recorded_at)
        if stored.head.kind == PASSWORD_CONFIRMED:
            return None
        if stored.envelope.body["what"] != "password":
            continue
        if stored.head.actor != person_id:
            return Given(stored.head.actor, clock.text(at), clock.text(counts_from + rules.COOLING))
        # One's own choice: whatever was given before it has been used up by then.
        counts_from = at
        if rules.bar_ended(at, now):
            return None
    return None


def given_passwords(connection: Connection) -> list[tuple[Person, Given]]:
    """Everybody who still works and whom a given password bars, with it."""
    since = clock.text(clock.now() - rules.COOLING)
    recent = (credential.c.one_time == 1) | (credential.c.set_at >= since)
    query = select(credential.c.person).where(credential.c.what == "password", recent)
    ids = set(connection.execute(query).scalars())
    people_ = [one for one in all_people(connection) if one.id in ids and one.roles] if ids else []
    return [(one, given) for one in people_ if (given := given_password(connection, one.id)) is not None]


def may_confirm(connection: Connection, second: str, person_id: str, given: Given) -> bool:
    """Whether this second person may vouch for a password that another gave: of who signs, only who releases; of
    others, who vouches for their training as well. Neither whose it is nor who gave it."""
    signs = any(permitted(connection, person_id, one) for one in SIGNS)
    by = ("batch.release",) if signs else ("batch.release", "training.grant")
    return second not in (person_id, given.by) and any(permitted(connection, second, one) for one in by)


def barred(connection: Connection, person_id: str, by: Iterable[str]) -> dict[str, str] | None:
    """Why a person who holds one of the permissions must not decide with it now: {by, at, until}; None if they may.

    Whoever gives another a password could sign in with it. So what is signed waits until the person had time to find
    out, or somebody else who releases has confirmed that they asked for it.
    """
    held = [one for one in by if permitted(connection, person_id, one)]
    if not held or not set(held) <= set(SIGNS):
        return None
    given = given_password(connection, person_id)
    return None if given is None else given.payload()


def user_keys(connection: Connection, person_id: str) -> list[Since[UserKey]]:
    """Every key that the person's PINs have unlocked, in the order of the log, from which they are read."""
    found = _of_person(connection, person_id, (CREDENTIAL_SET,))
    return [
        Since(one.index, one.stamp.recorded_at, at_capture.user_key(one.envelope.body, one.head.actor))
        for one in found
        if one.envelope.body["what"] == "pin"
    ]


def grants_within(connection: Connection, person_id: str, header: Header) -> list[tuple[Grant, ...]]:
    """What the person held when an entry was captured: more than one, where that was about when it changed."""
    return _grants_in_force(connection, person_id, at_capture.capture_of(header))


def grants_then(connection: Connection, person_id: str, at: str) -> list[tuple[Grant, ...]]:
    """What the person held at some time, in the same way: of what was done without a device."""
    return _grants_in_force(connection, person_id, Capture(at, 0))


def _grants_in_force(connection: Connection, person_id: str, capture: Capture) -> list[tuple[Grant, ...]]:
    now, history = granting.Standing(), []
    for one in _of_person(connection, person_id, granting.KINDS):
        now = granting.after(one.head.kind, one.envelope.body, one.head.actor, now)
        history.append(Since(one.index, one.stamp.recorded_at, now.grants))
    return at_capture.in_force(history, capture)


def _of_person(connection: Connection, person_id: str, kinds: Iterable[str]) -> list[reading.StoredEntry]:
    """The server's own entries of these kinds about a person, as far as their payloads are held."""
    here = (log_entry.c.stream == person_stream(person_id)) & (log_entry.c.device == SERVER)
    places = connection.execute(select(log_entry.c.idx).where(here, log_entry.c.kind.in_(tuple(kinds)))).scalars()
    return [one for one in reading.at(connection, sorted(places)) if one.payload is not None]


def wrapped_key(connection: Connection, person_id: str) -> dict[str, Any] | None:
    """The person's private key as leases carry it, of use only with the PIN: {alg, public_key, salt, iv, data, m,
    t, p}; None before a PIN is set."""
    secret = secret_of(connection, person_id, "pin")
    return None if secret is None else json.loads(secret)


def check_password(connection: Connection, person_id: str, password: str) -> bool:
    """Whether this is the person's password; takes as long for a person who has none."""
    return credentials.password_fits(secret_of(connection, person_id, "password"), password)


def past_passwords(connection: Connection, person_id: str) -> list[str]:
    """The hashes of the password of now and of those before it that may not be chosen again."""
    before = select(past_password.c.secret).where(past_password.c.person == person_id)
    now = secret_of(connection, person_id, "password")
    old = [sealing.unseal(one, person_id, "password") for one in connection.execute(before).scalars()]
    return [*([] if now is None else [now]), *old]


def credentials_of(connection: Connection, person_id: str) -> dict[str, dict[str, Any]]:
    """{password, pin}, as far as the person has them: {set_at, one_time}; never the secret."""
    query = select(credential.c.what, credential.c.set_at, credential.c.one_time).where(
        credential.c.person == person_id
    )
    return {row.what: {"set_at": row.set_at, "one_time": bool(row.one_time)} for row in connection.execute(query)}


def secret_of(connection: Connection, person_id: str, what: str) -> str | None:
    here = (credential.c.person == person_id) & (credential.c.what == what)
    secret: str | None = connection.execute(select(credential.c.secret).where(here)).scalar()
    return None if secret is None else sealing.unseal(secret, person_id, what)


def passkeys_in_use(connection: Connection, person_id: str) -> list[HeldPasskey]:
    """Not withdrawn, the oldest first."""
    query = _held_passkeys.where(passkey.c.person == person_id, passkey.c.withdrawn_at.is_(None))
    return [_passkey(row) for row in connection.execute(query.order_by(passkey.c.added_at, passkey.c.credential))]


def find_passkey(connection: Connection, credential_id: str) -> HeldPasskey | None:
    """Whoever's it is, withdrawn or not."""
    row = connection.execute(_held_passkeys.where(passkey.c.credential == credential_id)).first()
    return None if row is None else _passkey(row)


def passkeys_of(connection: Connection, person_id: str) -> list[Passkey]:
    """Those that were withdrawn among them; asked of every entry that one has signed."""
    rows = connection.execute(_held_passkeys.where(passkey.c.person == person_id))
    return [_passkey(row).passkey for row in rows]


def badge_in_use(connection: Connection, person_id: str) -> str | None:
    here = (badge.c.person == person_id) & badge.c.withdrawn_at.is_(None)
    name: str | None = connection.execute(select(badge.c.badge).where(here)).scalar()
    return name


def badges_withdrawn(connection: Connection) -> list[str]:
    """The last that were withdrawn, as leases tell tablets, so that they say what a card is."""
    query = select(badge.c.badge).where(badge.c.withdrawn_at.is_not(None)).order_by(badge.c.withdrawn_at.desc())
    return sorted(connection.execute(query.limit(_TOLD)).scalars())


def wrapped_by_badge(connection: Connection, person_id: str, wrapped: dict[str, Any]) -> dict[str, Any]:
    """What the person's PIN unlocks, wrapped once more by their badge: {badge, iv, data} in base64. As it is for a
    person without one."""
    name, text = badge_in_use(connection, person_id), secret_of(connection, person_id, "badge")
    if name is None or text is None:
        return wrapped
    iv = os.urandom(12)
    bound = f"{BADGE_DOMAIN}{name}\n{person_id}".encode()
    data = AESGCM(base64.b64decode(text)).encrypt(iv, json.dumps(wrapped).encode(), bound)
    return {"badge": name, "iv": base64.b64encode(iv).decode(), "data": base64.b64encode(data).decode()}


def find_device(connection: Connection, device_id: str) -> Device | None:
    row = connection.execute(select(device).where(device.c.id == device_id)).first()
    return None if row is None else _device(row)


def all_devices(connection: Connection) -> list[Device]:
    return [_device(row) for row in connection.execute(select(device).order_by(device.c.enrolled_at, device.c.id))]


def devices(connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """{id, name} of each id, also of one that is not enrolled."""
    wanted = set(ids)
    found = {one: {"id": one, "name": one} for one in wanted}
    for row in connection.execute(select(device.c.id, device.c.name).where(device.c.id.in_(wanted))):
        found[row.id] = {"id": row.id, "name": row.name}
    return found


def is_tablet_in_use(connection: Connection, device_id: str) -> bool:
    found = find_device(connection, device_id)
    return found is not None and found.role == TABLET and found.revoked_at is None


def device_role(connection: Connection, device_id: str) -> str | None:
    row = transaction.first(connection, _role_of, {"device": device_id})
    return None if row is None else row[0]


def device_key(connection: Connection, device_id: str) -> DeviceKey | None:
    """What the recorder asks of every entry that arrives."""
    found = _key_of.first(connection, {"device": device_id})
    return None if found is None else DeviceKey(*found)


def _person(row: Row[Any] | None) -> Person | None:
    if row is None:
        return None
    held = tuple(grants.parse(row.grants))
    return Person(row.id, row.login, row.name, row.name_en, tuple(row.roles.split()), held)


def _passkey(row: Row[Any]) -> HeldPasskey:
    key = Passkey(row.person, row.public_key, row.rp_id, row.withdrawn_at is not None)
    return HeldPasskey(row.credential, row.label, row.added_at, row.used_at, key)


def _device(row: Row[Any]) -> Device:
    return Device(**row._mapping)
