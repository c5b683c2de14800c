"""The shape of a portion: the app writes it, so a null stands where nothing is known."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from server.core import fields
from server.production.shapes import Limits, ReadingNamed
from server.recipes.model import MOST_PORTIONS


class _Result(Schema):
    """A result of the lot as it was reported, and the entry that says so."""

    value = fields.decimal()
    entry = fields.entry_id()


class _Potency(Schema):
    assay = fields.nested(_Result, none=True)
    water = fields.nested(_Result, none=True)


class _Basis(Schema):
    """What a compensator makes up for, in the unit of its line."""

    nominal = fields.decimal()
    dispensed = fields.decimal()


class _Scanned(Schema):
    """What the scanner said; null of what was picked or typed."""

    room = fields.text(none=True)
    balance = fields.text(none=True)
    container = fields.text(none=True)


class MaterialDispensed(Schema):
    """A portion of a line, out of `container` into a new one with the label `into`. `limits` are those of the line for
    this lot, `reading` the balance's last weight, `tare_reading` that of the empty container."""

    batch = fields.code()
    phase = fields.code()
    line = fields.code()
    portion = fields.whole(1, MOST_PORTIONS)
    material = fields.code()
    lot = fields.number()
    container = fields.text(none=True)
    into = fields.code()
    tare = fields.nested(fields.QuantityShape, none=True)
    net = fields.nested(fields.QuantityShape)
    gross = fields.nested(fields.QuantityShape, none=True)
    source = fields.choice("device", "manual")
    reading = fields.nested(ReadingNamed, none=True)
    tare_reading = fields.nested(ReadingNamed, none=True)
    limits = fields.nested(Limits)
    potency = fields.nested(_Potency, none=True)
    basis = fields.nested(_Basis, none=True)
    scanned = fields.nested(_Scanned)
    verified_by = fields.code(none=True)
    comment = fields.text(2000, none=True)

    @validates_schema
    def check_asked(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if any(data["limits"][name] is None for name in ("low", "high", "target")):
            raise ValidationError("a line of dispensing has limits and a target", "limits")


class RestWeighed(Schema):
    """What is left in a container that a batch has taken from, as a balance shows it: weights and readings as those of
    a portion. Nobody types one: what is typed is counted (`materials.count_closed.v1`) or given back."""

    batch = fields.code()
    phase = fields.code()
    container = fields.text()
    tare = fields.nested(fields.QuantityShape, none=True)
    net = fields.nested(fields.QuantityShape)
    gross = fields.nested(fields.QuantityShape, none=True)
    source = fields.choice("device")
    reading = fields.nested(ReadingNamed)
    tare_reading = fields.nested(ReadingNamed, none=True)
    comment = fields.text(2000, none=True)
