"""org.bluez on a bus: which method call goes where, and what happens when a client disappears."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bumble.controller import Controller
from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

from device_bridge.emulator.bluez.adapter import Adapter
from device_bridge.emulator.bluez.gatt import Gatt
from device_bridge.emulator.bluez.links import Links
from device_bridge.emulator.bluez.objects import ADAPTER, CHARACTERISTIC, DEVICE, OBJECT_MANAGER, PROPERTIES, Objects
from device_bridge.emulator.radio import Air

_NAME = "org.bluez"
_CENTRAL = "F1:F1:F1:F1:F1:F1"
_WATCH = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"

# Signature and values of a reply; None for an empty one.
Answer = tuple[str, list[Any]] | None


class BlueZ:
    """One adapter in the emulated air. Make it with `serve`."""

    def __init__(self, bus: MessageBus, central: Device) -> None:
        self._bus = bus
        self._objects = Objects(self._send)
        self._adapter = Adapter(self._objects, central)
        self._links = Links(self._objects, central)
        self._gatt = Gatt(self._objects, self._links)
        self._tasks: set[asyncio.Task[None]] = set()
        self._methods: dict[tuple[str, str], Callable[[Message], Awaitable[Answer]]] = {
            (OBJECT_MANAGER, "GetManagedObjects"): self._managed_objects,
            (PROPERTIES, "Get"): self._get,
            (PROPERTIES, "GetAll"): self._get_all,
            (ADAPTER, "SetDiscoveryFilter"): self._set_filter,
            (ADAPTER, "StartDiscovery"): lambda call: _empty(self._adapter.start_discovery(_sender(call))),
            (ADAPTER, "StopDiscovery"): lambda call: _empty(self._adapter.stop_discovery(_sender(call))),
            (DEVICE, "Connect"): lambda call: _empty(self._links.connect(_path(call))),
            (DEVICE, "Disconnect"): lambda call: _empty(self._links.disconnect(_path(call))),
            (CHARACTERISTIC, "ReadValue"): self._read,
            (CHARACTERISTIC, "WriteValue"): self._write,
            (CHARACTERISTIC, "StartNotify"): lambda call: _empty(self._gatt.start_notify(_path(call), _sender(call))),
            (CHARACTERISTIC, "StopNotify"): lambda call: _empty(self._gatt.stop_notify(_path(call), _sender(call))),
        }

    @property
    def powered(self) -> bool:
        return self._adapter.powered

    async def set_powered(self, powered: bool) -> None:
        """What `bluetoothctl power off` and `on` do: off ends all links and all discovery."""
        if not powered:
            await self._links.disconnect_all()
        await self._adapter.set_powered(powered)

    async def claim_name(self) -> None:
        """From here on clients find us."""
        self._bus.add_message_handler(self._on_message)
        watch = Message(
            *("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch"),
            signature="s",
            body=[_WATCH],
        )
        await self._bus.call(watch)
        await self._bus.request_name(_NAME)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._bus.disconnect()

    def _on_message(self, message: Message) -> bool | None:
        if message.message_type == MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, owner = message.body
            if not owner:
                self._start(self._forget(name))
            return None
        method = self._methods.get((message.interface or "", message.member or ""))
        if message.message_type != MessageType.METHOD_CALL or method is None:
            return None  # dbus-fast answers: its own interfaces, or UnknownMethod
        self._start(self._reply(message, method))
        return True

    async def _reply(self, call: Message, method: Callable[[Message], Awaitable[Answer]]) -> None:
        try:
            signature, body = await method(call) or ("", [])
        except DBusError as error:
            self._send(Message.new_error(call, error.type, error.text))
        else:
            self._send(Message.new_method_return(call, signature, body))

    async def _forget(self, client: str) -> None:
        """Its discovery and subscriptions end; the links it asked for stay up, as with BlueZ."""
        await self._adapter.forget(client)
        await self._gatt.forget(client)

    async def _managed_objects(self, _: Message) -> Answer:
        return "a{oa{sa{sv}}}", [self._objects.all()]

    async def _get(self, call: Message) -> Answer:
        interface, name = call.body
        return "v", [self._objects.get(_path(call), interface)[name]]

    async def _get_all(self, call: Message) -> Answer:
        return "a{sv}", [self._objects.get(_path(call), call.body[0])]

    async def _set_filter(self, _: Message) -> Answer:
        """Accepted and not needed: whoever asks filters once more itself, as BlueZ's clients must."""
        return None

    async def _read(self, call: Message) -> Answer:
        return "ay", [await self._gatt.read(_path(call))]

    async def _write(self, call: Message) -> Answer:
        value, options = call.body
        kind = options["type"].value if "type" in options else "request"
        await self._gatt.write(_path(call), bytes(value), with_response=kind == "request")
        return None

    def _send(self, message: Message) -> None:
        if self._bus.connected:
            self._bus.send(message)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def serve(air: Air, bus_address: str) -> AsyncIterator[BlueZ]:
    """An emulated BlueZ on that bus and in that air, for as long as the block."""
    controller = Controller("bluez", link=air)
    settings = DeviceConfiguration(name="hci0", address=Address(_CENTRAL))
    central = Device.from_config_with_hci(settings, controller, controller)
    await central.power_on()
    bluez = BlueZ(await MessageBus(bus_address=bus_address, negotiate_unix_fd=True).connect(), central)
    try:
        await bluez.claim_name()
        yield bluez
    finally:
        bluez.close()
        air.remove_controller(controller)


async def _empty(work: Awaitable[None]) -> Answer:
    await work
    return None


def _sender(call: Message) -> str:
    return call.sender or ""


def _path(call: Message) -> str:
    return call.path or ""
