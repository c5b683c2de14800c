"""What the API of deviations takes and answers, for validation and for its OpenAPI description."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.release.shapes import BatchLineAnswer, DeviceAnswer, EntryAnswer, PersonAnswer, StandingAnswer, reasoned


class ClosingAnswer(Schema):
    by = plain.Nested(PersonAnswer)
    at = plain.String()
    conclusion = plain.String()
    reason = plain.String(allow_none=True)


class DeviationLineAnswer(Schema):
    """`device` delivered what opened it; `entries` counts all that it is about; `flow` is what carries it."""

    number = plain.String()
    batch = plain.String()
    code = plain.String()
    state = plain.String(validate=validate.OneOf(["open", "closed"]))
    summary = plain.String(allow_none=True)
    device = plain.Nested(DeviceAnswer, allow_none=True)
    opened_by = plain.Nested(PersonAnswer)
    opened_at = plain.String()
    entries = plain.Integer()
    flow = plain.Nested(StandingAnswer, allow_none=True)
    closing = plain.Nested(ClosingAnswer, allow_none=True)


class DeviationAnswer(Schema):
    deviation = plain.Nested(DeviationLineAnswer)
    batch = plain.Nested(BatchLineAnswer, allow_none=True)
    entries = plain.List(plain.Nested(EntryAnswer))


class DeviationsAnswer(Schema):
    items = plain.List(plain.Nested(DeviationLineAnswer))
    total = plain.Integer()


class DeviationsQuery(Schema):
    state = plain.String(load_default="", validate=validate.OneOf(["", "open", "closed"]))
    q = plain.String(load_default="")
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class OpenBody(Schema):
    """`entry`: the entry of the batch that it is about, if it is about one."""

    summary = plain.String(required=True, validate=reasoned(4000))
    entry = plain.String(load_default=None, allow_none=True, validate=validate.Length(36, 36))


class CloseBody(Schema):
    """`entries`: how many entries were shown to whoever concludes."""

    entries = plain.Integer(required=True, validate=validate.Range(0, fields.LARGEST))
    conclusion = plain.String(required=True, validate=reasoned(4000))
    reason = plain.String(required=True, validate=reasoned(2000))
