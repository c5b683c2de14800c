"""The bodies of requests about specifications, and of results by them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.quality.model import STAGES
from server.quality.specifications.answers import Reagent, ResultsAnswered, SpecifiedAnswer
from server.quality.specifications.entries import SpecificationDefinition

# A batch, or a lot, of which the number may hold slashes.
_ABOUT = validate.Regexp(r"(batch/[^/\x00-\x1f]{1,80}|lot/[^/\x00-\x1f]{1,80}/[^\x00-\x1f]{1,80})\Z")


class SpecificationDraft(SpecificationDefinition):
    """What is to be looked at before it is signed; nothing is stored."""

    specification = fields.code()


class SpecificationSubmission(SpecificationDefinition, SignatureFields):
    """`version` and `sha256` as they were shown; the rest is the signature."""

    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)


class JudgingQuery(Schema):
    about = plain.String(required=True, validate=_ABOUT)
    stage = fields.choice(*STAGES)


class AnswerBody(SpecifiedAnswer):
    """What was found; with what, where it is to be known."""

    instrument = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)
    reagents = plain.List(plain.Nested(Reagent), load_default=list, validate=validate.Length(0, 20))


class ResultsBody(ResultsAnswered):
    """`about`: `batch/<number>` or `lot/<material>/<number>`. `corrects`: the entry whose results these take the place
    of, with the reason; both or none. `retest_of`: the entry whose results are tested again, and stay."""

    about = plain.String(required=True, validate=_ABOUT)
    results = fields.many(AnswerBody, 1, 60)
    inspection = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)
    sample = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)
    retest_of = plain.String(load_default=None, allow_none=True, validate=validate.Length(36, 36))
    corrects = plain.String(load_default=None, allow_none=True, validate=validate.Length(36, 36))
    reason = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))

    @validates_schema
    def check_reason(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if (data.get("corrects") is None) != (data.get("reason") is None):
            raise ValidationError("a correction has a reason", "reason")
