"""The kinds of identity: people, their roles and credentials, devices and their keys, who signed in and who failed."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import model, projection, queries, rules
from server.identity.model import DEVICE_ROLES, ROLES
from sync import canonical, passkeys, signing
from sync.errors import SyncError
from sync.verify.keys import KEYS_CHANGED


def _roles(least: int) -> plain.List[Any]:
    one = plain.String(validate=validate.OneOf(ROLES))
    return plain.List(one, required=True, validate=validate.Length(least, len(ROLES)))


class PersonAdded(Schema):
    person = fields.code()
    login = plain.String(required=True, validate=validate.Regexp(model.LOGIN + r"\Z"))
    name = fields.text()
    name_en = fields.text(none=True)
    roles = _roles(1)


class RolesChanged(Schema):
    """`roles` are all that the person holds from now on; none: the person has left."""

    person = fields.code()
    roles = _roles(0)
    reason = fields.text(2000)


class CredentialSet(Schema):
    """Never the secret itself: with a PIN the public half of the key that it unlocks, with a password nothing."""

    person = fields.code()
    what = fields.choice("password", "pin")
    alg = fields.choice(signing.ED25519, none=True)
    public_key = fields.text(none=True)


class DeviceEnrolled(Schema):
    device = fields.code()
    name = fields.text()
    role = fields.choice(*DEVICE_ROLES)
    alg = fields.choice(*signing.ALGORITHMS)
    public_key = fields.text()


class DeviceRevoked(Schema):
    """`last_seq`: the last entry of the device that is accepted without a flag."""

    device = fields.code()
    last_seq = fields.sequence()
    reason = fields.text(2000)


class JournalOpened(Schema):
    """The site gave `device` the key of a journal that tablet `of` had sealed; the others name the two keys."""

    device = fields.code()
    of = fields.code()
    journal = fields.text()
    recovery = fields.text()


class PasskeyAdded(Schema):
    """`credential` in base64url as WebAuthn writes ids, `public_key` a COSE_Key in canonical CBOR, base64; `rp_id` the
    name of the site that it was made for. Nothing of it is secret."""

    person = fields.code()
    credential = plain.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{1,1364}\Z"))
    public_key = fields.text()
    rp_id = fields.text(253)
    label = fields.text(60)


class PasskeyWithdrawn(Schema):
    person = fields.code()
    credential = plain.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{1,1364}\Z"))
    reason = fields.text(2000)


class SigninFailed(Schema):
    login = fields.text()
    address = fields.text()


class SignedIn(Schema):
    person = fields.code()
    device = fields.code(none=True)


class SessionsEnded(Schema):
    """All that a person had open; `reason` is why somebody else ended them."""

    person = fields.code()
    sessions = fields.whole()
    reason = fields.text(2000)


def decide_person(connection: Connection, entry: Entry) -> Ruling:
    """One person, one identity: neither a number nor a login name is given twice (IDN-01)."""
    given = entry.payload
    known = queries.find_person(connection, given["person"]) or queries.find_login(connection, given["login"])
    if known is not None:
        return Ruling(refusal="login_taken", details={"login": given["login"]})
    return _check_roles(given["roles"])


def decide_roles(connection: Connection, entry: Entry) -> Ruling:
    """Nobody changes their own: no administrator makes himself who releases, and the last one cannot go (IDN-08)."""
    given = entry.payload
    if entry.actor == given["person"]:
        return Ruling(refusal="not_permitted", details={"person": given["person"]})
    return _known(connection, given["person"]) or _check_roles(given["roles"])


def decide_credential(connection: Connection, entry: Entry) -> Ruling:
    """People set their own; an administrator gives a one-time password, and never a PIN."""
    given = entry.payload
    missing = _known(connection, given["person"])
    if missing is not None:
        return missing
    if entry.actor != given["person"]:
        if given["what"] == "pin":
            return Ruling(refusal="not_permitted", details={"person": given["person"]})
        refusal = _permit(connection, entry, "people.manage")
        if refusal is not None:
            return refusal
    if (given["what"] == "pin") != (given["public_key"] is not None and given["alg"] is not None):
        return Ruling(refusal="key_malformed", details={"person": given["person"]})
    return Ruling() if given["public_key"] is None else _check_key(given["alg"], given["public_key"])


def decide_passkey(connection: Connection, entry: Entry) -> Ruling:
    """Nobody adds one for another: whoever holds the key signs in that name (IDN-03)."""
    given = entry.payload
    if entry.actor != given["person"]:
        return Ruling(refusal="not_permitted", details={"person": given["person"]})
    missing = _known(connection, given["person"])
    if missing is not None:
        return missing
    if queries.find_passkey(connection, given["credential"]) is not None:
        return Ruling(refusal="passkey_known")
    if len(queries.passkeys_in_use(connection, given["person"])) >= rules.PASSKEYS:
        return Ruling(refusal="passkeys_too_many", details={"most": rules.PASSKEYS})
    try:
        passkeys.raw_key(canonical.decode_base64(given["public_key"]))
    except ValueError:
        return Ruling(refusal="key_malformed", details={"person": given["person"]})
    return Ruling()


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """By its holder, or for them by who manages people."""
    given = entry.payload
    found = queries.find_passkey(connection, given["credential"])
    if found is None or found.passkey.person != given["person"] or found.passkey.withdrawn:
        return Ruling(refusal="not_found", details={"credential": given["credential"]})
    if entry.actor == given["person"]:
        return Ruling()
    return _permit(connection, entry, "people.manage") or Ruling()


def decide_ending(connection: Connection, entry: Entry) -> Ruling:
    return _known(connection, entry.payload["person"]) or Ruling()


def decide_enrolment(connection: Connection, entry: Entry) -> Ruling:
    """A device is enrolled once, with a key that can be one; the server itself only by the server."""
    given = entry.payload
    known = queries.find_device(connection, given["device"])
    if known is not None or (given["role"] == model.SERVER) != (given["device"] == model.SERVER):
        return Ruling(refusal="enrolment_wrong", details={"device": given["device"]})
    return _check_key(given["alg"], given["public_key"])


def decide_revocation(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    found = queries.find_device(connection, given["device"])
    if found is None or found.role == model.SERVER:
        return Ruling(refusal="not_found", details={"device": given["device"]})
    if found.revoked_at is not None:
        return Ruling(refusal="device_revoked", details={"device": given["device"]})
    return Ruling()


def decide_journal(connection: Connection, entry: Entry) -> Ruling:
    """From one tablet to one tablet, by somebody who may enrol."""
    for device in (entry.payload["device"], entry.payload["of"]):
        if queries.device_role(connection, device) != model.TABLET:
            return Ruling(refusal="not_found", details={"device": device})
    return Ruling()


def _permit(connection: Connection, entry: Entry, permission: str) -> Ruling | None:
    """The server itself may: commands at its console act as it."""
    if entry.actor == model.SERVER or queries.permitted(connection, entry.actor, permission):
        return None
    return Ruling(refusal="not_permitted", details={"permission": permission})


def _known(connection: Connection, person: str) -> Ruling | None:
    if queries.find_person(connection, person) is not None:
        return None
    return Ruling(refusal="person_unknown", details={"person": person})


def _check_roles(roles: list[str]) -> Ruling:
    conflict = rules.conflicting_roles(roles)
    return Ruling(refusal="roles_conflict", details={"roles": conflict}) if conflict else Ruling()


def _check_key(alg: str, text: str) -> Ruling:
    try:
        signing.check_public_key(alg, canonical.decode_base64(text))
    except SyncError as error:
        return Ruling(refusal=error.code, details={"detail": error.detail})
    except ValueError:
        return Ruling(refusal="key_malformed", details={"detail": "not base64"})
    return Ruling()


_ADMINISTERS, _ENROLS = (model.SERVER, "people.manage"), (model.SERVER, "device.enrol")
KINDS = (
    Kind(model.PERSON_ADDED, PersonAdded, "decision", decide_person, projection.add_person, by=_ADMINISTERS),
    Kind(model.ROLES_CHANGED, RolesChanged, "decision", decide_roles, projection.change_roles, by=_ADMINISTERS),
    Kind(model.CREDENTIAL_SET, CredentialSet, "decision", decide_credential, projection.set_credential),
    Kind(model.DEVICE_ENROLLED, DeviceEnrolled, "decision", decide_enrolment, projection.enrol, by=_ENROLS),
    Kind(
        model.DEVICE_REVOKED,
        DeviceRevoked,
        "decision",
        decide_revocation,
        projection.revoke,
        by=(model.SERVER, "device.revoke"),
    ),
    Kind(model.JOURNAL_OPENED, JournalOpened, "decision", decide_journal, by=_ENROLS),
    Kind(model.PASSKEY_ADDED, PasskeyAdded, "decision", decide_passkey, projection.add_passkey),
    Kind(model.PASSKEY_WITHDRAWN, PasskeyWithdrawn, "decision", decide_withdrawal, projection.withdraw_passkey),
    Kind(model.SIGNIN_FAILED, SigninFailed, "observation", by_server=True),
    Kind(model.SIGNED_IN, SignedIn, "observation", by_server=True),
    Kind(model.SESSIONS_ENDED, SessionsEnded, "decision", decide_ending, by=_ADMINISTERS),
)
ROOM = Room("identity", KINDS, listeners={KEYS_CHANGED: projection.change_server_key})
