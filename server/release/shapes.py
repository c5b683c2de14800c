"""What the API of batches, lots and review takes and answers, for validation and for its OpenAPI description."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.production.model import STATUSES
from server.release.dossier.content import WITHHOLDABLE
from server.release.model import MEANINGS, MOST_SECONDS


def _list(schema: type[Schema]) -> plain.List[Any]:
    return plain.List(plain.Nested(schema), required=True)


class Text2(Schema):
    zh = plain.String()
    en = plain.String()


class QuantityAnswer(Schema):
    value = plain.String()
    unit = plain.String()


class PersonAnswer(Schema):
    id = plain.String()
    name = plain.String()
    name_en = plain.String(allow_none=True)


class DeviceAnswer(Schema):
    id = plain.String()
    name = plain.String()


class ProductAnswer(Schema):
    code = plain.String()
    name = plain.Nested(Text2)
    strength = plain.String()


class PhaseRef(Schema):
    id = plain.String()
    name = plain.Nested(Text2)


class BatchLineAnswer(Schema):
    number = plain.String()
    product = plain.Nested(ProductAnswer)
    size = plain.Nested(QuantityAnswer, allow_none=True)
    status = plain.String(validate=validate.OneOf(STATUSES))
    phases_done = plain.Integer()
    phases_total = plain.Integer()
    phase = plain.Nested(PhaseRef, allow_none=True)
    open_items = plain.Integer()
    started_at = plain.String(allow_none=True)
    updated_at = plain.String()
    stale = plain.Boolean()
    review_seconds = plain.Integer(allow_none=True)


class WaitingAnswer(Schema):
    """A task that waits for somebody: `person` has it, or whoever has one of the roles may take it."""

    name = plain.Nested(Text2)
    person = plain.Nested(PersonAnswer, allow_none=True)
    roles = plain.List(plain.String())
    overdue = plain.Boolean()


class StandingAnswer(Schema):
    """The instance of a flow that carries something, and where it stands."""

    instance = plain.String()
    started_by = plain.Nested(PersonAnswer)
    started_at = plain.String()
    ended_at = plain.String(allow_none=True)
    result = plain.String(allow_none=True)
    waiting = _list(WaitingAnswer)


class SignedOfflineAnswer(PersonAnswer):
    """`how`: `offline_pin` or `offline_passkey`."""

    how = plain.String()


class EntryAnswer(Schema):
    """An entry of the log; `payload` has the shape of its kind, `verifier` is the second person that it names.

    `signed` are the people whose own signatures stand under it, made on the device and checked at sync.
    """

    signed = _list(SignedOfflineAnswer)
    id = plain.String()
    index = plain.Integer()
    kind = plain.String()
    stream = plain.String()
    subject = plain.String()
    actor = plain.Nested(PersonAnswer)
    device = plain.Nested(DeviceAnswer)
    seq = plain.Integer()
    captured_at = plain.String()
    offset = plain.Integer()
    recorded_at = plain.String()
    seen = plain.Raw(allow_none=True)
    made = plain.Dict()
    lease = plain.String(allow_none=True)
    flags = plain.List(plain.String())
    payload = plain.Raw(allow_none=True)
    verifier = plain.Nested(PersonAnswer, allow_none=True)
    corrects = plain.String(allow_none=True)
    reason = plain.String(allow_none=True)
    corrected_by = plain.String(allow_none=True)


class EntriesAnswer(Schema):
    items = _list(EntryAnswer)


class BatchesQuery(Schema):
    status = plain.String(load_default="")
    q = plain.String(load_default="")
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class BatchesAnswer(Schema):
    """`review`: {seconds, batches}, the median time in review and of how many batches; null where none was measured."""

    items = _list(BatchLineAnswer)
    total = plain.Integer()
    review = plain.Raw()


class HomeAnswer(Schema):
    counts = plain.Dict(keys=plain.String(), values=plain.Integer())
    in_progress = _list(BatchLineAnswer)
    ordered = _list(BatchLineAnswer)
    review = _list(BatchLineAnswer)
    attention = _list(BatchLineAnswer)
    released_recent = _list(BatchLineAnswer)
    devices_owing = plain.List(plain.Raw())
    log = plain.Raw()


class ResultAnswer(Schema):
    stage = plain.String()
    test = plain.String()
    name = plain.Nested(Text2, allow_none=True)
    value = plain.Nested(QuantityAnswer)
    low = plain.String(allow_none=True)
    high = plain.String(allow_none=True)
    verdict = plain.String()
    reported = plain.String(allow_none=True)
    specification = plain.String(allow_none=True)
    entry = plain.String()


class PhaseAnswer(Schema):
    id = plain.String()
    type = plain.String()
    name = plain.Nested(Text2)
    done = plain.Boolean()
    definition = plain.Raw()
    entries = _list(EntryAnswer)


class SealedDeviceAnswer(Schema):
    device = plain.Nested(DeviceAnswer)
    seq = plain.Integer()
    hash = plain.String()
    waived = plain.Boolean()


class BesideAnswer(Schema):
    index = plain.Integer()
    kind = plain.String()


class SealAnswer(Schema):
    """Entries of the batch and the head of its stream; of each device where its chain stood (null: from before).

    `beside` are the batch's entries after them that say nothing about how it was made, which are not sealed.
    """

    beside = _list(BesideAnswer)
    entries = plain.Integer()
    head = plain.String()
    devices = plain.List(plain.Nested(SealedDeviceAnswer), allow_none=True)


class SealShownAnswer(SealAnswer):
    """`size` is that of the log when it was shown."""

    size = plain.Integer()


class DispositionAnswer(Schema):
    """A signature with printed name, time, zone and meaning; `stale` when entries came after it."""

    seal = plain.Nested(SealAnswer)

    decision = plain.String()
    meaning = plain.Raw()
    signer = plain.Nested(PersonAnswer)
    signed_at = plain.String()
    method = plain.String(allow_none=True)
    components = plain.Integer(allow_none=True)
    offset = plain.Integer()
    digest = plain.String()
    reason = plain.String(allow_none=True)
    stale = plain.Boolean()


class BatchAnswer(Schema):
    batch = plain.Nested(BatchLineAnswer)
    recipe = plain.Raw(allow_none=True)
    phases = _list(PhaseAnswer)
    lots = plain.List(plain.Raw())
    results = _list(ResultAnswer)
    yields = plain.List(plain.Raw())
    leases = plain.List(plain.Raw())
    disposition = plain.Nested(DispositionAnswer, allow_none=True)
    audit_review = plain.Raw(metadata={"description": "{review, since}: the last of the whole audit trail"})


class DeallocateBody(Schema):
    containers = fields.words(1)
    reason = fields.text(2000)


class ContainerAnswer(Schema):
    container = plain.String()
    material = plain.String()
    lot = plain.String()
    quantity = plain.Nested(QuantityAnswer)
    status = plain.String(allow_none=True)
    allocated = plain.String(allow_none=True)
    used = plain.List(plain.String())
    taken = plain.Nested(QuantityAnswer)
    held = plain.Nested(QuantityAnswer)


class ContainersAnswer(Schema):
    items = _list(ContainerAnswer)


class GateAnswer(Schema):
    code = plain.String()
    met = plain.Boolean()
    count = plain.Integer()
    details = plain.List(plain.String())
    waived = plain.List(plain.String())


class HoldingAnswer(Schema):
    device = plain.Nested(DeviceAnswer)
    returned_at = plain.String(allow_none=True)
    known = plain.Integer()
    delivered = plain.Integer()
    blocks = plain.List(plain.String())
    waived = plain.List(plain.String())


class ItemAnswer(Schema):
    id = plain.String()
    type = plain.String()
    code = plain.String()
    phase = plain.Nested(PhaseRef, allow_none=True)
    slot = plain.String(allow_none=True)
    state = plain.String()
    entries = _list(EntryAnswer)
    details = plain.Raw()
    device = plain.Nested(DeviceAnswer, allow_none=True)
    comment = plain.String(allow_none=True)
    decision = plain.Raw(allow_none=True)
    stale = plain.Boolean(metadata={"description": "a waiver whose device has delivered more since"})
    flow = plain.Nested(StandingAnswer, allow_none=True)
    deviations = plain.List(plain.String(), required=True, metadata={"description": "numbers of those opened for it"})


class RecordLineAnswer(Schema):
    """A filled form about the batch; `title` is null where its definition is not here."""

    record = plain.String()
    form = plain.String()
    title = plain.Nested(Text2, allow_none=True)
    version = plain.Integer()
    status = plain.String()
    open_items = plain.Integer()
    opened_at = plain.String()
    completed_at = plain.String(allow_none=True)
    set_aside = plain.Boolean()


class ReviewAnswer(Schema):
    batch = plain.Nested(BatchLineAnswer)
    open = _list(ItemAnswer)
    notable = _list(ItemAnswer)
    clean = plain.Integer()
    entries = plain.Integer()
    gates = _list(GateAnswer)
    holdings = _list(HoldingAnswer)
    seal = plain.Nested(SealShownAnswer)
    digest = plain.String()
    disposition = plain.Nested(DispositionAnswer, allow_none=True)
    audit_review = plain.Raw(metadata={"description": "{review, since}: the last of the whole audit trail"})
    flow = plain.Nested(StandingAnswer, allow_none=True)
    records = _list(RecordLineAnswer)
    times = plain.List(plain.Raw(), metadata={"description": "{signed, seconds, by, at}: time in review, for planning"})
    production = plain.Nested(
        DispositionAnswer, allow_none=True, metadata={"description": "production's own signature, where there is one"}
    )


def reasoned(longest: int) -> list[validate.Validator]:
    """Words that say something; without NUL, which PostgreSQL cannot store in a text."""
    return [validate.Length(1, longest), validate.Regexp(r"[^\x00]*[^\x00\s][^\x00]*\Z")]


class ResolveBody(Schema):
    chosen = plain.String(required=True, validate=validate.Length(36, 36))
    reason = plain.String(required=True, validate=reasoned(2000))


class AskBody(Schema):
    """`about` are entries of the batch that the question is about."""

    phase = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))
    about = plain.List(
        plain.String(validate=validate.Length(36, 36)), load_default=list, validate=validate.Length(0, 20)
    )
    text = plain.String(required=True, validate=reasoned(2000))


class AnswerQuestionBody(Schema):
    text = plain.String(required=True, validate=reasoned(4000))


class ReviewQuestionAnswer(Schema):
    """`answer` is {by, at, text}; null as long as nobody has answered."""

    id = plain.String()
    phase = plain.Nested(PhaseRef, allow_none=True)
    text = plain.String()
    by = plain.Nested(PersonAnswer)
    at = plain.String()
    answer = plain.Raw(allow_none=True)


class ReviewQuestionsAnswer(Schema):
    items = _list(ReviewQuestionAnswer)


class SetAsideBody(Schema):
    reason = plain.String(required=True, validate=reasoned(2000))


class AssessBody(Schema):
    assessment = plain.String(required=True, validate=reasoned(4000))


def _seconds() -> plain.Integer:
    """How long the signer looked at it; null: not measured."""
    return plain.Integer(load_default=None, allow_none=True, validate=validate.Range(0, MOST_SECONDS))


class SignBody(SignatureFields):
    """`size` is that of the log when the review was shown: the seal names the devices' heads of then, so that a
    tablet which works on another batch meanwhile does not make the signature stale. None is now."""

    meaning = plain.String(required=True, validate=validate.OneOf(list(MEANINGS)))
    digest = plain.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    size = plain.Integer(load_default=None, allow_none=True, validate=validate.Range(0, fields.LARGEST))
    seconds = _seconds()
    reason = plain.String(load_default=None, allow_none=True, validate=reasoned(2000))


class ProductionBody(SignatureFields):
    """`digest`, `size` and `seconds` as in `SignBody`; `reason` is a remark of who has reviewed it."""

    digest = plain.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    size = plain.Integer(load_default=None, allow_none=True, validate=validate.Range(0, fields.LARGEST))
    seconds = _seconds()
    reason = plain.String(load_default=None, allow_none=True, validate=reasoned(2000))


class WaiveBody(SignatureFields):
    """`known` and `delivered` as they were shown."""

    known = plain.Integer(required=True, validate=validate.Range(0, 2**31 - 1))
    delivered = plain.Integer(required=True, validate=validate.Range(0, 2**31 - 1))
    reason = plain.String(required=True, validate=reasoned(2000))


class ExplainBody(SignatureFields):
    """`difference` as it was shown; null where it could not be told."""

    difference = plain.Nested(fields.QuantityShape, required=True, allow_none=True)
    reason = plain.String(required=True, validate=reasoned(2000))


class DossierQuery(Schema):
    """`withhold` may be given several times: kinds of entries whose content is not to be in it."""

    lang = plain.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    withhold = plain.List(plain.String(validate=validate.OneOf(WITHHOLDABLE)), load_default=list)


class LotsQuery(Schema):
    q = plain.String(load_default="")
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class LotAnswer(Schema):
    material = plain.String()
    name = plain.Nested(Text2, allow_none=True)
    lot = plain.String()
    status = plain.String()
    expiry = plain.String(allow_none=True)
    received_at = plain.String()
    quantity = plain.Nested(QuantityAnswer, allow_none=True)
    containers = plain.Integer(allow_none=True)
    supplier = plain.String(allow_none=True)
    supplier_lot = plain.String(allow_none=True)
    batches = plain.Integer()
    results = plain.Integer()


class LotsAnswer(Schema):
    items = _list(LotAnswer)
    total = plain.Integer()


class LotPageAnswer(Schema):
    lot = plain.Nested(LotAnswer)
    results = _list(ResultAnswer)
    batches = _list(BatchLineAnswer)


class TraceQuery(Schema):
    direction = plain.String(load_default="forward", validate=validate.OneOf(["forward", "backward"]))


class TraceAnswer(Schema):
    lot = plain.String()
    batches = plain.List(plain.String())
    lots = plain.List(plain.String())
    shipments = plain.List(plain.Raw())
