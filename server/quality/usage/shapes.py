"""The bodies of requests about the use of a lot."""

from marshmallow import Schema

from server.core import fields
from server.identity.signing import SignatureFields
from server.materials import model as materials
from server.quality.usage.entries import CertificateFile, CertificateLine


class UsageBody(SignatureFields):
    """The decision about a lot; `digest`, `specification`, `version` and `inspection` as the page was shown."""

    status = fields.choice(*materials.DECIDED)
    conditions = fields.text(2000, none=True)
    retest = fields.day(none=True)
    inspection = fields.code(none=True)
    specification = fields.code(none=True)
    version = fields.whole(1, 9_999, none=True)
    digest = fields.sha256()
    reason = fields.text(2000, none=True)


class CheckBody(SignatureFields):
    entry = fields.entry_id()
    digest = fields.sha256()
    comment = fields.text(2000, none=True)


class CertificateBody(Schema):
    """As it is recorded, of the lot in the address."""

    number = fields.text(80, none=True)
    issued = fields.day(none=True)
    file = fields.nested(CertificateFile, none=True)
    lines = fields.many(CertificateLine, 1, 60)


class ResumeBody(SignatureFields):
    """`reason`: what the supplier has done, and why it will help."""

    reason = fields.text(4000)


class AsideBody(SignatureFields):
    entry = fields.entry_id()
    test = fields.code()
    instead = fields.entry_id()
    reason = fields.text(4000)
