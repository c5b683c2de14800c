"""Passkeys (WebAuthn): made by who holds them, withdrawn, used to sign in and to sign (IDN-03).

Every assertion is judged twice: by `sync.passkeys`, as every verifier of the log will, and by the library `webauthn`,
which also holds the authenticator's counter against the last one.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection, delete, insert, select
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import bytes_to_base64url, decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey
from webauthn.helpers.exceptions import WebAuthnException

from server.core import clock, db, fields
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import queries, sessions
from server.identity.model import PASSKEY_ADDED, PASSKEY_WITHDRAWN, Person, person_stream
from server.identity.projection import challenge, passkey_use
from server.identity.sessions import Session
from server.identity.stating import state
from sync import passkeys as bytewise
from sync import signing
from sync.errors import SyncError

REGISTER, ASSERT = "register", "assert"
# Also how long a browser may wait for the person's finger; in milliseconds there.
VALID = timedelta(minutes=5)
ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA]
_CREDENTIAL = validate.Regexp(r"[A-Za-z0-9_-]{1,1364}\Z")
_BASE64 = validate.Regexp(r"[A-Za-z0-9+/]{1,4096}={0,2}\Z")
_DIGEST = validate.Regexp(r"[0-9a-f]{64}\Z")


class PasskeyAssertion(Schema):
    """An assertion as browsers send it and as it stands in payloads: `credential` in base64url as WebAuthn writes ids,
    the other bytes in base64; `nonce` is the server's, from which the challenge was made."""

    nonce = fields.text(80)
    credential = plain.String(required=True, validate=_CREDENTIAL)
    authenticator_data = plain.String(required=True, validate=_BASE64)
    client_data = plain.String(required=True, validate=_BASE64)
    signature = plain.String(required=True, validate=_BASE64)


class Asked(Schema):
    """`digest`: SHA-256 (hex) of what is to be signed; null to sign in."""

    digest = plain.String(load_default=None, allow_none=True, validate=_DIGEST)


class Registration(Schema):
    """The authenticator's answer; bytes in base64. `label` is what the person calls it."""

    nonce = fields.text(80)
    credential = plain.String(required=True, validate=_CREDENTIAL)
    client_data = plain.String(required=True, validate=_BASE64)
    attestation = plain.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9+/]{1,16384}={0,2}\Z"))
    label = fields.text(60)


def options(plant: Plant, session: Session | None, digest: str | None = None) -> dict[str, Any]:
    """What a browser asks an authenticator with: {nonce, challenge, rp_id, credentials, timeout}; the challenge in
    base64, timeout in milliseconds. Without a session any passkey of the site will do, to sign in with it.

    PestleError `passkey_place` at a site without a name.
    """
    rp_id, person = _domain(plant), None if session is None else session.person.id
    with plant.engine.connect() as connection:
        own = [] if person is None else queries.passkeys_in_use(connection, person)
    nonce = _new_challenge(plant, ASSERT, person, digest)
    return {**_asking(nonce, digest, rp_id), "credentials": [one.credential for one in own]}


def check(plant: Plant, person: Person, assertion: Mapping[str, Any], digest: str | None = None) -> dict[str, Any]:
    """The assertion as it belongs into a payload (`PasskeyAssertion`), if a passkey of this person in use made it for
    this digest with a nonce of ours, which is used up by it, rightly or wrongly.

    PestleError `passkey_wrong`, `passkey_replayed` for a nonce that was used, has expired, or was another's.
    """
    given = {name: str(assertion[name]) for name in PasskeyAssertion._declared_fields}
    _use_challenge(plant, given["nonce"], ASSERT, person.id, digest)
    with plant.engine.connect() as connection:
        own = {one.credential: one.passkey for one in queries.passkeys_in_use(connection, person.id)}
    passkey = own.get(given["credential"])
    if passkey is None:
        raise PestleError("passkey_wrong")
    asked = bytewise.online_challenge(given["nonce"], digest)
    try:
        made = bytewise.Assertion.of(given)
        bytewise.check(passkey, asked, made)
    except SyncError as error:
        raise PestleError("passkey_wrong") from error
    _count(plant, given["credential"], passkey, asked, made)
    return given


def sign_in(plant: Plant, assertion: Mapping[str, Any], address: str) -> Session:
    """A session for whose passkey this is; attempts are limited and failures logged as for passwords.

    PestleError as `check`, and `login_locked`, `signins_too_many`.
    """
    with plant.engine.connect() as connection:
        known = queries.find_passkey(connection, str(assertion["credential"]))
        person = None if known is None else queries.find_person(connection, known.passkey.person)
    failed = [PestleError("passkey_wrong")]

    def fits() -> bool:
        try:
            return person is not None and bool(check(plant, person, assertion))
        except PestleError as error:
            failed[0] = error
            return False

    # Passkeys that nobody has are counted by themselves, so that they lock nobody out.
    login = f"passkey {assertion['credential']}" if person is None else person.login
    try:
        found = sessions.admit(plant, login, person, address, fits)
    except PestleError as error:
        raise failed[0] if error.code == "login_wrong" else error from None
    return sessions.begin(plant, found, address)


def registration(plant: Plant, person: Person) -> dict[str, Any]:
    """What a browser makes a passkey with: as `options`, with {user: {id, name, display_name}, exclude}."""
    rp_id = _domain(plant)
    with plant.engine.connect() as connection:
        own = queries.passkeys_in_use(connection, person.id)
    nonce = _new_challenge(plant, REGISTER, person.id, None)
    # Authenticators show name and display name; the id tells whose passkey it is, and is nobody's name.
    user = {"id": person.id, "name": person.login, "display_name": person.name}
    return {**_asking(nonce, None, rp_id), "user": user, "exclude": [one.credential for one in own]}


def add(plant: Plant, person: Person, given: Mapping[str, Any], origin: str) -> None:
    """Take up a passkey that the person's authenticator has just made at `origin`; the log gets its public key.

    PestleError `passkey_wrong`, `passkey_replayed`, `passkey_place`, `passkey_known`, `passkeys_too_many`.
    """
    rp_id = _domain(plant)
    _use_challenge(plant, given["nonce"], REGISTER, person.id, None)
    answer = {"clientDataJSON": _urlsafe(given["client_data"]), "attestationObject": _urlsafe(given["attestation"])}
    try:
        made = verify_registration_response(
            credential=_credential(given["credential"], answer),
            expected_challenge=bytewise.online_challenge(given["nonce"], None),
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        key = _cose(made.credential_public_key)
    except (WebAuthnException, ValueError) as error:
        raise PestleError("passkey_wrong") from error
    payload = {
        "person": person.id,
        "credential": bytes_to_base64url(made.credential_id),
        "public_key": base64.b64encode(key).decode(),
        "rp_id": rp_id,
        "label": given["label"],
    }
    # Its first use is taken with whatever count it has.
    state(plant, Fact(PASSKEY_ADDED, person_stream(person.id), payload, actor=person.id))


def withdraw(plant: Plant, person: str, credential: str, reason: str, *, actor: str) -> None:
    """From now on it neither signs in nor signs; PestleError `not_found`, `not_permitted`."""
    payload = {"person": person, "credential": credential, "reason": reason}
    state(plant, Fact(PASSKEY_WITHDRAWN, person_stream(person), payload, actor=actor))


def _asking(nonce: str, digest: str | None, rp_id: str) -> dict[str, Any]:
    asked = base64.b64encode(bytewise.online_challenge(nonce, digest)).decode()
    return {"nonce": nonce, "challenge": asked, "rp_id": rp_id, "timeout": int(VALID.total_seconds() * 1000)}


def _domain(plant: Plant) -> str:
    if plant.config.passkey_domain is None:
        raise PestleError("passkey_place", {"domain": None})
    return plant.config.passkey_domain


def _new_challenge(plant: Plant, purpose: str, person: str | None, digest: str | None) -> str:
    nonce, now = secrets.token_urlsafe(24), clock.now()
    values = {"purpose": purpose, "person": person, "digest": digest or "", "expires_at": clock.text(now + VALID)}
    with db.write(plant.engine) as connection:
        connection.execute(delete(challenge).where(challenge.c.expires_at < clock.text(now)))
        connection.execute(insert(challenge).values(nonce=nonce, **values))
    return nonce


def _use_challenge(plant: Plant, nonce: str, purpose: str, person: str, digest: str | None) -> None:
    """Of two that use it at once one finds it gone: the database deletes a row once."""
    with db.write(plant.engine) as connection:
        here = challenge.c.nonce == nonce
        row = connection.execute(select(challenge).where(here)).first()
        used = connection.execute(delete(challenge).where(here)).rowcount == 1
    if row is None or not used or row.expires_at < clock.now_text():
        raise PestleError("passkey_replayed")
    if row.purpose != purpose or row.person not in (None, person) or row.digest != (digest or ""):
        raise PestleError("passkey_replayed")


def _count(plant: Plant, credential: str, passkey: bytewise.Passkey, asked: bytes, made: bytewise.Assertion) -> None:
    """Judge it by the library too, with the counter of the last time: one that has not grown tells of a copy."""
    answer = {
        "authenticatorData": bytes_to_base64url(made.authenticator_data),
        "clientDataJSON": bytes_to_base64url(made.client_data),
        "signature": bytes_to_base64url(made.signature),
    }
    with db.write(plant.engine) as connection:
        here = passkey_use.c.credential == credential
        # There must be a row to lock, or two first uses at once would each be the first.
        db.put_missing(connection, passkey_use, {"credential": credential, "counter": 0, "used_at": clock.now_text()})
        last = connection.execute(select(passkey_use.c.counter).where(here).with_for_update()).scalar_one()
        try:
            verified = verify_authentication_response(
                credential=_credential(credential, answer),
                expected_challenge=asked,
                expected_rp_id=passkey.rp_id,
                # Which origins are the site's was judged above; a port of its own is its own.
                expected_origin=bytewise.origin(made),
                credential_public_key=passkey.public_key,
                credential_current_sign_count=last,
                require_user_verification=True,
            )
        except WebAuthnException as error:
            raise PestleError("passkey_wrong") from error
        _keep_count(connection, credential, verified.new_sign_count)


def _keep_count(connection: Connection, credential: str, count: int) -> None:
    db.put(connection, passkey_use, {"credential": credential, "counter": count, "used_at": clock.now_text()})


def _credential(credential: str, answer: Mapping[str, str]) -> dict[str, Any]:
    """As the library takes it, which is as browsers write it (`PublicKeyCredential.toJSON`)."""
    return {"id": credential, "rawId": credential, "type": "public-key", "response": dict(answer)}


def _urlsafe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_").rstrip("=")


def _cose(data: bytes) -> bytes:
    """The key in the one spelling that stands in the log, whatever the authenticator's was."""
    key = decode_credential_public_key(data)
    if isinstance(key, DecodedEC2PublicKey) and key.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256:
        return bytewise.cose_key(signing.ES256, b"\x04" + key.x + key.y)
    if isinstance(key, DecodedOKPPublicKey) and key.alg == COSEAlgorithmIdentifier.EDDSA:
        return bytewise.cose_key(signing.ED25519, key.x)
    raise PestleError("passkey_wrong")
