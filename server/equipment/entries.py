"""The kinds of equipment: a piece registered, a weight read, on a balance or on a scale that rates nothing."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.equipment import projection, queries
from server.equipment.model import QUALITIES


class _Registered(Schema):
    equipment = fields.code()
    name = fields.nested(fields.TextPair)
    serial = fields.text(none=True)
    model = fields.text(none=True)
    location = fields.text(none=True)
    calibration_due = fields.day(none=True)


# `class` is a word of Python, so the field cannot stand in a class body.
EquipmentRegistered = _Registered.from_dict({"class": fields.code()}, name="EquipmentRegistered")


class WeightRead(Schema):
    """`raw` holds the balance's own bytes, `connection` counts the times the bridge has found the balance."""

    balance = fields.code()
    model = fields.text()
    serial = fields.text()
    transport = fields.text()
    quality = fields.choice(*QUALITIES)
    net = fields.nested(fields.QuantityShape)
    raw = fields.text(4000)
    connection = fields.whole()


class ScaleRead(Schema):
    """What a scale has indicated that says nothing of stability, tare or net: kept, and never a weight that something
    was dispensed by. `device_time` is the scale's own clock, without zone; `resolution` its step, as it tells."""

    balance = fields.code()
    model = fields.text()
    serial = fields.text()
    transport = fields.text()
    weight = fields.nested(fields.QuantityShape)
    resolution = fields.decimal(none=True)
    raw = fields.text(4000)
    device_time = fields.text(none=True)
    user = fields.whole(none=True)
    connection = fields.whole()


def judge_weight(connection: Connection, entry: Entry) -> Ruling:
    """A reading of either kind: of a balance that is not in the register, or that is other metal than registered."""
    known = queries.find_equipment(connection, entry.payload["balance"])
    if known is None:
        return Ruling(flags=("equipment_unknown",))
    if known.serial is not None and known.serial != entry.payload["serial"]:
        return Ruling(flags=("serial_differs",))
    return Ruling()


def _room(connection: Connection, entry: Entry) -> list[str]:
    return [entry.payload["location"]] if entry.payload["location"] else []


_REGISTERS = ("server", "equipment.manage")
KINDS = (
    Kind(
        "equipment.equipment_registered.v1",
        EquipmentRegistered,
        "decision",
        project=projection.register,
        by=_REGISTERS,
        places=_room,
    ),
    Kind("equipment.weight_read.v1", WeightRead, "observation", judge_weight, projection.keep_reading),
    Kind("equipment.scale_read.v1", ScaleRead, "observation", judge_weight, projection.keep_unrated),
)
ROOM = Room("equipment", KINDS)
