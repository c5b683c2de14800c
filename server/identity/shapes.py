"""The bodies of requests to identity."""

from marshmallow import Schema
from marshmallow import fields as plain

from server.core import fields
from server.identity.model import BRIDGE, TABLET
from sync import signing


class SignIn(Schema):
    login = fields.text()
    password = fields.text()
    device = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)


class NewPassword(Schema):
    password = fields.text()
    new = fields.text()


class NewPin(Schema):
    """The password once more: a session left open must not give away the power to sign."""

    password = fields.text()
    pin = fields.text(20)


class CodeAsked(Schema):
    role = fields.choice(TABLET, BRIDGE)


class Enrol(Schema):
    code = fields.text(40)
    name = fields.text(80)
    role = fields.choice(TABLET, BRIDGE)
    alg = fields.choice(*signing.ALGORITHMS)
    public_key = fields.text()
    proof = fields.text()


class Revoke(Schema):
    last_seq = fields.sequence()
    reason = fields.text(2000)
