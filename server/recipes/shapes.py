"""The shape of phases and of products, which recipes approve and batch orders freeze."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import fields
from server.identity.signing import SignatureFields
from server.recipes import model


class Product(Schema):
    code = fields.code()
    name = fields.nested(fields.TextPair)
    strength = fields.text()


class ClearanceItem(Schema):
    id = fields.code()
    text = fields.nested(fields.TextPair)


class Bounded(Schema):
    """What has a lower and an upper bound; one of null bounds nothing."""

    @validates_schema
    def check_range(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not fields.ordered(data["low"], data["high"]):
            raise ValidationError("low is above high", "low")


class _Ranged(Bounded):
    """Something that is measured: its range as decimal strings, a bound of null bounds nothing."""

    id = fields.code()
    name = fields.nested(fields.TextPair)
    unit = fields.text(20)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    target = fields.decimal(none=True)
    decimals = fields.whole(0, 9)


class Parameter(_Ranged):
    """`tally`: it is counted piece by piece, also by several people at once, and not read off."""

    tally = fields.Truth()

    @validates_schema
    def check_tally(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if data.get("tally") and data["decimals"]:
            raise ValidationError("what is counted has no decimals", "decimals")


class Check(_Ranged):
    samples = fields.whole(1, 200)


class BasePhase(Schema):
    id = fields.code()
    type = fields.choice(*model.MASTER_TYPES)
    name = fields.nested(fields.TextPair)
    instruction = fields.nested(fields.TextPair)
    room = fields.text(none=True)
    equipment = fields.text(none=True)


class LineClearancePhase(BasePhase):
    items = fields.many(ClearanceItem, 1)


class WeighingPhase(BasePhase, Bounded):
    material = fields.code()
    material_name = fields.nested(fields.TextPair)
    target = fields.decimal(none=True)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    unit = fields.text(20)
    decimals = fields.whole(0, 9)


class LinePotency(Schema):
    """Which tests of the material's specification say how much of a lot is what is asked for."""

    assay = fields.code(none=True)
    water = fields.code(none=True)


class DispensingLine(Bounded):
    """A material of the batch: how much, within what. `quantity` is an expression for how much of the lot in use;
    `compensates` are the lines for which it makes up."""

    id = fields.code()
    material = fields.code()
    material_name = fields.nested(fields.TextPair)
    role = fields.choice(*model.ROLES)
    target = fields.decimal()
    low = fields.decimal()
    high = fields.decimal()
    unit = fields.text(20)
    decimals = fields.whole(0, 9)
    rounding = fields.choice("half_up", "gbt8170")
    quantity = fields.text(2000, none=True)
    potency = fields.nested(LinePotency, none=True)
    compensates = fields.words(0, 100)


class DispensingPhase(BasePhase):
    """`second`: where a second person checks, beside weights that are typed."""

    second = fields.choice(*model.SECONDS, none=True)
    lines = fields.many(DispensingLine, 1, 100)


class ParametersPhase(BasePhase):
    parameters = fields.many(Parameter, 1)


class InProcessPhase(BasePhase):
    rounds = fields.whole(1, 200)
    checks = fields.many(Check, 1)


_BY_TYPE: dict[str, type[Schema]] = {
    "line_clearance": LineClearancePhase,
    "weighing": WeighingPhase,
    "dispensing": DispensingPhase,
    "parameters": ParametersPhase,
    "in_process": InProcessPhase,
}


class PhaseField(plain.Field[Mapping[str, Any]]):
    """A phase: which fields it has depends on its type."""

    def __init__(self, by_type: Mapping[str, type[Schema]]) -> None:
        super().__init__()
        self._by_type = by_type

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Mapping[str, Any]:
        schema = self._by_type.get(str(value.get("type"))) if isinstance(value, dict) else None
        if schema is None:
            raise ValidationError("not a phase of a known type")
        schema().load(value)
        return dict(value)


def check_numbers(phases: list[Mapping[str, Any]]) -> None:
    every = [slot for phase in phases for slot in model.slots(phase)]
    if len({phase["id"] for phase in phases}) != len(phases) or len(set(every)) != len(every):
        raise ValidationError("two phases, parameters or checks share an id")


def phases() -> plain.List[Any]:
    return plain.List(PhaseField(_BY_TYPE), required=True, validate=(validate.Length(1, 200), check_numbers))


class _Material(Schema):
    material = fields.code()
    name = fields.nested(fields.TextPair)


class Content(Schema):
    """What a version of a recipe is made of."""

    recipe = fields.code()
    version = fields.whole(1, 10_000)
    product = fields.nested(Product)
    size = fields.nested(fields.QuantityShape)
    phases = phases()
    materials = fields.many(_Material)


class RecipeContent(Schema):
    """Anything: what it should be is what the findings say."""

    content = plain.Dict(keys=plain.String(), required=True)


class RecipeDraft(Schema):
    """`revision`: the one that was opened; null begins a draft."""

    revision = fields.whole(1, none=True)
    content = plain.Dict(keys=plain.String(), required=True)


class BatchmlText(Schema):
    """A document of another system, or an export read back."""

    text = fields.text(2 * 1024 * 1024)


class RecipeSubmission(SignatureFields):
    """`sha256`: of the content as it was shown; `draft`: the revision of the draft that it is, none for a file; the
    rest is the signature. `effective_from`: of a content of the third form, and of no other."""

    content = plain.Dict(keys=plain.String(), required=True)
    sha256 = fields.sha256()
    meaning = fields.choice(model.MEANING["code"])
    draft = fields.Whole(load_default=None, allow_none=True, validate=validate.Range(1))
    reason = fields.text(2000, none=True)
    effective_from = fields.day(none=True)

    @validates_schema
    def _of_its_form(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if model.is_master(data["content"]) != (data["effective_from"] is not None):
            raise ValidationError("said of a content of the third form, and of no other", "effective_from")
