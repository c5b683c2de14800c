"""The bodies of requests about purchase orders."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.materials.purchasing.entries import PurchaseLine, PurchaseOrder


class OrdersQuery(Schema):
    q = plain.String(load_default="")
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class OrderDraft(Schema):
    """What is to be looked at before it is signed; nothing is stored."""

    supplier = fields.code()
    lines = fields.many(PurchaseLine, 1, 100)
    note = fields.text(2000, none=True)


class OrderPlacing(PurchaseOrder, SignatureFields):
    """`order` and `sha256` as they were shown; the rest is the signature."""

    sha256 = fields.sha256()


class LineClosing(Schema):
    reason = fields.text(2000)
