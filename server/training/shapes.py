"""The bodies of requests to training."""

from marshmallow import Schema

from server.core import fields
from server.identity.signing import SignatureFields
from server.training import entries, model


class NewVersion(Schema):
    """As the entry has it, but for the document's code, which the address names."""

    version = fields.whole(1, 10_000)
    type = fields.choice(*model.TYPES)
    title = fields.nested(fields.TextPair)
    effective_from = fields.day()
    demands = fields.choice(*model.DEMANDS)
    within_days = entries.days()
    valid_days = entries.days(none=True)
    text = fields.text(entries.LONGEST, none=True)
    file = fields.nested(entries.FileShape, none=True)


class NewGrant(Schema):
    version = fields.whole(1, 10_000)
    person = fields.code()
    evidence = fields.text(4000)
    file = fields.nested(entries.FileShape, none=True)
    expires_on = fields.day(none=True)


class NewWithdrawal(Schema):
    person = fields.code()
    reason = fields.text(2000)


class ReadBody(SignatureFields):
    """`digest` is that of the version as it was shown; the rest is the signature."""

    version = fields.whole(1, 10_000)
    digest = fields.sha256()


class NewRequirement(entries.RequirementSet):
    """All that a step needs from now on, and why."""
