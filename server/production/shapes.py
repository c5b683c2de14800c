"""The shapes of what is recorded of a batch; the app writes them, so a null stands where nothing is known."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.production.model import SEVERITIES
from server.recipes import master
from server.recipes import shapes as recipes


class LotLine(Schema):
    material = fields.code()
    lot = fields.number()


class OrderReleased(Schema):
    batch = fields.code()
    product = fields.nested(recipes.Product)
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    recipe_hash = fields.sha256()
    size = fields.nested(fields.QuantityShape)
    lots = fields.many(LotLine)
    phases = recipes.phases()


class MasterOrderReleased(OrderReleased):
    """By a recipe of the third form (ISA-88): `materials` is its bill for the size of this order."""

    procedure = master.procedure()
    phases = master.phases()
    materials = fields.many(master.Material)


class OrderPlanned(Schema):
    """`recipe_hash`: of the approved version; `planned_start`: a day."""

    batch = fields.code()
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    recipe_hash = fields.sha256()
    size = fields.nested(fields.QuantityShape)
    lots = fields.many(LotLine)
    planned_start = fields.day()


class OrderWithdrawn(Schema):
    """`instance`: the flow that came to it; null where whoever plans took it back."""

    batch = fields.code()
    reason = fields.text(4000, none=True)
    instance = fields.code(none=True)


class ContainersAllocated(Schema):
    """Labels of containers that belong to this batch alone from now on."""

    batch = fields.code()
    containers = fields.words(1)


class AllocationReleased(Schema):
    batch = fields.code()
    containers = fields.words(1)
    reason = fields.text(2000)


class PhaseMarked(Schema):
    """A phase begun or ended."""

    batch = fields.code()
    phase = fields.code()


class Limits(Schema):
    """The limits as the person saw them when recording."""

    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    target = fields.decimal(none=True)
    unit = fields.text(20)


class _Recorded(Schema):
    batch = fields.code()
    phase = fields.code()
    comment = fields.text(2000, none=True)


class _Item(Schema):
    id = fields.code()
    ok = fields.truth()


class LineCleared(_Recorded):
    items = fields.many(_Item, 1)


class ReadingNamed(Schema):
    """The balance's reading that a weight was taken from: `id` is its entry's."""

    id = fields.entry_id()
    device = fields.code()
    balance = fields.code()
    serial = fields.text()
    model = fields.text()
    raw = fields.text(4000)


class MaterialWeighed(_Recorded):
    material = fields.code()
    lot = fields.number()
    container = fields.text(none=True)
    net = fields.nested(fields.QuantityShape)
    source = fields.choice("device", "manual")
    reading = fields.nested(ReadingNamed, none=True)
    verified_by = fields.code(none=True)
    limits = fields.nested(Limits)


class ParameterRecorded(_Recorded):
    parameter = fields.code()
    value = fields.nested(fields.QuantityShape)
    source = fields.choice("manual", "device")
    limits = fields.nested(Limits)


class SampleNamed(Schema):
    """The sample of a machine that a parameter was taken from: `id` is its entry's, `signal` the figure of it."""

    id = fields.entry_id()
    device = fields.code()
    equipment = fields.code()
    serial = fields.text()
    model = fields.text()
    signal = fields.code()
    device_time = fields.text()
    raw = fields.text(4000)


class BoundRecorded(ParameterRecorded):
    """A parameter that the recipe binds: `sensed` is null where it was typed, `reason` then says why."""

    sensed = fields.nested(SampleNamed, none=True)
    reason = fields.text(2000, none=True)


class CheckRecorded(_Recorded):
    check = fields.code()
    round = fields.whole(1, 200)
    values = plain.List(fields.decimal(), required=True, validate=validate.Length(1, 200))
    unit = fields.text(20)
    mean = fields.decimal()
    limits = fields.nested(Limits)


class SampleRequested(_Recorded):
    """The floor asks the laboratory for a sample: `sample` is the recipe's id of a planned one, or null, and then
    `reason` says why; `what` it is in words, `amount` how much is asked for."""

    phase = fields.code(none=True)
    sample = fields.code(none=True)
    what = fields.text(500)
    amount = fields.nested(fields.AmountShape, none=True)
    reason = fields.text(2000, none=True)


class RemarkAdded(Schema):
    batch = fields.code()
    phase = fields.code(none=True)
    text = fields.text(4000)


class PhotoAttached(Schema):
    """A photo by the SHA-256 of its bytes, which go their own way."""

    batch = fields.code()
    phase = fields.code(none=True)
    blob = fields.sha256()
    type = fields.choice("image/jpeg", "image/png", "image/webp")
    bytes = fields.whole(1, 2 * 1024 * 1024)
    caption = fields.text(500, none=True)


class EntryVerified(Schema):
    """A second person confirms afterwards, on whatever tablet, what somebody else recorded: `entry` is its id."""

    batch = fields.code()
    phase = fields.code(none=True)
    entry = fields.entry_id()
    verified_by = fields.code()


class ExceptionRaised(Schema):
    batch = fields.code()
    code = fields.code()
    phase = fields.code(none=True)
    slot = fields.text(none=True)
    entries = fields.words(0, 200)
    details = plain.Dict(keys=plain.String(), required=True)
    comment = fields.text(2000, none=True)


class ExceptionWithdrawn(Schema):
    """`entry` is the one with which came what the exception, of this code, said was missing of the phase."""

    batch = fields.code()
    exception = fields.entry_id()
    code = fields.code()
    phase = fields.code()
    entry = fields.entry_id()


class ExceptionReported(Schema):
    """By a person, wherever they are. `photo` is the entry of a photo of the batch that shows it; `deviation`: whether
    it opens a deviation as it arrives."""

    batch = fields.code()
    phase = fields.code(none=True)
    severity = fields.choice(*SEVERITIES)
    comment = fields.text(2000)
    photo = fields.entry_id(none=True)
    deviation = fields.truth()


class ConflictFound(Schema):
    batch = fields.code()
    slot = fields.text()
    phase = fields.code(none=True)
    entries = fields.words(2, 200)


class _Yield(Schema):
    stage = fields.text()
    value = fields.nested(fields.QuantityShape)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    verdict = fields.choice("pass", "fail", "none")

    @validates_schema
    def check_range(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not fields.ordered(data["low"], data["high"]):
            raise ValidationError("low is above high", "low")


class _Source(Schema):
    file = fields.text()
    sha256 = fields.sha256()
    line = fields.whole(1)
    mapping = fields.text()


class BatchImported(Schema):
    batch = fields.code()
    product = fields.nested(recipes.Product)
    size = fields.nested(fields.QuantityShape, none=True)
    started = plain.String(required=True, allow_none=True, validate=validate.Regexp(r"[0-9]{4}-(0[1-9]|1[0-2])\Z"))
    lots = fields.many(LotLine)
    yields = fields.many(_Yield)
    source = fields.nested(_Source)


# Bodies of requests.


class OrderPlan(Schema):
    """`batch`: null for the next number by the rule; one that is typed has its reason."""

    batch = fields.code(none=True)
    number_reason = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    size = fields.nested(fields.QuantityShape)
    lots = fields.many(LotLine)
    planned_start = fields.planned_day()


class OrderReason(Schema):
    reason = fields.text(2000)
