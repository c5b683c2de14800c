"""The shapes of issuing, in the log and over HTTP."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields

MOST = 200


class GivenContainer(Schema):
    """`reason`: why this one, where another ends first, or where the batch has been given enough."""

    container = fields.number()
    reason = fields.text(2000, none=True)


class ContainersAllocated(Schema):
    """Containers that belong to this batch alone from now on, in the order in which they were chosen."""

    batch = fields.code()
    containers = fields.many(GivenContainer, 1, MOST)


class ContainerIssued(Schema):
    """A container brought to a batch: `held` is what was in it then, `to` the place where it stands now."""

    batch = fields.code()
    container = fields.number()
    material = fields.code()
    lot = fields.number()
    held = fields.nested(fields.QuantityShape)
    to = fields.code(none=True)


class Rest(fields.QuantityShape):
    """What is in a container: nothing at all, and never less."""

    @validates_schema
    def check_rest(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if Decimal(data["value"]) < 0:
            raise ValidationError("is less than nothing", "value")


class ContainerReturned(Schema):
    """A container taken back from a batch with what is in it now, none at all where it was used up."""

    batch = fields.code()
    container = fields.number()
    quantity = fields.nested(Rest)
    to = fields.code(none=True)
    reason = fields.text(2000, none=True)


# Bodies of requests.


class GiveContainersBody(Schema):
    containers = plain.List(plain.Nested(GivenContainer), required=True, validate=validate.Length(1, MOST))


class IssueContainerBody(Schema):
    container = fields.number()
    to = fields.code(none=True)


class ReturnContainerBody(Schema):
    container = fields.number()
    quantity = fields.nested(Rest)
    to = fields.code(none=True)
    reason = fields.text(2000, none=True)
