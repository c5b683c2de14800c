"""Balances on Bluetooth: bytes over the Nordic UART Service, with bleak.

One scanner lives as long as the bridge: bleak's own find_device_by_* registers its callback only after scanning has
begun and can miss the one advertisement that matters. A link that outlived a crash of the bridge is adopted, since a
connected device does not advertise and would never be found.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from device_bridge.drivers import environmental_sensing, weight_scale
from device_bridge.journal import say
from device_bridge.transports import battery
from device_bridge.transports.stream import LinkError

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
TO_DEVICE = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
FROM_DEVICE = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
_SERVICES = [SERVICE, weight_scale.SERVICE, environmental_sensing.SERVICE]
CONNECT_SECONDS = 10.0
FIND_SECONDS = 20.0

# What bleak lets through from D-Bus and the operating system when the adapter, the bus or the link goes away.
FAILURES = (BleakError, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class Peer:
    """Which device: by the name it advertises, or by its address when the plant knows that."""

    name: str | None
    address: str | None

    def is_it(self, device: BLEDevice, advertised: str | None) -> bool:
        if self.address is not None:
            return device.address.upper() == self.address.upper()
        return self.name is not None and self.name in (advertised, device.name)


class Radio:
    """The bridge's one scanner, shared by all its balances."""

    def __init__(self) -> None:
        self._scanner: BleakScanner | None = None
        self._wanted: dict[Peer, asyncio.Future[BLEDevice]] = {}
        self._lock = asyncio.Lock()

    async def find(self, peer: Peer) -> BLEDevice:
        """The device, from a link that is still up or from its next advertisement; LinkError when it is not near."""
        try:
            return await self._connected(peer) or await self._advertised(peer)
        except FAILURES as error:
            await self.close()
            raise LinkError(f"no radio: {error}") from error

    async def _connected(self, peer: Peer) -> BLEDevice | None:
        adapter = await BleakAdapter.get()
        for device in await adapter.get_connected_devices(_SERVICES):
            if peer.is_it(device, None):
                say("link_adopted", device=device.name)
                return device
        return None

    async def _advertised(self, peer: Peer) -> BLEDevice:
        await self._listen()
        future: asyncio.Future[BLEDevice] = asyncio.get_running_loop().create_future()
        self._wanted[peer] = future
        try:
            async with asyncio.timeout(FIND_SECONDS):
                return await future
        except TimeoutError:
            # Perhaps the scanner died quietly with its bus: the next search begins with a fresh one.
            await self.close()
            raise LinkError("not in reach") from None
        finally:
            self._wanted.pop(peer, None)

    async def _listen(self) -> None:
        async with self._lock:
            if self._scanner is None:
                scanner = BleakScanner(self._heard, _SERVICES)
                await scanner.start()
                self._scanner = scanner

    def _heard(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        for peer, future in self._wanted.items():
            if not future.done() and peer.is_it(device, advertisement.local_name):
                future.set_result(device)

    async def close(self) -> None:
        async with self._lock:
            scanner, self._scanner = self._scanner, None
            if scanner is not None:
                with contextlib.suppress(*FAILURES):
                    await scanner.stop()


class BleUart:
    """A ByteStream over the Nordic UART Service of one device."""

    name = "ble-nus"

    def __init__(self, radio: Radio, peer: Peer) -> None:
        self._radio, self._peer = radio, peer
        self._client: BleakClient | None = None

    async def open(self, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        device = await self._radio.find(self._peer)
        client = BleakClient(device, lambda _: on_lost(), timeout=CONNECT_SECONDS)
        try:
            await client.connect()
            self._client = client
            await client.start_notify(FROM_DEVICE, lambda _, data: on_data(bytes(data)))
        except FAILURES as error:
            await self.close()
            raise LinkError(f"{type(error).__name__}: {error}") from error

    async def write(self, data: bytes) -> None:
        client = self._client
        if client is None or not client.is_connected:
            raise LinkError("not connected")
        try:
            characteristic = client.services.get_characteristic(TO_DEVICE)
            if characteristic is None:
                raise LinkError("the device has no Nordic UART Service")
            # mtu_size says 23 on BlueZ whatever was agreed; this one is right.
            step = characteristic.max_write_without_response_size
            for start in range(0, len(data), step):
                await client.write_gatt_char(characteristic, data[start : start + step], response=False)
        except FAILURES as error:
            raise LinkError(f"{type(error).__name__}: {error}") from error

    async def battery(self) -> int | None:
        return await battery.level(self._client)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*FAILURES):
                await client.disconnect()
