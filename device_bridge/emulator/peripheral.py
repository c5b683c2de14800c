"""An emulated balance in the emulated air: a real GATT server, the Nordic UART Service in front of its protocol."""

import asyncio
import contextlib

from bumble import data_types
from bumble.att import Attribute
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address

from device_bridge.emulator.protocols import MakeTalker
from device_bridge.emulator.radio import Air
from device_bridge.emulator.scale import Scale

NORDIC_UART = "6E400001-B5A3-F393-E0A9-E50E24DCCA9E"
NORDIC_RX = "6E400002-B5A3-F393-E0A9-E50E24DCCA9E"
NORDIC_TX = "6E400003-B5A3-F393-E0A9-E50E24DCCA9E"
ADVERTISE_MS = 100
CLOSED_BY_PEER = 0x13


class Peripheral:
    """One balance: its scale, its protocol, its radio. Output is cut to the ATT MTU, as real ones do."""

    transport = "ble-nus"

    def __init__(self, air: Air, name: str, address: str, serial: str, talker: MakeTalker) -> None:
        self.serial, self.scale, self.away = serial, Scale(), False
        self._air = air
        self._controller = Controller(name, link=air)
        settings = DeviceConfiguration(
            name=name,
            address=Address(address),
            advertising_interval_min=ADVERTISE_MS,
            advertising_interval_max=ADVERTISE_MS,
        )
        self._device = Device.from_config_with_hci(settings, self._controller, self._controller)
        self._device.advertising_data = _advertisement(name)
        no_access = Attribute.Permissions(0)  # only notified
        self._tx: Characteristic[bytes] = Characteristic(NORDIC_TX, Characteristic.Properties.NOTIFY, no_access)
        self._device.add_service(Service(UUID(NORDIC_UART), [self._rx(), self._tx]))
        self._device.on("connection", self._on_connection)
        self._received = b""
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._protocol = talker(self.scale, serial, self._send)

    def _rx(self) -> Characteristic[bytes]:
        can = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        return Characteristic(NORDIC_RX, can, Attribute.WRITEABLE, CharacteristicValue(write=self._on_write))

    async def start(self) -> None:
        """Switch on: it advertises from here on."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)

    async def run(self) -> None:
        """Answer commands, until cancelled."""
        while True:
            await self._protocol.handle(await self._commands.get())

    @property
    def connected(self) -> bool:
        return bool(self._device.connections)

    async def drop(self) -> None:
        """Close the link from the balance's side; it advertises again at once."""
        for connection in list(self._device.connections.values()):
            await self._device.disconnect(connection, CLOSED_BY_PEER)

    def leave(self) -> None:
        self.away = True
        self._air.leave(self._controller)

    def come_back(self) -> None:
        self.away = False
        self._air.come_back(self._controller)

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


def _advertisement(name: str) -> bytes:
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    # All in the advertisement itself: bumble's virtual controller never delivers scan-response data.
    parts = [
        data_types.Flags(flags),
        data_types.CompleteLocalName(name),
        data_types.CompleteListOf128BitServiceUUIDs([UUID(NORDIC_UART)]),
    ]
    return bytes(AdvertisingData(list(parts)))
