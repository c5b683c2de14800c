"""The bodies of requests to identity."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity import recovery
from server.identity.model import BRIDGE, LOGIN, ROLES, TABLET
from server.identity.signing import SignatureFields
from sync import signing


class SignIn(Schema):
    """`device` is named by pages from before devices proved themselves; nothing is believed of it."""

    login = fields.text()
    password = fields.text()
    device = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)


class DeviceProof(Schema):
    """`proof`: the device key's signature over the session's nonce and the device, in base64."""

    device = fields.code()
    proof = plain.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9+/]{1,200}={0,2}\Z"))


class NewPassword(Schema):
    password = fields.text()
    new = fields.text()


class NewPin(Schema):
    """The password once more: a session left open must not give away the power to sign."""

    password = fields.text()
    pin = fields.text(20)


class CodeAsked(Schema):
    """`recovers`: the tablet that is enrolled once more, having lost its keys; its journal is opened for it. `place`:
    the room where it will be kept. `replaces`: the device whose name and place it takes, and which ends with that."""

    role = fields.choice(TABLET, BRIDGE)
    recovers = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)
    place = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 80))
    replaces = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)


class PlaceGiven(Schema):
    place = fields.text(80, none=True)
    reason = fields.text(2000)


class KeyStorage(Schema):
    """What a device found when it tried its key: stored, reopened, signed, verified; out of scripts' reach; kept."""

    reopened = fields.truth()
    extractable = fields.truth()
    persisted = fields.truth()


class Wrap(Schema):
    """The key of a journal as `recovery.Wrap` has it, bytes in base64."""

    device = fields.code()
    journal = fields.text(40)
    recovery = fields.text(40)
    ephemeral = fields.text(100)
    iv = fields.text(20)
    data = fields.text(100)


class Enrol(Schema):
    code = fields.text(40)
    name = fields.text(80)
    role = fields.choice(TABLET, BRIDGE)
    alg = fields.choice(*signing.ALGORITHMS)
    public_key = fields.text()
    proof = fields.text()
    journals = plain.List(plain.Nested(Wrap), load_default=list, validate=validate.Length(max=recovery.MOST))
    storage = plain.Nested(KeyStorage, load_default=None, allow_none=True)


class Revoke(Schema):
    last_seq = fields.sequence()
    reason = fields.text(2000)


class GrantGiven(Schema):
    """A role, everywhere (`areas` is null) or in certain areas."""

    role = fields.choice(*ROLES)
    areas = plain.List(fields.text(40), required=True, allow_none=True, validate=validate.Length(1, 100))


def _grants(least: int) -> plain.List[Any]:
    return fields.many(GrantGiven, least, len(ROLES))


class NewPerson(Schema):
    login = plain.String(required=True, validate=validate.Regexp(LOGIN + r"\Z"))
    name = fields.text()
    name_en = fields.text(none=True)
    grants = _grants(1)


class NewRoles(Schema):
    """`grants` are all that the person holds from now on; none: the person has left."""

    grants = _grants(0)
    reason = fields.text(2000)


class GrantsConfirmed(SignatureFields):
    """The roles that were shown as waiting, and the signature under them."""

    grants = _grants(1)


class NewArea(Schema):
    """All that the area is from now on; `move`: its rooms leave the areas that they are in."""

    name = fields.nested(fields.TextPair)
    places = plain.List(fields.text(80), required=True, validate=validate.Length(max=500))
    move = plain.Boolean(load_default=False)
    reason = fields.text(2000)


class Reason(Schema):
    reason = fields.text(2000)
