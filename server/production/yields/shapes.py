"""The shapes of a yield and of its explanation."""

from marshmallow import Schema

from server.core import fields


class Input(Schema):
    """A value that the yield was calculated over, and the entries that it is the sum of; none: it was typed."""

    id = fields.code()
    value = fields.decimal()
    unit = fields.text(20)
    entries = fields.words(0, 200)


class YieldRecorded(Schema):
    batch = fields.code()
    phase = fields.code()
    inputs = fields.many(Input, 1, 30)
    value = fields.decimal()
    unit = fields.text(20)
    comment = fields.text(2000, none=True)


class YieldExplained(Schema):
    """Why a yield is out of its limits, signed by who may say so: `entry` is the yield's."""

    batch = fields.code()
    phase = fields.code()
    entry = fields.entry_id()
    explanation = fields.text(2000)
    explained_by = fields.code()
