"""An emulated sensor with the Environmental Sensing Service: it says how warm and how humid its room is."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic

from bumble.att import Attribute
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from device_bridge.emulator.ble_device import BleDevice
from device_bridge.emulator.radio import Air as Radio

MODEL, FIRMWARE = "ESS-2", "2.10"
# An air conditioning that swings by a third of a degree within the hour.
SWING, PERIOD_SECONDS = Decimal("0.3"), 3600.0


@dataclass
class RoomAir:
    """What the room is like; None is what the sensor does not know. `steady`: it does not swing by itself."""

    temperature: Decimal | None = Decimal("21.50")
    humidity: Decimal | None = Decimal("45.00")
    steady: bool = False

    def shown(self, value: Decimal | None) -> Decimal | None:
        if value is None or self.steady:
            return value
        return value + SWING * Decimal(str(round(math.sin(monotonic() * 2 * math.pi / PERIOD_SECONDS), 2)))


class AirSensorDevice(BleDevice):
    """Environmental Sensing and Device Information Service in front of a room's air."""

    transport = "ble-ess"

    def __init__(self, air: Radio, name: str, address: str, serial: str) -> None:
        self.serial, self.room = serial, RoomAir()
        sensed = [
            _read("2A6E", lambda: _hundredths(self.room.shown(self.room.temperature), -0x8000, signed=True)),
            _read("2A6F", lambda: _hundredths(self.room.shown(self.room.humidity), 0xFFFF, signed=False)),
        ]
        about = {"2A25": serial, "2A24": MODEL, "2A26": FIRMWARE}
        told = [
            Characteristic(UUID(number), Characteristic.Properties.READ, Attribute.READABLE, text.encode())
            for number, text in about.items()
        ]
        super().__init__(air, name, address, [Service(UUID("181A"), sensed), Service(UUID("180A"), told)])

    async def run(self) -> None:
        """It answers whoever reads; until cancelled."""
        await asyncio.get_running_loop().create_future()


def _read(number: str, value: Callable[[], bytes]) -> Characteristic[bytes]:
    def read(_: Connection) -> bytes:
        return value()

    answer: CharacteristicValue[bytes] = CharacteristicValue(read=read)
    return Characteristic(UUID(number), Characteristic.Properties.READ, Attribute.READABLE, answer)


def _hundredths(value: Decimal | None, unknown: int, *, signed: bool) -> bytes:
    number = unknown if value is None else int(value * 100)
    return number.to_bytes(2, "little", signed=signed)
