"""The bodies of requests about labels."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.materials.labels import model, zpl
from server.materials.labels.entries import Design


class LabelDraft(Design):
    """What is to be looked at; nothing is stored."""

    template = fields.code()


class LabelSubmission(Design, SignatureFields):
    """`version` and `sha256` as they were shown; the rest is the signature."""

    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)


class LabelDecision(SignatureFields):
    sha256 = fields.sha256()
    approved = fields.truth()
    reason = fields.text(2000)


def _name() -> plain.String:
    """Of a thing: its label or number; of a lot its material and number, `<material>/<lot>`."""
    return plain.String(required=True, validate=validate.Regexp(r"[^\s/\x00-\x1f][^\x00-\x1f]{0,160}\Z"))


class Things(Schema):
    """Up to a delivery's containers at once."""

    what = fields.choice(*model.WHATS)
    names = plain.List(_name(), required=True, validate=validate.Length(1, 200))


class PrintBody(Things):
    """`request`: any UUID; the same one again prints nothing again."""

    request = fields.entry_id()
    template = fields.code(none=True)
    format = fields.choice(*model.FORMATS)
    reason = fields.text(2000, none=True)


class PrintQuery(Schema):
    dots = plain.Integer(load_default=8, validate=validate.OneOf(zpl.DOTS))


class HistoryQuery(Schema):
    what = plain.String(required=True, validate=validate.OneOf(model.WHATS))
    about = _name()
