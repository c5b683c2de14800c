"""The bodies of requests about requisitions."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.materials.requisitions.entries import RequisitionLine


class RequisitionsQuery(Schema):
    q = plain.String(load_default="")
    state = plain.String(load_default="", validate=validate.OneOf(["", "open", "approved", "rejected"]))
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class RequisitionBody(Schema):
    lines = fields.many(RequisitionLine, 1, 100)
    reason = fields.text(2000)
