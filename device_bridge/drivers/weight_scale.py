"""The Bluetooth Weight Scale Service (0x181D, Bluetooth SIG 1.0): bytes of a characteristic in, readings out.

Its weights are unsigned, in steps of 5 g or 0.01 lb, and say nothing of stability, tare or net. So each is a reading
of quality "unknown", which is kept and shown, and is never a weight that something was dispensed by.
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from device_bridge.drivers.lines import MalformedLine
from device_bridge.reading import Reading

SERVICE = "0000181d-0000-1000-8000-00805f9b34fb"
MEASUREMENT = "00002a9d-0000-1000-8000-00805f9b34fb"
FEATURE = "00002a9e-0000-1000-8000-00805f9b34fb"

POUNDS, TIMED, NAMED, BODY = 1, 2, 4, 8
# Steps by the number in bits 3 to 6 of the feature; 0 and the numbers beyond say nothing.
_KILOGRAMS = ("0.5", "0.2", "0.1", "0.05", "0.02", "0.01", "0.005")
_POUNDS = ("1", "0.5", "0.2", "0.1", "0.05", "0.02", "0.01")
_UNSUCCESSFUL = 0xFFFF
_ANYBODY = 0xFF


def decode(data: bytes) -> Reading:
    """One Weight Measurement (0x2A9D); MalformedLine for flags or a length that the service does not have."""
    raw = data.hex()
    if not data or data[0] & 0xF0:  # a reserved flag changes what the number means: one maker's says "below zero"
        raise MalformedLine(raw)
    flags, rest = data[0], data[1:]
    sizes = {TIMED: 7, NAMED: 1, BODY: 4}
    if len(rest) != 2 + sum(size for flag, size in sizes.items() if flags & flag):
        raise MalformedLine(raw)
    number = int.from_bytes(rest[:2], "little")
    reading = Reading("unknown", raw, *_weight(number, pounds=bool(flags & POUNDS)))
    if number == _UNSUCCESSFUL:
        reading = Reading("error", raw, code="unsuccessful")
    rest = rest[2:]
    if flags & TIMED:
        reading, rest = replace(reading, device_time=_time(rest[:7], raw)), rest[7:]
    if flags & NAMED and rest[0] != _ANYBODY:
        reading = replace(reading, user=rest[0])
    return reading


def resolution(feature: bytes, unit: str) -> str | None:
    """The scale's step in this unit, as its Weight Scale Feature (0x2A9E) tells it; None when it does not."""
    number = int.from_bytes(feature[:4], "little") >> 3 & 0xF
    steps = _POUNDS if unit == "lb" else _KILOGRAMS
    return steps[number - 1] if len(feature) >= 4 and 1 <= number <= len(steps) else None


def _weight(number: int, *, pounds: bool) -> tuple[str, str]:
    return (f"{Decimal(number).scaleb(-2)}", "lb") if pounds else (f"{number * Decimal('0.005')}", "kg")


def _time(data: bytes, raw: str) -> str | None:
    """The scale's own clock, without zone: "2023-12-25T14:30:45". Zero in a place of the date means unknown."""
    year, (month, day, hour, minute, second) = int.from_bytes(data[:2], "little"), data[2:]
    if 0 in (year, month, day):
        return None
    try:
        told = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise MalformedLine(raw) from error
    return told.replace(tzinfo=None).isoformat()
