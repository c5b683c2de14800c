"""The bodies of requests about receiving."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.materials.receiving import model
from server.materials.receiving.entries import Damage, Delivered, ReceivingRuleSet

_UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"


class ContainerBody(Schema):
    """A container that came, with what is in it, which is more than nothing."""

    quantity = fields.nested(fields.AmountShape)
    location = fields.code(none=True)
    damage = fields.nested(Damage, none=True)


class ReceiptBody(Delivered):
    """A delivery, to which the server adds number, sum and retest. `despite`: what was told, and is received all the
    same; `request`: a UUIDv7, which the entry of the receipt bears; the same one again takes in nothing more."""

    request = plain.String(required=True, validate=validate.Regexp(_UUID7))
    containers = plain.List(
        plain.Nested(ContainerBody), required=True, validate=validate.Length(1, model.MOST_CONTAINERS)
    )
    despite = fields.words(0, 20)


class RuleBody(ReceivingRuleSet):
    """The rule of receiving from now on."""
