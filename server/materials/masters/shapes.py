"""The bodies of requests about the material master."""

from server.core import fields
from server.identity.signing import SignatureFields
from server.materials.masters.entries import Definition


class MasterDraft(Definition):
    """What is to be looked at before it is signed; nothing is stored."""

    material = fields.code()


class MasterSubmission(Definition, SignatureFields):
    """`version` and `sha256` as they were shown; the rest is the signature."""

    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)
