"""What the API of audit-trail reviews takes and answers, for validation and for its OpenAPI description."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.release.audit import model, queries
from server.release.audit.entries import AuditRemark, AuditScope
from server.release.shapes import DeviceAnswer, EntryAnswer, PersonAnswer, reasoned


class AuditSelectionQuery(Schema):
    """What is to be reviewed, as the log is searched; empty: all."""

    batch = plain.String(load_default="")
    stream = plain.String(load_default="", metadata={"description": "this stream, or all below it: lot, lot/lactose"})
    kind = plain.String(load_default="", metadata={"description": "this kind, or all of a room: production"})
    person = plain.String(load_default="", metadata={"description": "who acted, or signed as the second person"})
    device = plain.String(load_default="")
    since = plain.String(load_default="", validate=fields.is_time)
    until = plain.String(load_default="", validate=fields.is_time)


class SelectedQuery(AuditSelectionQuery):
    """`log_size`: that of the log when the selection was shown; `look`: only what deserves a look for this reason."""

    log_size = plain.Integer(required=True, validate=validate.Range(0, fields.LARGEST))
    look = plain.String(load_default=None, allow_none=True, validate=validate.OneOf(queries.LOOKS))
    after = plain.Integer(load_default=None, allow_none=True, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=20, validate=validate.Range(1, 100))


class AuditScopeAnswer(Schema):
    batch = plain.String(allow_none=True)
    stream = plain.String(allow_none=True)
    kind = plain.String(allow_none=True)
    person = plain.String(allow_none=True)
    device = plain.String(allow_none=True)
    since = plain.String(allow_none=True)
    until = plain.String(allow_none=True)


class AuditCountAnswer(Schema):
    code = plain.String()
    count = plain.Integer()


class AuditSelectionAnswer(Schema):
    """What would be signed. `person` and `device` are those of the scope by name; `looks` in the order to look in;
    `refused` is a code of the catalogue where this person cannot sign it; `meanings` are codes with their words."""

    scope = plain.Nested(AuditScopeAnswer)
    person = plain.Nested(PersonAnswer, allow_none=True)
    device = plain.Nested(DeviceAnswer, allow_none=True)
    log_size = plain.Integer()
    count = plain.Integer()
    digest = plain.String()
    kinds = plain.List(plain.Nested(AuditCountAnswer))
    looks = plain.List(plain.Nested(AuditCountAnswer))
    refused = plain.String(allow_none=True)


class SelectedAnswer(Schema):
    items = plain.List(plain.Nested(EntryAnswer))
    more = plain.Boolean()


class AuditRemarkAnswer(Schema):
    """`index` is where the entry stands in the log."""

    entry = plain.String()
    index = plain.Integer(allow_none=True)
    text = plain.String()
    deviation = plain.String(allow_none=True)


class AuditReviewAnswer(Schema):
    """A signed review. `person` and `device` are those of its scope by name."""

    entry = plain.String()
    index = plain.Integer()
    scope = plain.Nested(AuditScopeAnswer)
    person = plain.Nested(PersonAnswer, allow_none=True)
    device = plain.Nested(DeviceAnswer, allow_none=True)
    log_size = plain.Integer()
    count = plain.Integer()
    digest = plain.String()
    meaning = plain.Raw()
    signer = plain.Nested(PersonAnswer)
    signed_at = plain.String()
    offset = plain.Integer()
    method = plain.String()
    components = plain.Integer()
    comment = plain.String(allow_none=True)
    remarks = plain.List(plain.Nested(AuditRemarkAnswer))
    recorded_at = plain.String()


class AuditLastAnswer(Schema):
    """The last review of the whole (None: there is none), and how many entries it does not reach."""

    review = plain.Nested(AuditReviewAnswer, allow_none=True)
    since = plain.Integer()


class AuditReviewsQuery(Schema):
    batch = plain.String(load_default="")
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class AuditReviewsAnswer(Schema):
    """`last` is that of the whole batch, or of the whole log where no batch was asked for."""

    items = plain.List(plain.Nested(AuditReviewAnswer))
    total = plain.Integer()
    last = plain.Nested(AuditLastAnswer)


class AuditSignBody(SignatureFields):
    """Exactly what was shown: `scope`, `log_size`, `count` and `digest` as the selection had them."""

    scope = fields.nested(AuditScope)
    log_size = plain.Integer(required=True, validate=validate.Range(0, 2**31 - 1))
    count = plain.Integer(required=True, validate=validate.Range(1, 2**31 - 1))
    digest = fields.sha256()
    meaning = plain.String(required=True, validate=validate.OneOf(list(model.MEANINGS)))
    comment = plain.String(load_default=None, allow_none=True, validate=reasoned(4000))
    remarks = fields.many(AuditRemark, 0, model.MOST_REMARKS)
