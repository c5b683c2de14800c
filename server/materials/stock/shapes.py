"""The shapes of entries and requests about stock."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.materials.masters.model import STORAGES
from server.materials.stock import model


class Something(fields.QuantityShape):
    """A quantity that is more than nothing."""

    @validates_schema
    def check_more(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if Decimal(data["value"]) <= 0:
            raise ValidationError("is nothing", "value")


class LocationDefined(Schema):
    """`warehouse`: the code of the area that it is in; `storage`: what it keeps things at, where that is controlled."""

    location = fields.code()
    name = fields.nested(fields.TextPair)
    warehouse = fields.code()
    kind = fields.choice(*model.KINDS_OF_PLACE)
    storage = fields.choice(*STORAGES, none=True)
    active = fields.truth()


class ContainerMoved(Schema):
    """`from`: where it was picked up, as far as that was said."""

    container = fields.number()
    to = fields.code()
    reason = fields.text(2000, none=True)


ContainerMoved._declared_fields["from"] = fields.code(none=True)


class Part(Schema):
    container = fields.number()
    quantity = fields.nested(Something)


class ContainerSplit(Schema):
    container = fields.number()
    into = fields.many(Part, 1, 100)
    reason = fields.text(2000, none=True)


class ContainersMerged(Schema):
    into = fields.number()
    reason = fields.text(2000, none=True)


ContainersMerged._declared_fields["from"] = plain.List(fields.number(), required=True, validate=validate.Length(1, 100))


class ContainerScrapped(Schema):
    """`witness`: the person before whom it was destroyed."""

    container = fields.number()
    quantity = fields.nested(Something)
    reason = fields.text(2000)
    witness = fields.code(none=True)


class ContainerBarred(Schema):
    container = fields.number()
    reason = fields.text(2000)
