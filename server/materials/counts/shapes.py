"""What the kinds of stock counts say, and the bodies of requests about them."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity import signing
from server.materials.counts import model

# Of one count: a hall is counted row by row.
MOST_PLACES, MOST_LINES = 200, 2000


def number() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(rf"{model.PREFIX}-[0-9]{{4}}-[0-9]{{4,9}}\Z"))


def places() -> plain.List[str]:
    return plain.List(fields.code(), required=True, validate=validate.Length(1, MOST_PLACES))


class CountOrdered(Schema):
    count = number()
    locations = places()
    reason = fields.text(2000, none=True)


class ContainerCounted(Schema):
    """`quantity` null: it is there, what is in it was not measured; `seen` false: it is not where it should be."""

    count = number()
    container = fields.number()
    location = fields.code()
    quantity = fields.nested(fields.FoundShape, none=True)
    seen = fields.Truth(required=True)


class Variance(Schema):
    """`entry`: the counting that holds; null where nobody has found the container."""

    container = fields.number()
    entry = fields.entry_id(none=True)
    was = fields.nested(fields.QuantityShape)
    counted = fields.nested(fields.QuantityShape)
    to = fields.code(none=True)
    reason = fields.text(2000)


Variance._declared_fields["from"] = fields.code(none=True)


class CountClosed(signing.Signed):
    """`digest`: of the count as it was shown."""

    count = number()
    lines = fields.many(Variance, 0, MOST_LINES)
    digest = fields.sha256()
    meaning = signing.meaning(model.MEANING["code"])


class Ordering(Schema):
    locations = places()
    reason = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))


class Chosen(Schema):
    container = fields.number()
    entry = fields.entry_id(none=True)
    reason = fields.text(2000)


class Closing(signing.SignatureFields):
    """For each variance which counting holds, and why it came to it; `digest` as it was shown."""

    lines = fields.many(Chosen, 0, MOST_LINES)
    digest = fields.sha256()
