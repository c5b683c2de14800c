"""The kinds of identity: people, their roles and credentials, devices and their keys, who signed in and who failed."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import granting_entries, model, projection, queries, rules
from server.identity import signing as signing_rules
from server.identity.badge_entries import KINDS as BADGES
from server.identity.device_entries import KINDS as DEVICES
from server.identity.granting_entries import KINDS as GRANTED
from server.identity.granting_entries import GrantShape, area, decide_granting
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


class PersonAddedV2(Schema):
    person = fields.code()
    login = plain.String(required=True, validate=validate.Regexp(model.LOGIN + r"\Z"))
    name = fields.text()
    name_en = fields.text(none=True)
    grants = fields.many(GrantShape, 1, len(ROLES))


class RolesChangedV2(Schema):
    """`grants` are all that the person holds from now on; none: the person has left."""

    person = fields.code()
    grants = fields.many(GrantShape, 0, len(ROLES))
    reason = fields.text(2000)


class AreaSet(Schema):
    """All that an area is from now on, whether it is new or was here: its names, and the rooms that it has."""

    area = area()
    name = fields.nested(fields.TextPair)
    places = plain.List(fields.text(80), required=True, validate=validate.Length(0, 500))
    reason = fields.text(2000)


class AreaWithdrawn(Schema):
    area = area()
    reason = fields.text(2000)


class PolicySet(Schema):
    """How long passwords and sessions last from now on; `password_days` 0 is for ever."""

    password_days = fields.whole(0, 1096)
    one_time_hours = fields.whole(1, 336)
    idle_minutes = fields.whole(5, 480)
    tablet_minutes = fields.whole(1, 240)
    absolute_hours = fields.whole(1, 24)
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


class DeviceProven(Schema):
    """A session of the person is one of this tablet, whose key has signed that it is."""

    person = fields.code()
    device = fields.code()


class SessionsEnded(Schema):
    """All that a person had open; `reason` is why somebody else ended them."""

    person = fields.code()
    sessions = fields.whole()
    reason = fields.text(2000)


class SessionEnded(Schema):
    """One of a person's sessions, ended by themselves from another, or by an administrator; where it was."""

    person = fields.code()
    device = fields.code(none=True)
    address = fields.text()
    browser = fields.text(none=True)
    reason = fields.text(2000)


class LoginLocked(Schema):
    """So many wrong passwords that no other is tried for a while; "everywhere": of all browsers that are new to the
    login, else of those behind the address."""

    person = fields.code(none=True)
    address = fields.text()
    everywhere = fields.truth()
    attempts = fields.whole(1)
    until = fields.time()


class LoginUnlocked(Schema):
    person = fields.code()
    reason = fields.text(2000)


class PasswordConfirmed(Schema):
    """Somebody who releases, too, has heard from the person that the password which another gave is wanted."""

    person = fields.code()
    reason = fields.text(2000)


def decide_person(connection: Connection, entry: Entry) -> Ruling:
    """One person, one identity: neither a number nor a login name is given twice (IDN-01)."""
    given = entry.payload
    known = queries.find_person(connection, given["person"]) or queries.find_login(connection, given["login"])
    if known is not None:
        return Ruling(refusal="login_taken", details={"login": given["login"]})
    return decide_granting(connection, entry)


def decide_roles(connection: Connection, entry: Entry) -> Ruling:
    """Nobody changes their own: no administrator makes himself who releases, and the last one cannot go (IDN-08)."""
    given = entry.payload
    if entry.actor == given["person"]:
        return Ruling(refusal="not_permitted", details={"person": given["person"]})
    return _known(connection, given["person"]) or decide_granting(connection, entry)


def decide_area(connection: Connection, entry: Entry) -> Ruling:
    """A room is in one area: two would leave open whose work it is."""
    given = entry.payload
    places = queries.areas_of(connection, given["places"])
    taken = {place: area for place, area in places.items() if area != given["area"]}
    return Ruling(refusal="place_taken", details=taken) if taken else Ruling()


def decide_area_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """Not while somebody's roles are limited to it: what they permit then would be anybody's guess."""
    area = entry.payload["area"]
    if area not in {one.area for one in queries.all_areas(connection)}:
        return Ruling(refusal="area_unknown", details={"areas": [area]})
    holding = granting_entries.limited_to(connection, area)
    return Ruling(refusal="area_in_use", details={"people": holding}) if holding else Ruling()


def decide_credential(connection: Connection, entry: Entry) -> Ruling:
    """People set their own; an administrator gives a one-time password, and never a PIN: that the console does."""
    given = entry.payload
    missing = _known(connection, given["person"])
    if missing is not None:
        return missing
    if entry.actor != given["person"]:
        if given["what"] == "pin" and entry.actor != model.SERVER:
            return Ruling(refusal="not_permitted", details={"person": given["person"]})
        refusal = _permit(connection, entry, "people.manage")
        if refusal is not None:
            return refusal
    if given["what"] == "pin":
        # A key stays when the password that somebody else knew has long been changed.
        barred = signing_rules.barred(connection, entry.actor)
        if barred is not None:
            return barred
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
    # It stays as well.
    barred = signing_rules.barred(connection, entry.actor)
    if barred is not None:
        return barred
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


def decide_session(connection: Connection, entry: Entry) -> Ruling:
    """People end their own sessions, administrators those of others."""
    own = entry.actor == entry.payload["person"]
    refused = None if own else _permit(connection, entry, "people.manage")
    return refused or _known(connection, entry.payload["person"]) or Ruling()


def decide_confirmation(connection: Connection, entry: Entry) -> Ruling:
    """By a third person, who has not been given a password by another: neither whose it is nor who gave it (IDN-08)."""
    person = entry.payload["person"]
    barred = signing_rules.barred(connection, entry.actor)
    if barred is not None:
        return barred
    given = queries.given_password(connection, person)
    if given is None:
        return Ruling(refusal="nothing_to_confirm", details={"person": person})
    if not queries.may_confirm(connection, entry.actor, person, given):
        return Ruling(refusal="not_permitted", details={"person": entry.actor})
    return Ruling()


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
    Kind(model.PERSON_ADDED, PersonAdded, "decision", decide_person, granting_entries.add_person, by=_ADMINISTERS),
    Kind(model.ROLES_CHANGED, RolesChanged, "decision", decide_roles, granting_entries.project, by=_ADMINISTERS),
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
    Kind(model.DEVICE_PROVEN, DeviceProven, "observation", by_server=True),
    Kind(model.SESSIONS_ENDED, SessionsEnded, "decision", decide_ending, by=_ADMINISTERS),
    Kind(model.PERSON_ADDED_V2, PersonAddedV2, "decision", decide_person, granting_entries.add_person, by=_ADMINISTERS),
    Kind(model.ROLES_CHANGED_V2, RolesChangedV2, "decision", decide_roles, granting_entries.project, by=_ADMINISTERS),
    Kind(
        model.PERSON_ADDED_V3,
        granting_entries.PersonAddedV3,
        "decision",
        decide_person,
        granting_entries.add_person,
        by=_ADMINISTERS,
    ),
    Kind(
        model.ROLES_CHANGED_V3,
        granting_entries.RolesChangedV3,
        "decision",
        decide_roles,
        granting_entries.project,
        by=_ADMINISTERS,
    ),
    Kind(model.AREA_SET, AreaSet, "decision", decide_area, projection.set_area, by=_ADMINISTERS),
    Kind(
        model.AREA_WITHDRAWN,
        AreaWithdrawn,
        "decision",
        decide_area_withdrawal,
        projection.withdraw_area,
        by=_ADMINISTERS,
    ),
    Kind(model.POLICY_SET, PolicySet, "decision", project=projection.set_policy, by=_ADMINISTERS),
    Kind(model.LOGIN_LOCKED, LoginLocked, "observation", by_server=True),
    Kind(model.LOGIN_UNLOCKED, LoginUnlocked, "decision", decide_ending, by=_ADMINISTERS),
    Kind(model.SESSION_ENDED, SessionEnded, "decision", decide_session),
    Kind(model.PASSWORD_CONFIRMED, PasswordConfirmed, "decision", decide_confirmation, by=model.VOUCH),
)
ROOM = Room("identity", (*KINDS, *GRANTED, *BADGES, *DEVICES), listeners={KEYS_CHANGED: projection.change_server_key})
