"""org.bluez.Device1: links to devices, and the services that are resolved on each."""

import asyncio
from typing import Any

from bumble.device import Connection, Device, Peer
from bumble.gatt import GATT_GENERIC_ACCESS_SERVICE, GATT_GENERIC_ATTRIBUTE_SERVICE, Characteristic
from bumble.gatt_client import CharacteristicProxy, ServiceProxy
from bumble.hci import Address
from dbus_fast import Variant
from dbus_fast.errors import DBusError

from device_bridge.emulator.bluez.adapter import uuid128
from device_bridge.emulator.bluez.objects import CHARACTERISTIC, DEVICE, SERVICE, Objects, failed

CONNECT_SECONDS = 2.0
MTU = 517
# BlueZ keeps these two to itself.
_OWN_SERVICES = (GATT_GENERIC_ACCESS_SERVICE, GATT_GENERIC_ATTRIBUTE_SERVICE)
_CAN = Characteristic.Properties
_FLAGS = {
    _CAN.READ: "read",
    _CAN.WRITE_WITHOUT_RESPONSE: "write-without-response",
    _CAN.WRITE: "write",
    _CAN.NOTIFY: "notify",
    _CAN.INDICATE: "indicate",
}


class Links:
    """Links by device path, and the characteristics that are reached through them by their own path. A link belongs
    to BlueZ, not to the client that asked for it, and stays up when that client dies."""

    def __init__(self, objects: Objects, central: Device) -> None:
        self._objects, self._central = objects, central
        self._links: dict[str, Connection] = {}
        self._one_at_a_time = asyncio.Lock()
        self.characteristics: dict[str, CharacteristicProxy[bytes]] = {}

    async def connect(self, path: str) -> None:
        """Connect and resolve services; DBusError when the device is away, or goes away meanwhile."""
        address = Address(self._objects.get(path, DEVICE)["Address"].value)
        async with self._one_at_a_time:
            if path in self._links:
                return
            link = await self._reach(address)
            self._links[path] = link
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        link.on("disconnection", lambda _: self._on_disconnected(path, gone))
        self._objects.change(path, DEVICE, Connected=Variant("b", True))
        resolving = asyncio.ensure_future(self._resolve(path, link))
        await asyncio.wait({resolving, gone}, return_when=asyncio.FIRST_COMPLETED)
        if gone.done() or resolving.cancelled() or resolving.exception() is not None:
            resolving.cancel()
            raise failed("Software caused connection abort")

    async def _reach(self, address: Address) -> Connection:
        try:
            return await self._central.connect(address, timeout=CONNECT_SECONDS)
        except Exception as error:  # bumble has several; for a client all mean the same
            raise DBusError("org.freedesktop.DBus.Error.NoReply", f"connect: {error}") from error

    async def disconnect(self, path: str) -> None:
        if (link := self._links.get(path)) is not None:
            await link.disconnect()

    async def disconnect_all(self) -> None:
        for path in list(self._links):
            await self.disconnect(path)

    def _on_disconnected(self, path: str, gone: "asyncio.Future[None]") -> None:
        if not gone.done():
            gone.set_result(None)
        self._links.pop(path, None)
        self._objects.change(path, DEVICE, ServicesResolved=Variant("b", False))
        for inner in [key for key in self.characteristics if key.startswith(path + "/")]:
            del self.characteristics[inner]
        self._objects.remove_below(path)
        self._objects.change(path, DEVICE, Connected=Variant("b", False))

    async def _resolve(self, path: str, link: Connection) -> None:
        peer = Peer(link)
        mtu = await peer.request_mtu(MTU)
        await peer.discover_services()
        for service in peer.services:
            if service.uuid not in _OWN_SERVICES:
                await self._add_service(path, service, mtu)
        self._objects.change(path, DEVICE, ServicesResolved=Variant("b", True))

    async def _add_service(self, device: str, service: ServiceProxy, mtu: int) -> None:
        path = f"{device}/service{service.handle:04x}"
        uuid, primary = Variant("s", uuid128(service.uuid)), Variant("b", True)
        self._objects.add(path, SERVICE, {"UUID": uuid, "Primary": primary, "Device": Variant("o", device)})
        await service.discover_characteristics()
        for characteristic in service.characteristics:
            self._add_characteristic(path, characteristic, mtu)

    def _add_characteristic(self, service: str, characteristic: CharacteristicProxy[Any], mtu: int) -> None:
        # The handle in BlueZ's paths is the declaration's, which stands before the value's.
        path = f"{service}/char{characteristic.handle - 1:04x}"
        can = characteristic.properties
        properties = {
            "UUID": Variant("s", uuid128(characteristic.uuid)),
            "Service": Variant("o", service),
            "Value": Variant("ay", b""),
            "MTU": Variant("q", mtu),
            "Flags": Variant("as", [name for flag, name in _FLAGS.items() if can & flag]),
        }
        if can & (_CAN.NOTIFY | _CAN.INDICATE):
            properties["Notifying"] = Variant("b", False)
        self.characteristics[path] = characteristic
        self._objects.add(path, CHARACTERISTIC, properties)
