"""The bodies and parameters of requests to handhelds and from the bridge."""

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.handheld.bridge import MOST

# Base64 of the largest entry.
_ENVELOPE = 96 * 1024


class LeaseAsked(Schema):
    """A batch by its number, or any unit of work by its stream. `proof`: the device's signature over the session's
    nonce, what it named and, if it names one, the point for which the keys of people are to be sealed (P-256,
    uncompressed); both in base64."""

    device = fields.code()
    batch = plain.String(load_default=None, validate=fields.IS_CODE)
    unit = plain.String(load_default=None, validate=validate.Length(1, 200))
    proof = fields.text()
    agreement = plain.String(load_default=None, validate=validate.Length(1, 200))

    @validates_schema
    def check_named(self, data: dict[str, object], **kwargs: object) -> None:
        if (data["batch"] is None) == (data["unit"] is None):
            raise ValidationError("either a batch or a unit of work", "batch")


class LeaseBack(Schema):
    """`proof`: the device's signature over the lease and its last sequence, in base64."""

    device = fields.code()
    last_seq = fields.sequence()
    proof = fields.text()


class DocumentAsked(Schema):
    """`proof`: the device's signature over the session's nonce, the document's name and its own id, in base64."""

    device = fields.code()
    proof = fields.text()


class LeaseRevoked(Schema):
    reason = fields.text(2000)


class Settled(Schema):
    device = fields.code()
    reason = fields.text(2000)


class DeviceNamed(Schema):
    device = fields.code()


class DeviceMaybe(Schema):
    device = plain.String(load_default=None, validate=fields.IS_CODE)


class Records(Schema):
    """Entries in wire form, each in base64, in the order of the bridge's chain."""

    device = fields.code()
    envelopes = plain.List(
        plain.String(validate=validate.Length(1, _ENVELOPE)), required=True, validate=validate.Length(1, MOST)
    )


class Live(Schema):
    """`proof`: the bridge's signature over the canonical bytes of the other fields. `battery`, in percent, only of a
    balance that has one."""

    device = fields.code()
    balance = fields.code()
    battery = fields.Whole(validate=validate.Range(0, 100))
    net = fields.nested(fields.QuantityShape, none=True)
    quality = fields.choice("stable", "dynamic", "overload", "underload", "unknown", "lost")
    at = fields.time()
    proof = fields.text()

    @validates_schema
    def check_net(self, data: dict[str, object], **kwargs: object) -> None:
        if data["quality"] == "stable" and data["net"] is None:
            raise ValidationError("a stable weight has a value", "net")
