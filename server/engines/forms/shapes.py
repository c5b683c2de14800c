"""The bodies of requests about forms."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields


class FormDraft(Schema):
    """`revision` is the one that was opened; null for the first. The definition may still have findings, not more than
    its shape allows."""

    revision = fields.whole(1, none=True)
    definition = plain.Raw(required=True)


class FormSubmission(SignatureFields):
    """Submits the draft as it stands at this revision, as the next version, by signature: `sha256` is that of its
    canonical bytes."""

    revision = fields.whole(1)
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    comment = fields.text(2000, none=True)


class FormReason(Schema):
    reason = fields.text(2000)


class FormPaper(Schema):
    lang = plain.String(load_default="zh", validate=validate.OneOf(("zh", "en")))
