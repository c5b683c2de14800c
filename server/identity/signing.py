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
from sqlalchemy import Connection, delete, insert, select

from server.core import clock, db, fields
from server.core.errors import PestleError
from server.core.kinds import Entry, Ruling
from server.core.plant import Plant
from server.identity import access, passkeys, queries, sessions
from server.identity.model import Person
from server.identity.passkeys import PasskeyAssertion
from server.identity.projection import session as sessions_
from server.identity.projection import signing
from server.identity.sessions import Session
from sync import passkeys as bytewise
from sync.errors import SyncError
from sync.passkeys import shown

UNBROKEN = timedelta(minutes=10)
# The answer to a signature names the token of the unbroken session in this header, for every room's signatures alike.
HEADER = "Pestle-Signing"
METHODS = ("password", "passkey")
# Minutes east of UTC that there are.
_ZONES = validate.Range(-720, 840)


class SignatureFields(Schema):
    """What a signer gives: the password, before it the login as well unless `token` says that signing goes on; or a
    passkey. `offset`: minutes east of UTC by the signer's clock; null: the server's."""

    login = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    password = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 1000))
    passkey = plain.Nested(PasskeyAssertion, load_default=None, allow_none=True)
    token = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    offset = fields.Whole(load_default=None, allow_none=True, validate=_ZONES)


class Signer(Schema):
    id = fields.code()
    name = fields.text()
    name_en = fields.text(none=True)


class Signed(Schema):
    """Printed name, time with zone and method, as they stand in the payload of what was signed (21 CFR 11.50, 11.70);
    the meaning stands beside them. `components`: 2 at the first signing of an unbroken session, else 1."""

    signer = fields.nested(Signer)
    signed_at = fields.time()
    offset = fields.Whole(required=True, validate=_ZONES)
    method = fields.choice(*METHODS)
    components = fields.whole(1, 2)
    passkey = plain.Nested(PasskeyAssertion, required=True, allow_none=True)


def meaning(*codes: str) -> plain.Nested:
    """The field of what a signature means, {code, zh, en}, its code one of these (21 CFR 11.50(a)(3))."""
    parts: dict[str, plain.Field[Any]] = {"code": fields.choice(*codes), "zh": fields.text(), "en": fields.text()}
    return fields.nested(Schema.from_dict(parts, name="Meaning"))


def sign(plant: Plant, session: Session, given: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """The statement of a signature (`Signed`) by the session's person under what the digest is of.

    PestleError `signing_barred` under a password that another gave; `signature_components` where one component is not
    enough; `signer_other` for another's login; `password_wrong`, `passkey_wrong`, `passkey_replayed`; `login_locked`
    and `signins_too_many` as at the door, where wrong ones are counted and logged too.
    """
    person, asserted = session.person, None
    with plant.engine.connect() as connection:
        bar = barred(connection, person.id)
    if bar is not None:
        raise PestleError("signing_barred", dict(bar.details))
    going = _going_on(plant, session, given["token"])
    if given["passkey"] is not None:
        components, asserted = 2, _check_passkey(plant, person, given["passkey"], digest)
    elif given["password"] is None or not (going or given["login"]):
        raise PestleError("signature_components")
    else:
        components = 1 if going else 2
        _check_password(plant, person, given["login"] or person.login, given["password"])
    _go_on(plant, session)
    return {
        "signer": {"id": person.id, "name": person.name, "name_en": person.name_en},
        "signed_at": clock.now_text(),
        "offset": own_offset() if given["offset"] is None else given["offset"],
        "method": "password" if asserted is None else "passkey",
        "components": components,
        "passkey": asserted,
    }


def refusal(connection: Connection, entry: Entry, content: Mapping[str, Any]) -> Ruling | None:
    """Why the statement in a signed entry cannot be (`Signed`); None where nothing speaks against it.

    `content` is what was shown, as the payload says it: over that the passkey of its signer has signed.
    """
    given = entry.payload
    if given["signer"]["id"] != entry.actor:
        return Ruling(refusal="signer_other", details={"signer": given["signer"]["id"]})
    bar = barred(connection, entry.actor)
    if bar is not None:
        return bar
    if not stands(connection, entry.kind, entry.actor, given, content):
        return Ruling(refusal="passkey_wrong")
    return None


def barred(connection: Connection, person: str) -> Ruling | None:
    """Whoever was given a password by another signs nothing, and makes nothing to sign with, until a day after they
    have chosen their own or until somebody vouches for them: who gave it could do it in their name (IDN-08)."""
    given = queries.given_password(connection, person)
    return None if given is None else Ruling(refusal="signing_barred", details=given.payload())


def asserts(known: Mapping[str, bytewise.Passkey], asserted: Mapping[str, Any], digest: str) -> bool:
    """Whether one of these passkeys, by credential, has signed the digest, as every verifier of the log judges it."""
    passkey = known.get(asserted["credential"])
    if passkey is None:
        return False
    try:
        challenge = bytewise.online_challenge(asserted["nonce"], digest)
        bytewise.check(passkey, challenge, bytewise.Assertion.of(asserted))
    except SyncError:
        return False
    return True


def stands(
    connection: Connection, kind: str, person: str, given: Mapping[str, Any], content: Mapping[str, Any]
) -> bool:
    """Whether a statement (`Signed`) can be: by this person, and where it says by passkey, with one of theirs."""
    asserted = given["passkey"]
    if given["signer"]["id"] != person or (given["method"] == "passkey") != (asserted is not None):
        return False
    if asserted is None:
        return True
    known = {one.credential: one.passkey for one in queries.passkeys_in_use(connection, person)}
    return given["components"] == 2 and asserts(known, asserted, shown(kind, content))


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
    own = login.strip().lower() == person.login
    try:
        # Another's login counts as a wrong try of who is signed in, whatever the password is.
        sessions.admit(
            plant, person.login, person, access.address(), lambda: own and _is_password(plant, person, password)
        )
    except PestleError as error:
        if error.code != "login_wrong":
            raise
        raise PestleError("password_wrong" if own else "signer_other", error.details) from error


def _is_password(plant: Plant, person: Person, password: str) -> bool:
    with plant.engine.connect() as connection:
        return queries.check_password(connection, person.id, password)


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
    now, token = clock.now(), secrets.token_urlsafe(32)
    values = {"session": _digest(session.token), "person": session.person.id, "used_at": clock.text(now)}
    with db.write(plant.engine) as connection:
        connection.execute(delete(signing).where(signing.c.used_at < clock.text(now - UNBROKEN)))
        # Two that sign at once come one after the other here; the later one's page goes on.
        here = select(sessions_.c.token).where(sessions_.c.token == values["session"]).with_for_update()
        connection.execute(here).first()
        connection.execute(delete(signing).where(signing.c.session == values["session"]))
        connection.execute(insert(signing).values(token=_digest(token), **values))
    g.pestle_signing = Going(token, clock.text(now + UNBROKEN))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
