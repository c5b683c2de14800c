"""The shapes of entries and requests about stock."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.materials.masters.model import STORAGES
from server.materials.stock import model


class LocationDefined(Schema):
    """`warehouse`: the code of the area that it is in; `storage`: what it keeps things at, where that is controlled."""

    location = fields.code()
    name = fields.nested(fields.TextPair)
    warehouse = fields.code()
    kind = fields.choice(*model.KINDS_OF_PLACE)
    storage = fields.choice(*STORAGES, none=True)
    active = fields.truth()


class StockRuleSet(Schema):
    """How many days ahead people are told."""

    expiry_days = fields.whole(0, 3650)
    retest_days = fields.whole(0, 3650)
    reason = fields.text(2000)


class ContainerMoved(Schema):
    """`from`: where it was picked up, as far as that was said."""

    container = fields.number()
    to = fields.code()
    reason = fields.text(2000, none=True)


ContainerMoved._declared_fields["from"] = fields.code(none=True)


class StockPart(Schema):
    container = fields.number()
    quantity = fields.nested(fields.AmountShape)


class ContainerSplit(Schema):
    container = fields.number()
    into = fields.many(StockPart, 1, 100)
    reason = fields.text(2000, none=True)


class ContainersMerged(Schema):
    into = fields.number()
    reason = fields.text(2000, none=True)


ContainersMerged._declared_fields["from"] = plain.List(fields.number(), required=True, validate=validate.Length(1, 100))


class ContainerScrapped(Schema):
    """`witness`: the person before whom it was destroyed."""

    container = fields.number()
    quantity = fields.nested(fields.AmountShape)
    reason = fields.text(2000)
    witness = fields.code(none=True)


class ContainerBarred(Schema):
    container = fields.number()
    reason = fields.text(2000)


class StockMoveBody(Schema):
    """`from`: as it was scanned; null where it was not."""

    to = fields.code()
    reason = fields.text(2000, none=True)


StockMoveBody._declared_fields["from"] = fields.code(none=True)


class StockSplitBody(Schema):
    into = fields.many(StockPart, 1, 100)
    reason = fields.text(2000, none=True)


class StockMergeBody(Schema):
    reason = fields.text(2000, none=True)


StockMergeBody._declared_fields["from"] = ContainersMerged._declared_fields["from"]


class StockSecond(Schema):
    """The second person, who proves it at the same desk."""

    login = plain.String(required=True, validate=validate.Length(1, 100))
    password = plain.String(required=True, validate=validate.Length(1, 1000))


class StockScrapBody(Schema):
    quantity = fields.nested(fields.AmountShape)
    reason = fields.text(2000)
    second = fields.nested(StockSecond, none=True)


class StockReason(Schema):
    reason = fields.text(2000)


class StockQuery(Schema):
    """`words`: in the code or name of the material."""

    words = plain.String(load_default="", validate=validate.Length(0, 100))
    offset = plain.Integer(load_default=0, validate=validate.Range(0, 10_000_000))


class StockPageQuery(Schema):
    """`words`: in the label, lot or location of a container."""

    words = plain.String(load_default="", validate=validate.Length(0, 100))
    offset = plain.Integer(load_default=0, validate=validate.Range(0, 10_000_000))
