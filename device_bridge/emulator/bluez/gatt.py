"""org.bluez.GattCharacteristic1: values read, written and notified over a link."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bumble.core import ProtocolError
from bumble.gatt_client import CharacteristicProxy
from dbus_fast import Variant
from dbus_fast.errors import DBusError

from device_bridge.emulator.bluez.links import Links
from device_bridge.emulator.bluez.objects import CHARACTERISTIC, Objects, failed

T = TypeVar("T")


class Gatt:
    """Clients share one subscription of a characteristic; it ends with the last of them."""

    def __init__(self, objects: Objects, links: Links) -> None:
        self._objects, self._links = objects, links
        self._clients: dict[str, set[str]] = defaultdict(set)
        self._subscribers: dict[str, Callable[[bytes], None]] = {}

    async def read(self, path: str) -> bytes:
        value = bytes(await _over_the_air(self._at(path).read_value()))
        self._objects.change(path, CHARACTERISTIC, Value=Variant("ay", value))
        return value

    async def write(self, path: str, value: bytes, with_response: bool) -> None:
        await _over_the_air(self._at(path).write_value(value, with_response=with_response))

    async def start_notify(self, path: str, client: str) -> None:
        characteristic = self._at(path)
        if "Notifying" not in self._objects.get(path, CHARACTERISTIC):
            raise DBusError("org.bluez.Error.NotSupported", "Operation is not supported")
        self._forget_lost_links()
        first = not self._clients[path]
        self._clients[path].add(client)
        if first:
            self._subscribers[path] = self._publisher(path)
            await _over_the_air(characteristic.subscribe(self._subscribers[path]))
            self._objects.change(path, CHARACTERISTIC, Notifying=Variant("b", True))

    async def stop_notify(self, path: str, client: str) -> None:
        self._clients[path].discard(client)
        if not self._clients[path] and (subscriber := self._subscribers.pop(path, None)) is not None:
            await _over_the_air(self._at(path).unsubscribe(subscriber))
            self._objects.change(path, CHARACTERISTIC, Notifying=Variant("b", False))

    async def forget(self, client: str) -> None:
        """The client is gone; its subscriptions go too."""
        self._forget_lost_links()
        for path in [path for path, clients in self._clients.items() if client in clients]:
            await self.stop_notify(path, client)

    def _forget_lost_links(self) -> None:
        for path in [path for path in self._clients if path not in self._links.characteristics]:
            del self._clients[path]
            self._subscribers.pop(path, None)

    def _publisher(self, path: str) -> Callable[[bytes], None]:
        return lambda value: self._objects.change(path, CHARACTERISTIC, Value=Variant("ay", bytes(value)))

    def _at(self, path: str) -> CharacteristicProxy[bytes]:
        self._objects.get(path, CHARACTERISTIC)
        return self._links.characteristics[path]


async def _over_the_air(operation: Awaitable[T]) -> T:
    """Errors of bumble become those of BlueZ."""
    try:
        return await operation
    except ProtocolError as error:
        raise failed(f"Operation failed with ATT error: 0x{error.error_code:02x}") from error
    except asyncio.CancelledError:
        # bumble cancels what waits for an answer when the link ends; that is not somebody cancelling us.
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        raise failed("Not connected") from None
    except Exception as error:  # the link ended: bumble has several exceptions for it
        raise failed("Not connected") from error
