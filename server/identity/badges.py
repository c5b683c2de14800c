"""Badges: a card or tag whose secret is shown once, names its person at a tablet, and wraps that person's key (IDN-06).

A badge reads `PESTLE-BADGE:1:<badge>:<secret>`, the secret 16 random bytes in base64url. The server keeps what HKDF
makes of the secret, sealed, and never the secret: from that nobody makes a card.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Row, delete, func, insert, select

from server.core import clock, db, sealing
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity.badge_entries import BADGE_ISSUED, BADGE_WITHDRAWN, badge
from server.identity.model import BADGE_DOMAIN, SERVER, person_stream
from server.identity.projection import credential
from server.identity.stating import state

PREFIX = "PESTLE-BADGE:1:"


@dataclass(frozen=True, slots=True)
class Badge:
    """Times are UTC text; a badge in use has neither `withdrawn_at` nor `reason`."""

    badge: str
    person: str
    issued_at: str
    withdrawn_at: str | None
    reason: str | None

    def payload(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in ("badge", "person", "issued_at", "withdrawn_at", "reason")}


def mark(origin: str) -> str:
    """What the badges of this site begin with: six hex digits of its log's name, so that another site's is known."""
    return hashlib.sha256(origin.encode()).hexdigest()[:6]


def issue(plant: Plant, person: str, *, actor: str = SERVER) -> tuple[Badge, str]:
    """A badge and, this once, its text; PestleError `badge_held` where the person has one, `person_unknown`."""
    with plant.engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(badge)).scalar() or 0
    name, secret = f"{mark(plant.log.origin)}-{count + 1:04d}", secrets.token_bytes(16)
    state(plant, Fact(BADGE_ISSUED, person_stream(person), {"person": person, "badge": name}, actor=actor))
    # A crash here: the badge stands in the log and opens nothing; it is withdrawn, and another issued.
    key = base64.b64encode(wrapping_key(name, secret)).decode()
    with db.write(plant.engine) as connection:
        _forget(connection, person)
        values = {"secret": sealing.seal(key, person, "badge"), "one_time": 0, "set_at": clock.now_text()}
        connection.execute(insert(credential).values(person=person, what="badge", **values))
        [found] = [one for one in badges_of(connection, person) if one.badge == name]
    return found, f"{PREFIX}{name}:{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def withdraw(plant: Plant, person: str, name: str, reason: str, lost: bool, *, actor: str = SERVER) -> None:
    """Lost, or given back: tablets hear of it with their next lease. PestleError `badge_unknown`."""
    payload = {"person": person, "badge": name, "reason": reason, "lost": lost}
    state(plant, Fact(BADGE_WITHDRAWN, person_stream(person), payload, actor=actor))
    with db.write(plant.engine) as connection:
        _forget(connection, person)


def wrapping_key(name: str, secret: bytes) -> bytes:
    """The AES-256 key that a badge stands for."""
    return HKDF(hashes.SHA256(), 32, b"", (BADGE_DOMAIN + name).encode()).derive(secret)


def badges_of(connection: Connection, person: str) -> list[Badge]:
    """All that a person ever had, the newest first."""
    rows = connection.execute(select(badge).where(badge.c.person == person).order_by(badge.c.badge.desc()))
    return [_badge(row) for row in rows]


def unwrap(text: str, person: str, wrapped: dict[str, Any]) -> dict[str, Any]:
    """What a tablet does with a scanned badge; cryptography's InvalidTag where it is not the one."""
    name, secret = text.removeprefix(PREFIX).split(":")
    key = wrapping_key(name, base64.urlsafe_b64decode(secret + "=="))
    iv, data = (base64.b64decode(wrapped[part]) for part in ("iv", "data"))
    opened: dict[str, Any] = json.loads(AESGCM(key).decrypt(iv, data, f"{BADGE_DOMAIN}{name}\n{person}".encode()))
    return opened


def _forget(connection: Connection, person: str) -> None:
    connection.execute(delete(credential).where((credential.c.person == person) & (credential.c.what == "badge")))


def _badge(row: Row[Any]) -> Badge:
    return Badge(**row._mapping)
