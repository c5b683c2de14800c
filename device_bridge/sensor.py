"""One sensor for ever: read it, check who it is, keep what it said, and again after its interval.

Each reading is an entry of its own, in the outbox before anything else sees it: without a network none is lost. Where
the sensor cannot be read nothing is made up; that there was no reading is what the record then shows.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from time import monotonic

from device_bridge.backoff import Backoff
from device_bridge.config import Sensor as Configured
from device_bridge.group_commit import GroupCommit
from device_bridge.journal import Level, say
from device_bridge.outbox import Draft
from device_bridge.transports.ble_sensor import NAME, Air
from device_bridge.transports.stream import LinkError

KIND = "environment.point_read.v1"


class SensorSession:
    """The life of one configured sensor. `read` asks it once."""

    def __init__(self, sensor: Configured, read: Callable[[], Awaitable[Air]], store: GroupCommit) -> None:
        self._sensor, self._read, self._store = sensor, read, store
        self._retry, self._wrong = Backoff(1.0), Backoff(5.0, 60.0)

    async def run(self) -> None:
        while True:
            began = monotonic()
            pause = await self._once()
            if pause is None:
                # From begin to begin, so that what a reading takes does not add up.
                await asyncio.sleep(max(0.0, self._sensor.interval - (monotonic() - began)))
            else:
                await pause.wait()

    async def _once(self) -> Backoff | None:
        """One reading; how long to wait before the next, None where it was kept."""
        try:
            air = await self._read()
            if air.identity.serial != self._sensor.serial:
                self._say("wrong_sensor", "error", expected=self._sensor.serial, found=air.identity.serial)
                return self._wrong
            if not air.values:
                self._say("sensor_without_values", "warning", raw=air.raw)
                return self._retry
            await self._keep(air)
        except LinkError as error:
            self._say("link_lost", "warning", reason=str(error))
            return self._retry
        except sqlite3.Error as error:
            # Not stored, so not read: the sensor is asked again.
            self._say("outbox_unwritable", "error", reason=str(error))
            return self._retry
        self._retry.reset()
        return None

    async def _keep(self, air: Air) -> None:
        connection = await self._store.call(lambda outbox: outbox.next_connection(self._sensor.id))
        payload = {
            "sensor": self._sensor.id,
            "model": air.identity.model or "-",
            "serial": air.identity.serial,
            "transport": NAME,
            "values": [{"quantity": name, "value": value, "unit": unit} for name, value, unit in air.values],
            "raw": air.raw,
            "connection": connection,
        }
        await self._store.append(Draft(KIND, f"equipment/{self._sensor.id}", payload))
        # A crash here: the reading is kept, and sent like any other.
        self._say("sensor_read", read={name: value for name, value, _ in air.values})

    def _say(self, event: str, level: Level = "info", **more: object) -> None:
        say(event, level, sensor=self._sensor.id, **more)
