"""The shape of a master recipe of the third form, after ISA-88: what its phases say beside what phases always said."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as plain

from server.core import fields
from server.recipes import model, shapes

MOST_MINUTES = 60 * 24 * 366


class TimeLimit(Schema):
    """From a moment of the phase `since` to one of this phase: at least, at most so many minutes (21 CFR 211.111)."""

    since = fields.code()
    min = fields.whole(0, MOST_MINUTES, none=True)
    max = fields.whole(0, MOST_MINUTES, none=True)

    class Meta:
        # `from` is a word of Python.
        include: ClassVar = {"from": fields.choice("start", "end"), "to": fields.choice("start", "end")}


class PlannedSample(Schema):
    """A sample that whoever works in the phase asks the laboratory for."""

    id = fields.code()
    name = fields.nested(fields.TextPair)
    amount = fields.nested(fields.AmountShape, none=True)


class _Step(Schema):
    """What every phase of the third form says: `after` are the phases that must have ended before it begins, none: it
    may begin at once; `candidates` are the pieces of its class of equipment that may be used, none: any; `needs` are
    steps of qualification beside those by its type (see core.steps). `sampling` may be missing: nothing is planned."""

    after = plain.List(fields.code(), required=True, validate=validate.Length(0, 50))
    minutes = fields.whole(0, MOST_MINUTES, none=True)
    times = fields.many(TimeLimit, 0, 20)
    candidates = plain.List(fields.code(), required=True, validate=validate.Length(0, 50))
    needs = fields.words(0, 20)
    sampling = plain.List(plain.Nested(PlannedSample), validate=validate.Length(0, 20))


class Clearance(_Step, shapes.LineClearancePhase):
    pass


class Weighing(_Step, shapes.WeighingPhase):
    pass


class Dispensing(_Step, shapes.DispensingPhase):
    pass


class Binding(Schema):
    """The figure that a machine of the phase gives by itself, by the machine's own name for it."""

    signal = fields.code()


class Parameter(shapes.Parameter):
    """`binding`: it is taken from the machine; missing or null where it is read off and typed."""

    binding = plain.Nested(Binding, allow_none=True)


class Parameters(_Step, shapes.ParametersPhase):
    parameters = fields.many(Parameter, 1)


class Check(shapes.Check):
    """`chart`: its means stand in a control chart on the tablet."""

    chart = fields.truth()


class Schedule(Schema):
    """A round every so many minutes after the phase began, each at most `grace` minutes late."""

    every = fields.whole(1, 24 * 60)
    grace = fields.whole(0, 24 * 60)


class InProcess(_Step, shapes.InProcessPhase):
    """`rounds`: as many as there are; on a schedule the most that there are."""

    checks = fields.many(Check, 1)
    schedule = fields.nested(Schedule, none=True)


class Instruction(_Step, shapes.BasePhase):
    """Only to be confirmed as done."""


def _slots() -> plain.List[Any]:
    return plain.List(fields.text(), required=True, allow_none=True, validate=validate.Length(1, 100))


class Input(Schema):
    """What a yield is calculated over, by its name in the expression. `from`: slots of phases before, or
    `<phase>/<line>` of dispensing for all portions of it, of which the sum is taken; null: it is typed."""

    id = fields.code()
    name = fields.nested(fields.TextPair)
    unit = fields.text(20)
    decimals = fields.whole(0, 9)

    class Meta:
        include: ClassVar = {
            "from": _slots(),
        }


class Yield(_Step, shapes.BasePhase, shapes.Bounded):
    """A calculation whose result stands within limits (CN 2010, Art. 175): `expression` over the ids of its inputs."""

    inputs = fields.many(Input, 1, 30)
    expression = fields.text(2000)
    unit = fields.text(20)
    decimals = fields.whole(0, 9)
    rounding = fields.choice("half_up", "gbt8170")
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)


class Sources(Schema):
    """Of each count of a printed material the slots of phases before, of which the sum is taken; null: it is typed."""

    issued = _slots()
    packs = _slots()
    destroyed = _slots()
    specimens = _slots()
    returned = _slots()


class Printed(shapes.Bounded):
    """A printed material whose balance is drawn up (21 CFR 211.125(c); CN 2010, 180(10)): `counted` in `unit` to so
    many decimals; each good pack, counted in `pack_unit`, has `per` of it. `low` and `high` are in per cent of what
    was issued. `specimen`: a picture of what is printed on it is kept."""

    id = fields.code()
    material = fields.code()
    material_name = fields.nested(fields.TextPair)
    unit = fields.text(20)
    counted = fields.whole(0, 9)
    per = fields.decimal()
    pack_unit = fields.text(20)
    sources = fields.nested(Sources)
    decimals = fields.whole(0, 9)
    rounding = fields.choice("half_up", "gbt8170")
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    specimen = fields.truth()


class Packaging(_Step, shapes.BasePhase):
    """What became of the printed materials that were used up to here."""

    printed = fields.many(Printed, 1, 30)


_BY_TYPE: dict[str, type[Schema]] = {
    "line_clearance": Clearance,
    "weighing": Weighing,
    "dispensing": Dispensing,
    "parameters": Parameters,
    "in_process": InProcess,
    model.INSTRUCTION: Instruction,
    model.YIELD: Yield,
    model.PACKAGING: Packaging,
}


def phases(least: int = 1) -> plain.List[Any]:
    """Phases of the third form: of a master recipe, and of an order that froze one."""
    return plain.List(
        shapes.PhaseField(_BY_TYPE), required=True, validate=(validate.Length(least, 200), shapes.check_numbers)
    )


class Operation(Schema):
    id = fields.code()
    name = fields.nested(fields.TextPair)
    phases = plain.List(fields.code(), required=True, validate=validate.Length(1, 200))


class UnitProcedure(Schema):
    id = fields.code()
    name = fields.nested(fields.TextPair)
    operations = fields.many(Operation, 1, 100)


class Material(shapes.Bounded):
    """A line of the bill of materials, for the size of the batch; `per_unit` is how much one unit of product has."""

    material = fields.code()
    name = fields.nested(fields.TextPair)
    kind = fields.choice(*model.MATERIAL_KINDS)
    quantity = fields.nested(fields.AmountShape, none=True)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    per_unit = fields.nested(fields.AmountShape, none=True)


class Formula(Schema):
    """What the recipe declares of the whole: units of product in a batch, the mass of one of them and of the batch."""

    count = fields.nested(fields.AmountShape, none=True)
    total_per_unit = fields.nested(fields.AmountShape, none=True)
    total = fields.nested(fields.AmountShape, none=True)


def _once(groups: list[Mapping[str, Any]]) -> None:
    every = [one["id"] for unit in groups for one in (unit, *unit["operations"])]
    if len(set(every)) != len(every):
        raise ValidationError("two unit procedures or operations share an id")


def procedure(least: int = 1) -> plain.List[Any]:
    """Unit procedures of operations of phases: which belongs where. What comes after what stands in the phases."""
    return plain.List(plain.Nested(UnitProcedure), required=True, validate=(validate.Length(least, 100), _once))


class Content(Schema):
    """What a version of the third form is made of."""

    recipe = fields.code()
    version = fields.whole(1, 10_000)
    product = fields.nested(shapes.Product)
    size = fields.nested(fields.QuantityShape)
    formula = fields.nested(Formula)
    procedure = procedure()
    phases = phases()
    materials = fields.many(Material)
