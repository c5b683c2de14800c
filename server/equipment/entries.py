"""The kinds of equipment: a piece registered, a weight read, on a balance or on a scale that rates nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields, units
from server.core.kinds import Entry, Kind, Room, Ruling
from server.equipment import projection, queries
from server.equipment.model import (
    CHECKED,
    CHECKS,
    FAILED,
    LIMITS_SET,
    PASSED,
    PROCESS_READ,
    QUALITIES,
    REGISTERED,
    Reading,
    verdict,
)

# A reading is of the check if it is as fresh as this.
RECENT = timedelta(minutes=15)


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


class ProcessValue(Schema):
    """A figure of a machine by its own name for it; some have no unit."""

    name = fields.code()
    value = fields.decimal()
    unit = fields.text(20, none=True)


class ProcessRead(Schema):
    """What a machine measured of the process at one moment; `device_time` is by its own clock, without zone."""

    equipment = fields.code()
    model = fields.text()
    serial = fields.text()
    transport = fields.text(20)
    device_time = fields.text()
    values = fields.many(ProcessValue, 1, 100)
    raw = fields.text(4000)
    connection = fields.whole(1)


class TestWeight(Schema):
    """A mass that the balance is checked with; the tolerance is in the unit of the nominal mass."""

    weight = fields.code()
    nominal = fields.nested(fields.QuantityShape)
    tolerance = fields.decimal()


class LimitsSet(Schema):
    """What a balance may be used for from now on. `minimum` is its minimum weight (USP <41>), `capacity` the most that
    it weighs; `check_hours` how long a check with all of the `weights` holds, null where none is asked for."""

    balance = fields.code()
    capacity = fields.nested(fields.QuantityShape, none=True)
    minimum = fields.nested(fields.QuantityShape, none=True)
    check_hours = fields.whole(1, 24 * 366, none=True)
    weights = fields.many(TestWeight, most=10)
    reason = fields.text(2000)


class BalanceChecked(Schema):
    """A test weight on the balance. `reading` is the entry of its bridge, `shown` what that says; the rest follows."""

    balance = fields.code()
    serial = fields.text()
    weight = fields.code()
    nominal = fields.nested(fields.QuantityShape)
    tolerance = fields.decimal()
    reading = fields.code()
    shown = fields.nested(fields.QuantityShape)
    verdict = fields.choice(PASSED, FAILED)


def judge_limits(connection: Connection, entry: Entry) -> Ruling:
    """Of a balance in the register; bounds that are amounts of one thing, in order; test weights that differ."""
    given = entry.payload
    piece = queries.find_equipment(connection, given["balance"])
    if piece is None or piece.class_ != "balance":
        return Ruling(refusal="balance_unknown", details={"balance": given["balance"]})
    wrong = _wrong_limits(given)
    return Ruling() if wrong is None else Ruling(refusal="balance_limits_wrong", details={"field": wrong})


def _wrong_limits(given: Mapping[str, Any]) -> str | None:
    """The field that cannot be as it is."""
    low, high, names = given["minimum"], given["capacity"], [one["weight"] for one in given["weights"]]
    if (given["check_hours"] is None) != (not names) or len(set(names)) < len(names):
        return "weights"
    for one in given["weights"]:
        if Decimal(one["tolerance"]) <= 0 or Decimal(one["nominal"]["value"]) <= Decimal(one["tolerance"]):
            return "weights"
    if any(bound is not None and Decimal(bound["value"]) <= 0 for bound in (low, high)):
        return "minimum"
    if low is None or high is None:
        return None
    least = units.convert(low["value"], low["unit"], high["unit"])
    return "minimum" if least is None or least >= Decimal(high["value"]) else None


def judge_check(connection: Connection, entry: Entry) -> Ruling:
    """By a weight that the balance is checked with, and a stable reading of it, of now, that nothing has taken yet."""
    given = entry.payload
    limits = queries.limits_of(connection, given["balance"])
    asked = None if limits is None else next((one for one in limits.weights if one["weight"] == given["weight"]), None)
    if asked is None or (asked["nominal"], asked["tolerance"]) != (given["nominal"], given["tolerance"]):
        return Ruling(refusal="check_weight_unknown", details={"balance": given["balance"], "weight": given["weight"]})
    reading = queries.find_reading(connection, given["reading"])
    why = _unusable(connection, entry, reading)
    if reading is None or why is not None:
        return Ruling(refusal="check_reading_unusable", details={"problem": why})
    right = verdict(given["nominal"], given["tolerance"], given["shown"])
    told = (given["shown"], given["serial"], given["verdict"])
    if told != ({"value": reading.value, "unit": reading.unit}, reading.serial, right):
        return Ruling(refusal="check_reading_unusable", details={"problem": "other_value"})
    return Ruling()


def _unusable(connection: Connection, entry: Entry, reading: Reading | None) -> str | None:
    if reading is None:
        return "not_in_log"
    if reading.balance != entry.payload["balance"]:
        return "other_balance"
    if reading.quality != "stable":
        return "unstable"
    if queries.check_of_reading(connection, reading.id) is not None:
        return "reused"
    apart = datetime.fromisoformat(entry.header.captured_at) - datetime.fromisoformat(reading.captured_at)
    return "old" if abs(apart) > RECENT else None


def _balance_room(connection: Connection, entry: Entry) -> list[str]:
    piece = queries.find_equipment(connection, entry.payload["balance"])
    return [piece.location] if piece is not None and piece.location else []


def judge_weight(connection: Connection, entry: Entry) -> Ruling:
    """A reading of any kind: of a piece that is not in the register, or that is other metal than registered."""
    given = entry.payload
    known = queries.find_equipment(connection, given["equipment"] if entry.kind == PROCESS_READ else given["balance"])
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
        REGISTERED,
        EquipmentRegistered,
        "decision",
        project=projection.register,
        by=_REGISTERS,
        places=_room,
    ),
    Kind("equipment.weight_read.v1", WeightRead, "observation", judge_weight, projection.keep_reading),
    Kind(PROCESS_READ, ProcessRead, "observation", judge_weight, projection.keep_signals),
    Kind("equipment.scale_read.v1", ScaleRead, "observation", judge_weight, projection.keep_unrated),
    Kind(LIMITS_SET, LimitsSet, "decision", judge_limits, projection.set_limits, by=_REGISTERS, places=_balance_room),
    Kind(CHECKED, BalanceChecked, "decision", judge_check, projection.keep_check, by=CHECKS, places=_balance_room),
)
ROOM = Room("equipment", KINDS)
