"""Wires the bridge together and keeps it running: balances on one side, the server on the other, the outbox between."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable

from device_bridge.config import Balance, Config, Machine, Sensor
from device_bridge.dialogue import Dialogue, Instrument
from device_bridge.drivers import mt_sics, sbi
from device_bridge.enrolment import identify
from device_bridge.errors import BridgeStopped
from device_bridge.group_commit import GroupCommit
from device_bridge.journal import say
from device_bridge.live import Live
from device_bridge.machine import MachineSession
from device_bridge.outbox import Outbox
from device_bridge.plant import Plant
from device_bridge.sensor import SensorSession
from device_bridge.session import Session
from device_bridge.transports import ble_sensor
from device_bridge.transports.ble_scale import WeightScale
from device_bridge.transports.ble_sensor import Air
from device_bridge.transports.ble_uart import BleUart, Peer, Radio
from device_bridge.transports.serial_port import SerialStream
from device_bridge.transports.stream import ByteStream
from device_bridge.transports.tcp import TcpStream
from device_bridge.uplink import Uplink

LAST_WORDS_SECONDS = 2.0
DRIVERS = {"mt-sics": mt_sics.DRIVER, "sbi": sbi.DRIVER}


class _Asked(Exception):
    """SIGTERM or SIGINT: somebody asked the bridge to end."""


async def run(config: Config) -> None:
    """Until SIGTERM or SIGINT; BridgeStopped when it cannot go on by itself."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_until_asked())
            group.create_task(_bridge(config))
    except* _Asked:
        say("stopped")
    except* BridgeStopped as stopped:
        raise _first(stopped) from None


def _first(group: BaseExceptionGroup[BridgeStopped]) -> BridgeStopped:
    error = group.exceptions[0]
    return error if isinstance(error, BridgeStopped) else _first(error)


async def _until_asked() -> None:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()
    raise _Asked


async def _bridge(config: Config) -> None:
    plant = Plant(config.server)
    device, signer = await identify(config.data, plant, config.name, config.code)
    store = GroupCommit(await asyncio.to_thread(Outbox, config.data / "outbox.db", device, signer))
    live = Live(plant, device, signer)
    radio = Radio()
    say("started", device=device, server=config.server, balances=[balance.id for balance in config.balances])
    try:
        async with asyncio.TaskGroup() as lasting:
            helpers = [
                lasting.create_task(work) for work in (store.run(), live.run(), Uplink(plant, device, store).run())
            ]
            try:
                await _weigh(config, radio, store, live)
            finally:
                await _last_words(live)
                for helper in helpers:
                    helper.cancel()
    finally:
        await radio.close()
        store.close()


async def _weigh(config: Config, radio: Radio, store: GroupCommit, live: Live) -> None:
    async with asyncio.TaskGroup() as group:
        for balance in config.balances:
            group.create_task(Session(balance, _instrument(balance, radio), store, live).run())
        for machine in config.machines:
            group.create_task(MachineSession(machine, _way_to(machine), store).run())
        for sensor in config.sensors:
            group.create_task(SensorSession(sensor, _air_of(sensor, radio), store).run())


def _way_to(machine: Machine) -> Callable[[], ByteStream]:
    return lambda: TcpStream(machine.host, machine.port)


def _air_of(sensor: Sensor, radio: Radio) -> Callable[[], Awaitable[Air]]:
    return lambda: ble_sensor.read(radio, Peer(sensor.name, sensor.address))


async def _last_words(live: Live) -> None:
    """Tell the screens that the balances are gone; what is in the outbox is sent at the next start."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_SECONDS):
            await live.flush()


def _instrument(balance: Balance, radio: Radio) -> Callable[[], Instrument]:
    if balance.protocol == "weight-scale":
        return lambda: WeightScale(radio, Peer(balance.name, balance.address))
    return lambda: Dialogue(_stream(balance, radio), DRIVERS[balance.protocol])


def _stream(balance: Balance, radio: Radio) -> ByteStream:
    if balance.host is not None:
        return TcpStream(balance.host, balance.port)
    if balance.device is not None:
        return SerialStream(balance.device, balance.line, balance.handshake)
    return BleUart(radio, Peer(balance.name, balance.address))
