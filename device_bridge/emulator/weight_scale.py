"""An emulated scale with the Bluetooth Weight Scale Service: it indicates each weight that comes to rest on it."""

import asyncio
import contextlib
from datetime import UTC, datetime
from decimal import Decimal

from bumble.att import Attribute
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from device_bridge.emulator.ble_device import BleDevice
from device_bridge.emulator.radio import Air
from device_bridge.emulator.scale import Scale

MODEL, FIRMWARE = "WSS-150", "1.04"
STEP = Decimal("0.005")
# Bits 0 (time stamps) and 3 to 6: steps of 5 g.
FEATURE = (1 | 7 << 3).to_bytes(4, "little")
LOOK_SECONDS = 0.1


class WeightScaleDevice(BleDevice):
    """Weight Scale and Device Information Service in front of a scale; a load of less than 50 g indicates nothing."""

    transport = "ble-wss"

    def __init__(self, air: Air, name: str, address: str, serial: str) -> None:
        self.serial, self.scale = serial, Scale()
        no_access = Attribute.Permissions(0)  # only indicated
        self._measurement: Characteristic[bytes] = Characteristic(
            UUID("2A9D"), Characteristic.Properties.INDICATE, no_access
        )
        about = {"2A25": serial, "2A24": MODEL, "2A26": FIRMWARE}
        services = [
            Service(UUID("181D"), [_readable("2A9E", FEATURE), self._measurement]),
            Service(UUID("180A"), [_readable(number, text.encode()) for number, text in about.items()]),
        ]
        super().__init__(air, name, address, services)

    async def run(self) -> None:
        """Look at the scale, until cancelled."""
        told = Decimal(0)
        while True:
            quality, net = self.scale.read()
            if quality == "stable" and net != told and self.connected:
                told = net
                if net >= 10 * STEP:
                    await self._indicate(net)
            await asyncio.sleep(LOOK_SECONDS)

    async def _indicate(self, net: Decimal) -> None:
        now = datetime.now(UTC)
        clock = bytes((now.month, now.day, now.hour, now.minute, now.second))
        data = b"\x02" + int(net / STEP).to_bytes(2, "little") + now.year.to_bytes(2, "little") + clock
        for connection in list(self._device.connections.values()):
            # A link that ends meanwhile takes the measurement with it.
            with contextlib.suppress(Exception):
                await self._device.indicate_subscriber(connection, self._measurement, data)


def _readable(number: str, value: bytes) -> Characteristic[bytes]:
    return Characteristic(UUID(number), Characteristic.Properties.READ, Attribute.READABLE, value)
