"""What the API of a lot's containers takes and answers, for validation and for its OpenAPI description."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.release.shapes import ContainerAnswer, QuantityAnswer

# Of one receipt: a lorry, and an entry of the log.
MOST = 500


class ToldAnswer(Schema):
    """An exception of a batch; `severity` is minor or major."""

    item = plain.String()
    batch = plain.String()
    code = plain.String()
    state = plain.String()
    severity = plain.String(allow_none=True)
    container = plain.String(allow_none=True)


class StockLineAnswer(ContainerAnswer):
    exceptions = plain.List(plain.Nested(ToldAnswer))


class StockAnswer(Schema):
    unit = plain.String(allow_none=True)
    announced = plain.Integer(allow_none=True)
    quantity = plain.Nested(QuantityAnswer, allow_none=True)
    items = plain.List(plain.Nested(StockLineAnswer))
    missing = plain.List(plain.Nested(ToldAnswer))


class ReceivedLine(Schema):
    """A container with what is in it, which is more than nothing."""

    container = fields.number()
    quantity = plain.Nested(fields.QuantityShape, required=True)

    @validates_schema
    def check_content(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if Decimal(data["quantity"]["value"]) <= 0:
            raise ValidationError("nothing is in it", "quantity")


class ReceiveBody(Schema):
    containers = plain.List(plain.Nested(ReceivedLine), required=True, validate=validate.Length(1, MOST))
