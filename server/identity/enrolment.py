"""Devices come and go: a code that an authorised person asked for, a proof that the device has its key, revocation."""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from server.core import clock, db
from server.core.errors import PestleError, from_sync
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import queries, recovery, rules
from server.identity.device_entries import DEVICE_ATTESTED, DEVICE_PLACED
from server.identity.model import (
    DEVICE_ENROLLED,
    DEVICE_REVOKED,
    JOURNAL_OPENED,
    SERVER,
    TABLET,
    Device,
    device_stream,
)
from server.identity.projection import enrolment_code
from server.identity.stating import state
from sync import canonical, signing
from sync.errors import SyncError

DOMAIN = b"pestle/enrol/v1\n"
# Without letters and digits that look alike on a label or a screen.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Application:
    """What a device sends: the code as it was typed, its name, role, algorithm, and key and proof in base64.

    `journals` are the keys of sealed journals that it still has, as `recovery.Wrap` takes them; `storage` is how its
    key is kept, as it found out itself: {reopened, extractable, persisted}.
    """

    code: str
    name: str
    role: str
    alg: str
    public_key: str
    proof: str
    journals: Sequence[Mapping[str, Any]] = ()
    storage: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`journal_keys`: the id and the raw AES-256 key of each journal that was opened."""

    device: Device
    journal_keys: Mapping[str, bytes]


def make_code(
    plant: Plant,
    role: str,
    recovers: str | None = None,
    *,
    place: str | None = None,
    replaces: str | None = None,
    actor: str = SERVER,
) -> tuple[str, str]:
    """A code for one device of this role, and until when it holds (UTC text); PestleError `not_permitted`.

    `recovers` is the tablet that lost its keys and is enrolled once more: `not_found` where there is none. `place` is
    the room where it will be kept; `replaces` the device in use whose name and place it takes and which then ends.
    """
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(2))
    expires = clock.text(clock.now() + rules.CODE_VALID)
    with db.write(plant.engine) as connection:
        if actor != SERVER and not queries.permitted(connection, actor, "device.enrol"):
            raise PestleError("not_permitted", {"permission": "device.enrol"})
        if recovers is not None and {role, queries.device_role(connection, recovers)} != {TABLET}:
            raise PestleError("not_found", {"device": recovers})
        if replaces is not None:
            _check_replaced(connection, replaces, role, actor)
        connection.execute(delete(enrolment_code).where(enrolment_code.c.expires_at < clock.now_text()))
        about = {"role": role, "recovers": recovers, "place": place, "replaces": replaces}
        values = {**about, "person": actor, "expires_at": expires}
        connection.execute(insert(enrolment_code).values(hash=_hash(code), **values))
    return code, expires


def enrol(plant: Plant, asked: Application) -> Enrolled:
    """Enrol a device that proves to have its key, and open its sealed journals where the code was made for that.

    PestleError `enrolment_wrong`, `key_malformed`, `code_wrong`; `recovery_not_permitted` and `recovery_failed` leave
    the code good.
    """
    _check_proof(asked)
    code = _find_code(plant, asked.code, asked.role)
    opened = recovery.unwrap(plant.config, asked.journals, code.recovers) if asked.journals else []
    _use_code(plant, code.hash)
    device = _enrol(plant, asked, code)
    for wrap, _ in opened:
        about = {"device": device.id, "of": wrap.device, "journal": wrap.journal, "recovery": wrap.recovery}
        state(plant, Fact(JOURNAL_OPENED, device_stream(device.id), about, actor=code.person))
    return Enrolled(device, {wrap.journal: key for wrap, key in opened})


def enrol_key(plant: Plant, name: str, role: str, alg: str, public_key: str, *, actor: str = SERVER) -> Device:
    """Enrol a key (base64) under a new device id, without code or proof: for the console of the server."""
    device = f"{role}-{secrets.token_hex(3)}"
    payload = {"device": device, "name": name, "role": role, "alg": alg, "public_key": public_key}
    return _state(plant, device, Fact(DEVICE_ENROLLED, device_stream(device), payload, actor=actor))


def place_device(plant: Plant, device: str, place: str | None, reason: str, *, actor: str = SERVER) -> None:
    """The device is kept in another room from now on; PestleError `not_found`."""
    payload = {"device": device, "place": place, "replaces": None, "reason": reason}
    state(plant, Fact(DEVICE_PLACED, device_stream(device), payload, actor=actor))


def _enrol(plant: Plant, asked: Application, code: Row[Any]) -> Device:
    """The device with its place, its attestation, and the end of the one that it replaces: all or nothing."""
    old, delivered = _replaced(plant, code.replaces)
    device, actor = f"{asked.role}-{secrets.token_hex(3)}", code.person
    name, place = (asked.name, code.place) if old is None else (old.name, code.place or old.place)
    key = {"role": asked.role, "alg": asked.alg, "public_key": asked.public_key}
    facts = [Fact(DEVICE_ENROLLED, device_stream(device), {"device": device, "name": name, **key}, actor=actor)]
    if asked.storage is not None:
        told = {"device": device, "alg": asked.alg, **asked.storage}
        facts.append(Fact(DEVICE_ATTESTED, device_stream(device), told, actor=actor))
    if place is not None or old is not None:
        where = {"device": device, "place": place, "replaces": code.replaces, "reason": None}
        facts.append(Fact(DEVICE_PLACED, device_stream(device), where, actor=actor))
    if old is not None:
        ended = {"device": old.id, "last_seq": delivered, "reason": f"→ {device}"}
        facts.append(Fact(DEVICE_REVOKED, device_stream(old.id), ended, actor=actor))
    return _state(plant, device, *facts)


def _replaced(plant: Plant, replaces: str | None) -> tuple[Device | None, int]:
    """The device that is replaced, and how much of its chain the log has."""
    if replaces is None:
        return None, 0
    with plant.engine.connect() as connection:
        return queries.find_device(connection, replaces), plant.log.device_head(connection, replaces)[0]


def _state(plant: Plant, device: str, *facts: Fact) -> Device:
    state(plant, *facts)
    with plant.engine.connect() as connection:
        found = queries.find_device(connection, device)
    assert found is not None
    return found


def revoke(plant: Plant, device: str, last_seq: int, reason: str, *, actor: str = SERVER) -> None:
    """Accept nothing of the device beyond `last_seq` without a flag; `not_found`, `device_revoked`."""
    payload = {"device": device, "last_seq": last_seq, "reason": reason}
    state(plant, Fact(DEVICE_REVOKED, device_stream(device), payload, actor=actor))


def _check_replaced(connection: Connection, replaces: str, role: str, actor: str) -> None:
    """Replacing ends a device, which takes the right to revoke one."""
    if actor != SERVER and not queries.permitted(connection, actor, "device.revoke"):
        raise PestleError("not_permitted", {"permission": "device.revoke"})
    found = queries.find_device(connection, replaces)
    if found is None or found.role != role:
        raise PestleError("not_found", {"device": replaces})
    if found.revoked_at is not None:
        raise PestleError("device_revoked", {"device": replaces})


def _check_proof(asked: Application) -> None:
    message = DOMAIN + f"{asked.code}\n{asked.public_key}".encode()
    try:
        key, proof = (canonical.decode_base64(text) for text in (asked.public_key, asked.proof))
    except ValueError as error:
        raise PestleError("enrolment_wrong") from error
    try:
        signing.check_public_key(asked.alg, key)
        signing.verify(asked.alg, key, message, proof)
    except SyncError as error:
        raise PestleError("enrolment_wrong") if error.code == "signature_wrong" else from_sync(error) from error


def _find_code(plant: Plant, code: str, role: str) -> Row[Any]:
    here = (enrolment_code.c.hash == _hash(code)) & (enrolment_code.c.role == role)
    with plant.engine.connect() as connection:
        row = connection.execute(select(enrolment_code).where(here)).first()
    if row is None or datetime.fromisoformat(row.expires_at) < clock.now():
        raise PestleError("code_wrong")
    return row


def _use_code(plant: Plant, hashed: str) -> None:
    """From now on it is used; PestleError `code_wrong` for whoever comes second."""
    with db.write(plant.engine) as connection:
        used = connection.execute(delete(enrolment_code).where(enrolment_code.c.hash == hashed))
    if used.rowcount == 0:
        raise PestleError("code_wrong")


def _hash(code: str) -> str:
    """People type codes in small letters and without the dash."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return base64.b64encode(hashlib.sha256(bare.encode()).digest()).decode()
