"""The objects that org.bluez shows on the bus: paths, interfaces, properties, and a signal for every change."""

from collections.abc import Callable
from typing import Any

from dbus_fast import Message, Variant
from dbus_fast.errors import DBusError

ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
OBJECT_MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
HCI0 = "/org/bluez/hci0"

Properties = dict[str, Variant]


def failed(text: str) -> DBusError:
    return DBusError("org.bluez.Error.Failed", text)


class Objects:
    """One interface of BlueZ's own for each path. `send` takes the signals."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._objects: dict[str, dict[str, Properties]] = {}

    def add(self, path: str, interface: str, properties: Properties) -> None:
        self._objects[path] = {interface: properties}
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, self._objects[path]])

    def remove_below(self, path: str) -> None:
        """Take away what lies below a path, the innermost first."""
        for inner in sorted((key for key in self._objects if key.startswith(path + "/")), reverse=True):
            interfaces = list(self._objects.pop(inner))
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [inner, interfaces])

    def change(self, path: str, interface: str, **values: Variant) -> None:
        """Set properties; an object that is gone changes no more."""
        if (properties := self._objects.get(path, {}).get(interface)) is not None:
            properties.update(values)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def withdraw(self, path: str, interface: str, name: str) -> None:
        """Take a property away, as BlueZ does with the RSSI when discovery ends."""
        if self._objects[path][interface].pop(name, None) is not None:
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, {}, [name]])

    def get(self, path: str, interface: str) -> Properties:
        """The properties; DBusError UnknownObject as the bus library of BlueZ answers."""
        try:
            return self._objects[path][interface]
        except KeyError:
            raise DBusError("org.freedesktop.DBus.Error.UnknownObject", f"no {interface} at {path}") from None

    def has(self, path: str) -> bool:
        return path in self._objects

    def paths(self, interface: str) -> list[str]:
        return [path for path, interfaces in self._objects.items() if interface in interfaces]

    def all(self) -> dict[str, dict[str, Properties]]:
        return self._objects

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._send(Message.new_signal(path, interface, member, signature, body))
