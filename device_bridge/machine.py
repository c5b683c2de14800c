"""One machine for ever that writes its samples by itself: listen, check who it is, keep every sample, and again.

Other than with a balance nothing is left out: what a press measured every ten seconds is the record of the process.
An alarm that it tells is an entry as well, and bars it at the plant.
"""

import asyncio
import sqlite3
from collections.abc import Callable

from device_bridge.backoff import Backoff
from device_bridge.config import Machine as Configured
from device_bridge.drivers import press
from device_bridge.drivers.lines import Lines, MalformedLine
from device_bridge.group_commit import GroupCommit
from device_bridge.journal import Level, say
from device_bridge.outbox import Draft
from device_bridge.transports.stream import ByteStream, LinkError

KIND = "equipment.process_read.v1"
# That it stops being true is for people to decide: whoever keeps the machine clears it with a reason.
ALARM = "equipment.alarm_raised.v1"
# A press that has begun says who it is at once; between samples it may stand for hours.
GREETING_SECONDS = 5.0


class MachineSession:
    """The life of one configured machine. `stream` makes a fresh way to it for each connection."""

    def __init__(self, machine: Configured, stream: Callable[[], ByteStream], store: GroupCommit) -> None:
        self._machine, self._stream, self._store = machine, stream, store
        self._retry, self._wrong = Backoff(), Backoff(5.0, 60.0)

    async def run(self) -> None:
        while True:
            pause = await self._once()
            await pause.wait()

    async def _once(self) -> Backoff:
        """One connection from beginning to end; how long to wait before the next."""
        stream, heard = self._stream(), asyncio.Queue[bytes | None]()
        lines = Lines(press.MOST, cut=True)

        def take(data: bytes) -> None:
            for line in lines.feed(data):
                heard.put_nowait(line)

        try:
            await stream.open(take, lambda: heard.put_nowait(None))
            return await self._listen(heard, stream.name)
        except LinkError as error:
            self._say("link_lost", "warning", reason=str(error))
        except sqlite3.Error as error:
            # Not stored, so not kept; the press is listened to again on a new connection.
            self._say("outbox_unwritable", "error", reason=str(error))
        finally:
            await stream.close()
        return self._retry

    async def _listen(self, heard: asyncio.Queue[bytes | None], transport: str) -> Backoff:
        found = await self._greeted(heard)
        if found.serial != self._machine.serial:
            self._say("wrong_machine", "error", expected=self._machine.serial, found=found.serial)
            return self._wrong
        self._retry.reset()
        connection = await self._store.call(lambda outbox: outbox.next_connection(self._machine.id))
        self._say("machine_connected", model=found.model, connection=connection)
        while (line := await heard.get()) is not None:
            try:
                draft = self._heard(line, found, transport, connection)
            except MalformedLine as error:
                self._say("line_malformed", "warning", line=str(error))
                continue
            await self._store.append(draft)
            # A crash here: the sample or alarm is kept, and sent like any other.
        raise LinkError("link lost")

    async def _greeted(self, heard: asyncio.Queue[bytes | None]) -> press.Machine:
        try:
            async with asyncio.timeout(GREETING_SECONDS):
                line = await heard.get()
        except TimeoutError:
            raise LinkError("it did not say who it is") from None
        if line is None:
            raise LinkError("link lost")
        try:
            return press.machine(line)
        except MalformedLine as error:
            raise LinkError(f"it did not say who it is: {error}") from error

    def _heard(self, line: bytes, found: press.Machine, transport: str, connection: int) -> Draft:
        """What a line tells: an alarm, or a sample; MalformedLine for neither."""
        alarm = press.alarm(line)
        if alarm is None:
            return self._draft(found, press.sample(line, found.columns), transport, connection)
        self._say("machine_alarm", "warning", severity=alarm.severity, what=alarm.what)
        payload = {"equipment": self._machine.id, "what": alarm.what, "severity": alarm.severity, "source": "machine"}
        return Draft(ALARM, f"equipment/{self._machine.id}", payload)

    def _draft(self, found: press.Machine, taken: press.Sample, transport: str, connection: int) -> Draft:
        values = [{"name": name, "value": taken.values[name], "unit": unit} for name, unit in found.columns]
        payload = {
            "equipment": self._machine.id,
            "model": found.model,
            "serial": found.serial,
            "transport": transport,
            "device_time": taken.time,
            "values": values,
            "raw": taken.raw,
            "connection": connection,
        }
        return Draft(KIND, f"equipment/{self._machine.id}", payload)

    def _say(self, event: str, level: Level = "info", **more: object) -> None:
        say(event, level, machine=self._machine.id, **more)
