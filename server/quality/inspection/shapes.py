"""The bodies of requests about inspections and samples."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.quality.inspection import model
from server.quality.inspection.entries import SampledContainer


class InspectionsQuery(Schema):
    """`open`: those of which something is missing, or all."""

    q = plain.String(load_default="")
    open = plain.Boolean(load_default=True)
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class Opening(Schema):
    """An inspection that no receipt is the cause of: a lot that is to be tested again, for example."""

    material = fields.code()
    lot = fields.number()
    reason = fields.text(2000)


class ContainerQuery(Schema):
    label = fields.number()


class Taking(Schema):
    """What is put into one sample; its number the server gives."""

    purpose = fields.choice(*model.PURPOSES)
    containers = fields.many(SampledContainer, 1, 100)
    comment = fields.text(2000, none=True)


class Voiding(Schema):
    reason = fields.text(2000)


class Handing(Schema):
    """`to`: whom it is handed to; `until` of what is stored, the last day; `reason` of what is destroyed."""

    step = fields.choice(*model.STEPS)
    place = fields.text(none=True)
    to = fields.code(none=True)
    until = fields.day(none=True)
    reason = fields.text(2000, none=True)
