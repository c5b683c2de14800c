"""The nouns of the environment: a point where a sensor reads, what it read, and the limits of a room.

A sensor is a piece of equipment of the class below; where the register says that it stands, it reads the air of that
room. Quantities have one unit each, as their Bluetooth characteristics have (Environmental Sensing Service 1.0).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SENSOR = "environment_sensor"
POINT_READ, LIMITS_SET = "environment.point_read.v1", "environment.limits_set.v1"
MANAGES = "environment.manage"
QUANTITIES: Mapping[str, str] = {"temperature": "°C", "humidity": "%", "differential_pressure": "Pa"}

ALERT, ACTION = "alert", "action"
# Flags of a reading that is kept and counts for nothing.
NOT_A_BRIDGE, UNKNOWN, DIFFERS, UNPLACED = "not_a_bridge", "equipment_unknown", "serial_differs", "sensor_unplaced"
OF_SOURCE = (NOT_A_BRIDGE, UNKNOWN, DIFFERS, UNPLACED)
COUNTS_NOT = frozenset({*OF_SOURCE, "device_revoked"})
# Of a reading or of the end of a phase: it brings to light that a phase ran in a room beyond its action limits.
BEYOND = "room_beyond_action"
# Why limits cannot be set.
ROOM_UNKNOWN, LIMITS_WRONG = "environment_room_unknown", "environment_limits_wrong"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sensor stood from a time on, and its serial number; `room` None: nowhere, or no sensor any more."""

    since: str
    room: str | None
    serial: str | None

    @classmethod
    def of(cls, payload: Mapping[str, Any], since: str) -> "Place":
        """As the register says of a piece."""
        placed = payload["class"] == SENSOR
        return cls(since, payload["location"] if placed else None, payload["serial"])


@dataclass(frozen=True, slots=True)
class Limit:
    """What a quantity of a room must stay within; None is no bound on that side."""

    alert_low: Decimal | None
    alert_high: Decimal | None
    action_low: Decimal | None
    action_high: Decimal | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Limit":
        return cls(*(None if given[name] is None else Decimal(given[name]) for name in BOUNDS))


BOUNDS = ("alert_low", "alert_high", "action_low", "action_high")


@dataclass(frozen=True, slots=True)
class Limits:
    """What was set for a room at a time: the limits of its quantities, and the most minutes between two readings."""

    since: str
    longest_gap: int
    limits: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, payload: Mapping[str, Any], since: str) -> "Limits":
        return cls(since, payload["longest_gap"], {one["quantity"]: one for one in payload["limits"]})

    def limit(self, quantity: str) -> Limit | None:
        given = self.limits.get(quantity)
        return None if given is None else Limit.of(given)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a quantity in its unit, read at a time by a sensor."""

    at: str
    value: str
    sensor: str


@dataclass(frozen=True, slots=True)
class Beyond:
    """A quantity of a room that a sensor reads beyond its action limits: the value read last, and since which
    reading."""

    room: str
    sensor: str
    quantity: str
    unit: str
    value: str
    since: str


def figures(values: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """By quantity the first value that a reading gives in the unit that the quantity has here; what has another is kept
    in the log alone."""
    found: dict[str, str] = {}
    for one in values:
        if QUANTITIES.get(one["quantity"]) == one["unit"]:
            found.setdefault(one["quantity"], one["value"])
    return found
