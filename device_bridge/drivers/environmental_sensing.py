"""The Bluetooth Environmental Sensing Service (0x181A, Bluetooth SIG 1.0): bytes of its characteristics in, values out.

Each has one unit and one step: temperature in 0.01 °C, humidity in 0.01 %. A value that the sensor says it does not
know is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from device_bridge.drivers.lines import MalformedLine

SERVICE = "0000181a-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """What one gives: two bytes, little-endian, in hundredths of `unit`; `unknown` is the number for no value."""

    quantity: str
    unit: str
    signed: bool
    unknown: int

    def decode(self, data: bytes) -> str | None:
        """The value as a decimal with both digits, None where the sensor has none; MalformedLine for another length."""
        if len(data) != 2:
            raise MalformedLine(data.hex())
        number = int.from_bytes(data, "little", signed=self.signed)
        return None if number == self.unknown else f"{Decimal(number).scaleb(-2)}"


CHARACTERISTICS: Mapping[str, Characteristic] = {
    "00002a6e-0000-1000-8000-00805f9b34fb": Characteristic("temperature", "°C", signed=True, unknown=-0x8000),
    "00002a6f-0000-1000-8000-00805f9b34fb": Characteristic("humidity", "%", signed=False, unknown=0xFFFF),
}
