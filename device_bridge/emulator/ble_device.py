"""An emulated device in the emulated air: what every Bluetooth device has, whatever its services are."""

from bumble import data_types
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Service
from bumble.hci import Address

from device_bridge.emulator.battery import Battery
from device_bridge.emulator.radio import Air

ADVERTISE_MS = 100
CLOSED_BY_PEER = 0x13


class BleDevice:
    """One radio with the services of a device, and its battery; it advertises the first of them. Away means out of
    reach."""

    def __init__(self, air: Air, name: str, address: str, services: list[Service], battery: bool = True) -> None:
        self.away = False
        self.battery = Battery()
        self._air = air
        self._controller = Controller(name, link=air)
        settings = DeviceConfiguration(
            name=name,
            address=Address(address),
            advertising_interval_min=ADVERTISE_MS,
            advertising_interval_max=ADVERTISE_MS,
        )
        self._device = Device.from_config_with_hci(settings, self._controller, self._controller)
        self._device.advertising_data = _advertisement(name, services[0].uuid)
        for service in (*services, *([self.battery.service] if battery else [])):
            self._device.add_service(service)

    async def start(self) -> None:
        """Switch on: it advertises from here on."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)

    @property
    def connected(self) -> bool:
        return bool(self._device.connections)

    async def drop(self) -> None:
        """Close the link from the device's side; it advertises again at once."""
        for connection in list(self._device.connections.values()):
            await self._device.disconnect(connection, CLOSED_BY_PEER)

    def leave(self) -> None:
        self.away = True
        self._air.leave(self._controller)

    def come_back(self) -> None:
        self.away = False
        self._air.come_back(self._controller)


def _advertisement(name: str, service: UUID) -> bytes:
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    listed = data_types.CompleteListOf16BitServiceUUIDs if len(service.to_bytes()) == 2 else None
    # All in the advertisement itself: bumble's virtual controller never delivers scan-response data.
    parts = [
        data_types.Flags(flags),
        data_types.CompleteLocalName(name),
        (listed or data_types.CompleteListOf128BitServiceUUIDs)([service]),
    ]
    return bytes(AdvertisingData(list(parts)))
