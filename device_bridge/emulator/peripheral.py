"""An emulated balance in the emulated air: a real GATT server, the Nordic UART Service in front of its protocol."""

import asyncio
import contextlib

from bumble.att import Attribute
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from device_bridge.emulator.ble_device import BleDevice
from device_bridge.emulator.protocols import MakeTalker
from device_bridge.emulator.radio import Air
from device_bridge.emulator.scale import Scale

NORDIC_UART = "6E400001-B5A3-F393-E0A9-E50E24DCCA9E"
NORDIC_RX = "6E400002-B5A3-F393-E0A9-E50E24DCCA9E"
NORDIC_TX = "6E400003-B5A3-F393-E0A9-E50E24DCCA9E"


class Peripheral(BleDevice):
    """One balance: its scale, its protocol, its radio. Output is cut to the ATT MTU, as real ones do."""

    transport = "ble-nus"

    def __init__(
        self, air: Air, name: str, address: str, serial: str, talker: MakeTalker, battery: bool = True
    ) -> None:
        self.serial, self.scale = serial, Scale()
        no_access = Attribute.Permissions(0)  # only notified
        self._tx: Characteristic[bytes] = Characteristic(NORDIC_TX, Characteristic.Properties.NOTIFY, no_access)
        super().__init__(air, name, address, [Service(UUID(NORDIC_UART), [self._rx(), self._tx])], battery)
        self._device.on("connection", self._on_connection)
        self._received = b""
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._protocol = talker(self.scale, serial, self._send)

    def _rx(self) -> Characteristic[bytes]:
        can = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        return Characteristic(NORDIC_RX, can, Attribute.WRITEABLE, CharacteristicValue(write=self._on_write))

    async def run(self) -> None:
        """Answer commands, until cancelled."""
        while True:
            await self._protocol.handle(await self._commands.get())

    def _on_connection(self, connection: Connection) -> None:
        connection.on("disconnection", lambda _: self._protocol.stop())

    def _on_write(self, _: Connection, value: bytes) -> None:
        *lines, self._received = (self._received + value).split(b"\r\n")
        for line in lines:
            self._commands.put_nowait(line.decode("latin-1"))

    async def _send(self, line: str) -> None:
        data = line.encode("ascii") + b"\r\n"
        for connection in list(self._device.connections.values()):
            step = connection.att_mtu - 3
            for start in range(0, len(data), step):
                # A link that ends meanwhile takes the rest of the line with it.
                with contextlib.suppress(Exception):
                    await self._device.notify_subscriber(connection, self._tx, data[start : start + step])
