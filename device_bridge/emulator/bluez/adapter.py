"""org.bluez.Adapter1: power, and the discovery that turns advertisements into Device1 objects."""

from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Device
from dbus_fast import Variant
from dbus_fast.errors import DBusError

from device_bridge.emulator.bluez.objects import ADAPTER, DEVICE, HCI0, Objects, Properties, failed

_UUID_LISTS = (
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_BASE_UUID = "-0000-1000-8000-00805f9b34fb"


class Adapter:
    """hci0. Each client of the bus holds its own discovery session; scanning ends with the last."""

    def __init__(self, objects: Objects, central: Device) -> None:
        self._objects, self._central = objects, central
        self._sessions: set[str] = set()
        objects.add(HCI0, ADAPTER, _adapter_properties())
        central.on("advertisement", self._on_advertisement)

    @property
    def powered(self) -> bool:
        return bool(self._objects.get(HCI0, ADAPTER)["Powered"].value)

    async def set_powered(self, powered: bool) -> None:
        """Off also forgets every discovery session: clients must ask for a new one afterwards."""
        if not powered and self._sessions:
            self._sessions.clear()
            await self._end_scan()
        self._objects.change(HCI0, ADAPTER, Powered=Variant("b", powered))

    async def start_discovery(self, client: str) -> None:
        if not self.powered:
            raise DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
        if client in self._sessions:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        self._sessions.add(client)
        if len(self._sessions) == 1:
            await self._central.start_scanning(legacy=True)
            self._objects.change(HCI0, ADAPTER, Discovering=Variant("b", True))

    async def stop_discovery(self, client: str) -> None:
        if client not in self._sessions:
            raise failed("No discovery started")
        await self.forget(client)

    async def forget(self, client: str) -> None:
        """The client ended its session, or went away without a word."""
        if client in self._sessions:
            self._sessions.remove(client)
            if not self._sessions:
                await self._end_scan()

    async def _end_scan(self) -> None:
        await self._central.stop_scanning(legacy=True)
        for path in self._objects.paths(DEVICE):
            self._objects.withdraw(path, DEVICE, "RSSI")
        self._objects.change(HCI0, ADAPTER, Discovering=Variant("b", False))

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        address = str(advertisement.address).removesuffix("/P")
        path = f"{HCI0}/dev_{address.replace(':', '_')}"
        rssi = Variant("n", advertisement.rssi)
        if self._objects.has(path):
            self._objects.change(path, DEVICE, RSSI=rssi)
        elif self._sessions:
            self._objects.add(path, DEVICE, _device_properties(address, rssi, advertisement.data))


def uuid128(uuid: UUID) -> str:
    """A UUID as BlueZ writes it: always 128 bits, lower case."""
    data = uuid.to_bytes()
    if len(data) == 2:
        return f"0000{int.from_bytes(data, 'little'):04x}{_BASE_UUID}"
    text = data[::-1].hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _adapter_properties() -> Properties:
    return {
        "Address": Variant("s", "00:00:00:00:00:01"),
        "Name": Variant("s", "hci0"),
        "Alias": Variant("s", "hci0"),
        "Powered": Variant("b", True),
        "Discovering": Variant("b", False),
        "UUIDs": Variant("as", []),
        "Roles": Variant("as", ["central", "peripheral"]),
    }


def _device_properties(address: str, rssi: Variant, data: AdvertisingData) -> Properties:
    name = data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
    groups = [group for kind in _UUID_LISTS for group in data.get_all(kind) if isinstance(group, list)]
    properties = {
        "Address": Variant("s", address),
        "AddressType": Variant("s", "random"),
        "Alias": Variant("s", name or address.replace(":", "-")),
        "UUIDs": Variant("as", [uuid128(uuid) for group in groups for uuid in group]),
        "Adapter": Variant("o", HCI0),
        "RSSI": rssi,
    }
    if name:
        properties["Name"] = Variant("s", name)
    for flag in ("Paired", "Bonded", "Trusted", "Blocked", "Connected", "ServicesResolved"):
        properties[flag] = Variant("b", False)
    return properties
