"""The shapes of a printed material's balance and of a specimen of it."""

from marshmallow import Schema

from server.core import fields
from server.production.yields.shapes import Input


class MaterialBalanced(Schema):
    """What became of a printed material: `item` names it in the recipe; `inputs` are the counts, and `value` is what is
    accounted for, in per cent of what was issued."""

    batch = fields.code()
    phase = fields.code()
    item = fields.code()
    inputs = fields.many(Input, 1, 30)
    value = fields.decimal()
    unit = fields.text(20)
    comment = fields.text(2000, none=True)


class SpecimenKept(Schema):
    """A picture of a printed material, by the SHA-256 of its bytes, which go their own way; `number` and `dates` are
    what somebody has read on it: the batch number, and the dates if there are any."""

    batch = fields.code()
    phase = fields.code()
    item = fields.code()
    number = fields.text(100)
    dates = fields.text(200, none=True)
    blob = fields.sha256()
    type = fields.choice("image/jpeg", "image/png", "image/webp")
    bytes = fields.whole(1, 2 * 1024 * 1024)
    comment = fields.text(2000, none=True)
