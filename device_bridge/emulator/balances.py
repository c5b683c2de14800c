"""The emulated balances of a configuration: on Bluetooth, the network or a cable, as each is configured."""

from typing import Protocol

from device_bridge.config import Balance, Sensor
from device_bridge.emulator.air_sensor import AirSensorDevice
from device_bridge.emulator.cable_balance import CableBalance
from device_bridge.emulator.mt_sics_device import MtSicsDevice
from device_bridge.emulator.peripheral import Peripheral
from device_bridge.emulator.protocols import MakeTalker
from device_bridge.emulator.radio import Air
from device_bridge.emulator.sbi_device import SbiDevice
from device_bridge.emulator.scale import Scale
from device_bridge.emulator.tcp_balance import TcpBalance
from device_bridge.emulator.weight_scale import WeightScaleDevice

TALKERS: dict[str, MakeTalker] = {"mt-sics": MtSicsDevice, "sbi": SbiDevice}


class Emulated(Protocol):
    """A balance whichever way it is reached. `away` is out of reach: no link, and none can be made."""

    transport: str
    serial: str
    scale: Scale
    away: bool

    async def start(self) -> None: ...
    async def run(self) -> None: ...

    @property
    def connected(self) -> bool: ...

    async def drop(self) -> None: ...
    def leave(self) -> None: ...
    def come_back(self) -> None: ...


def emulated_balances(configured: tuple[Balance, ...], air: Air) -> dict[str, Emulated]:
    """One for each configured balance, by the plant's id, none of them switched on yet."""
    return {balance.id: _emulated(balance, number, air) for number, balance in enumerate(configured, 1)}


def emulated_sensors(configured: tuple[Sensor, ...], air: Air) -> dict[str, AirSensorDevice]:
    """The same of the sensors of rooms."""
    found = {}
    for number, one in enumerate(configured, 1):
        address = one.address or f"C0:00:00:01:{number >> 8:02X}:{number & 255:02X}"
        found[one.id] = AirSensorDevice(air, one.name, address, one.serial)
    return found


def _emulated(balance: Balance, number: int, air: Air) -> Emulated:
    # Without a configured address: a static random one, which has its two highest bits set.
    address = balance.address or f"C0:00:00:00:{number >> 8:02X}:{number & 255:02X}"
    if balance.protocol == "weight-scale":
        return WeightScaleDevice(air, balance.name, address, balance.serial)
    talker = TALKERS[balance.protocol]
    if balance.host is not None:
        return TcpBalance(balance.host, balance.port, balance.serial, talker)
    if balance.device is not None:
        return CableBalance(balance.device, balance.serial, talker)
    return Peripheral(air, balance.name, address, balance.serial, talker)
