"""`python -m device_bridge.emulator`: balances, radio, BlueZ and bus in one process, beside the unmodified daemon."""

import argparse
import asyncio
import json
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from device_bridge.config import Config, load
from device_bridge.emulator.air_sensor import AirSensorDevice
from device_bridge.emulator.balances import Emulated, emulated_balances, emulated_sensors
from device_bridge.emulator.bluez.service import serve
from device_bridge.emulator.control import Control
from device_bridge.emulator.control_port import control_port
from device_bridge.emulator.private_bus import private_bus
from device_bridge.emulator.radio import Air


def main() -> None:
    parser = argparse.ArgumentParser("device_bridge.emulator", description="Emulate the balances of a bridge.")
    parser.add_argument("--config", type=Path, default=Path("bridge.toml"), help="the bridge's configuration")
    asyncio.run(emulate(load(parser.parse_args().config)))


async def emulate(config: Config) -> None:
    """Print one JSON line {"bus", "control_port"} when all is up, and run until SIGTERM or SIGINT."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    air = Air()
    balances, sensors = emulated_balances(config.balances, air), emulated_sensors(config.sensors, air)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(private_bus())
        bluez = await stack.enter_async_context(serve(air, bus))
        await stack.enter_async_context(_switched_on([*balances.values(), *sensors.values()]))
        control = Control(balances, bluez, sensors)
        stack.callback(control.close)
        if config.cycle:
            for identifier in balances:
                control.start_cycle(identifier)
        port = stack.enter_context(control_port(control, config.control_port))
        print(json.dumps({"bus": bus, "control_port": port}), flush=True)
        await asked.wait()


@asynccontextmanager
async def _switched_on(devices: Sequence[Emulated | AirSensorDevice]) -> AsyncIterator[None]:
    """All of them answer while the block runs; it ends early if one of them breaks."""
    async with asyncio.TaskGroup() as group:
        for device in devices:
            await device.start()
        tasks = [group.create_task(device.run()) for device in devices]
        yield
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    main()
