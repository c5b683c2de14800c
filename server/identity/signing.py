"""The electronic signature: who signs, proved by two components at first and by one while nothing breaks (IDN-04).

Signing begins with both components: login and password, or a passkey, which is held and has verified its holder. The
page then gets a token that it keeps in memory alone: a reload, a locked glass or another person loses it, ten minutes
without a signature end it, and it is worth nothing in another session. With it the password is enough, without the
password it is worth nothing (21 CFR 11.200(a)(1); EU Annex 11, 14).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, g
from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection, delete, insert, select, update

from server.core import clock, db, fields
from server.core.errors import PestleError
from server.core.plant import Plant
from server.identity import access, passkeys, sessions
from server.identity.model import Person
from server.identity.passkeys import PasskeyAssertion
from server.identity.projection import signing
from server.identity.sessions import Session
from sync import canonical

UNBROKEN = timedelta(minutes=10)
SHOWN_DOMAIN = b"pestle/shown/v1\n"
# The answer to a signature names the token of the unbroken session in this header, for every room's signatures alike.
HEADER = "Pestle-Signing"
METHODS = ("password", "passkey")


class SignatureFields(Schema):
    """What a signer gives: the password, before it the login as well unless `token` says that signing goes on; or a
    passkey. `offset`: minutes east of UTC by the signer's clock; null: the server's."""

    login = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    password = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 1000))
    passkey = plain.Nested(PasskeyAssertion, load_default=None, allow_none=True)
    token = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    offset = plain.Integer(load_default=None, allow_none=True, validate=validate.Range(-840, 840))


class Signer(Schema):
    id = fields.code()
    name = fields.text()
    name_en = fields.text(none=True)


class Signed(Schema):
    """Printed name, time with zone and method, as they stand in the payload of what was signed (21 CFR 11.50, 11.70);
    the meaning stands beside them. `components`: 2 at the first signing of an unbroken session, else 1."""

    signer = fields.nested(Signer)
    signed_at = fields.time()
    offset = fields.Whole(required=True, validate=validate.Range(-840, 840))
    method = fields.choice(*METHODS)
    components = fields.whole(1, 2)
    passkey = plain.Nested(PasskeyAssertion, required=True, allow_none=True)


def shown(what: str, content: Mapping[str, Any]) -> str:
    """The digest (SHA-256, hex) of exactly what a signer saw: what kind of thing is signed, and all that it says."""
    return hashlib.sha256(SHOWN_DOMAIN + canonical.encode({"what": what, **content})).hexdigest()


def sign(plant: Plant, session: Session, given: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """The statement of a signature (`Signed`) by the session's person under what the digest is of.

    PestleError `signature_components` where one component is not enough; `signer_other` for another's login;
    `password_wrong`, `passkey_wrong`, `passkey_replayed`; `login_locked` and `signins_too_many` as at the door, where
    wrong ones are counted and logged too.
    """
    person, asserted = session.person, None
    going = _going_on(plant, session, given["token"])
    if given["passkey"] is not None:
        components, asserted = 2, _check_passkey(plant, person, given["passkey"], digest)
    elif given["password"] is None or not (going or given["login"]):
        raise PestleError("signature_components")
    else:
        components = 1 if going else 2
        _check_password(plant, person, person.login if going else given["login"], given["password"])
    _go_on(plant, session)
    return {
        "signer": {"id": person.id, "name": person.name, "name_en": person.name_en},
        "signed_at": clock.now_text(),
        "offset": own_offset() if given["offset"] is None else given["offset"],
        "method": "password" if asserted is None else "passkey",
        "components": components,
        "passkey": asserted,
    }


def own_offset() -> int:
    """The server's own zone, in minutes east of UTC."""
    offset = clock.now().astimezone().utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def register(app: Flask) -> None:
    """Answers to signatures name the token with which the page goes on, and until when (UTC text)."""

    def tell(response: Response) -> Response:
        going: Going | None = g.pop("pestle_signing", None)
        # What was signed may have been refused for another reason: whoever proved himself has done so all the same.
        if going is not None:
            response.headers[HEADER] = f"{going.token} {going.until}"
        return response

    app.after_request(tell)


@dataclass(frozen=True, slots=True)
class Going:
    """An unbroken session of signing; `until` it ends if nothing is signed in it before (UTC text)."""

    token: str
    until: str


def _check_password(plant: Plant, person: Person, login: str, password: str) -> None:
    if login.strip().lower() != person.login:
        raise PestleError("signer_other")
    try:
        sessions.authenticate(plant, person.login, password, access.address())
    except PestleError as error:
        raise PestleError("password_wrong" if error.code == "login_wrong" else error.code, error.details) from error


def _check_passkey(plant: Plant, person: Person, assertion: Mapping[str, Any], digest: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    failed = PestleError("passkey_wrong")

    def fits() -> bool:
        nonlocal failed
        try:
            found.update(passkeys.check(plant, person, assertion, digest))
        except PestleError as error:
            failed = error
        return bool(found)

    try:
        sessions.admit(plant, person.login, person, access.address(), fits)
    except PestleError as error:
        raise failed if error.code == "login_wrong" else error from None
    return found


def _going_on(plant: Plant, session: Session, token: str | None) -> bool:
    if token is None:
        return False
    with plant.engine.connect() as connection:
        row = connection.execute(select(signing).where(signing.c.token == _digest(token))).first()
    if row is None or (row.session, row.person) != (_digest(session.token), session.person.id):
        return False
    return clock.now() < datetime.fromisoformat(row.used_at) + UNBROKEN


def _go_on(plant: Plant, session: Session) -> None:
    """From this signature on for another ten minutes, under a new token each time: one that was seen is used up."""
    now = clock.now()
    with db.write(plant.engine) as connection:
        connection.execute(delete(signing).where(signing.c.used_at < clock.text(now - UNBROKEN)))
        token = secrets.token_urlsafe(32)
        # One at a time: whoever signs in two pages of one session begins anew in each.
        _replace(connection, session, token, clock.text(now))
    g.pestle_signing = Going(token, clock.text(now + UNBROKEN))


def _replace(connection: Connection, session: Session, token: str, at: str) -> None:
    here = signing.c.session == _digest(session.token)
    values = {"token": _digest(token), "person": session.person.id, "used_at": at}
    if connection.execute(update(signing).where(here).values(values)).rowcount == 0:
        connection.execute(insert(signing).values(session=_digest(session.token), **values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
