"""One balance for ever: connect, ask who it is, show its value, capture its plateaus, and again after a lost link."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from device_bridge.backoff import Backoff
from device_bridge.capture import Plateau
from device_bridge.config import Balance
from device_bridge.dialogue import Instrument
from device_bridge.group_commit import GroupCommit
from device_bridge.journal import Level, say
from device_bridge.live import Live
from device_bridge.outbox import Draft
from device_bridge.reading import Identity, Reading
from device_bridge.transports.stream import LinkError

KIND = "equipment.weight_read.v1"
UNRATED = "equipment.scale_read.v1"
POLL_SECONDS = 0.15
# A battery loses a hundredth of its charge in several minutes.
BATTERY_SECONDS = 300.0


class Session:
    """The life of one configured balance. `instrument` makes a fresh one for each connection."""

    def __init__(self, balance: Balance, instrument: Callable[[], Instrument], store: GroupCommit, live: Live) -> None:
        self._balance, self._instrument = balance, instrument
        self._store, self._live = store, live
        self._plateau = Plateau()
        self._kept: str | None = None
        self._retry, self._wrong = Backoff(), Backoff(5.0, 60.0)

    async def run(self) -> None:
        self._plateau = await self._remembered()
        while True:
            pause = await self._once()
            await pause.wait()

    async def _once(self) -> Backoff:
        """One connection from beginning to end; how long to wait before the next."""
        instrument = self._instrument()
        try:
            identity = await instrument.open()
            if identity.serial != self._balance.serial:
                # Somebody exchanged the balance, or it took over the other's name: none of its weights counts.
                self._say("wrong_balance", "error", expected=self._balance.serial, found=identity.serial)
                return self._wrong
            self._retry.reset()
            watching = asyncio.create_task(self._watch_battery(instrument))
            try:
                await self._weigh(instrument, identity)
            finally:
                watching.cancel()
        except LinkError as error:
            self._say("link_lost", "warning", reason=str(error))
        except sqlite3.Error as error:
            # Not stored, so not captured: the same plateau is tried again on the next connection.
            self._say("outbox_unwritable", "error", reason=str(error))
        finally:
            self._live.lost(self._balance.id)
            await instrument.close()
        return self._retry

    async def _weigh(self, instrument: Instrument, identity: Identity) -> None:
        """Poll until the link is lost (LinkError)."""
        connection = await self._store.call(lambda outbox: outbox.next_connection(self._balance.id))
        self._say("balance_connected", model=identity.model, firmware=identity.firmware, connection=connection)
        unit: str | None = None
        while True:
            reading = await instrument.weigh()
            if reading.quality == "unknown":
                await self._keep(reading, identity, instrument, connection)
            while self._plateau.wants(reading):
                # Lines bear no checksum: a wrong digit or a lost letter of the unit is seen by asking again.
                again = await instrument.weigh()
                if (again.quality, again.net, again.unit) == (reading.quality, reading.net, reading.unit):
                    await self._capture(again, identity, instrument.transport, connection)
                    break
                self._plateau.doubt()
                reading = again
            unit = reading.unit or unit
            # Shown after it was stored: who sees a stable weight may rely on the record behind it. A value that moves
            # and comes without unit is shown in the one that the balance named last.
            self._live.show(self._balance.id, replace(reading, unit=unit))
            await asyncio.sleep(POLL_SECONDS)

    async def _watch_battery(self, instrument: Instrument) -> None:
        """Until cancelled: what is known of it goes to the screens with the values. It is no record."""
        while True:
            percent = await instrument.battery()
            if percent is not None:
                self._live.power(self._balance.id, percent)
            await asyncio.sleep(BATTERY_SECONDS)

    async def _capture(self, reading: Reading, identity: Identity, transport: str, connection: int) -> None:
        payload = {
            "balance": self._balance.id,
            "model": identity.model,
            "serial": identity.serial,
            "transport": transport,
            "quality": "stable",
            "net": {"value": reading.net, "unit": reading.unit},
            "raw": reading.raw,
            "connection": connection,
        }
        envelope = await self._store.append(Draft(KIND, self._stream_name, payload))
        # A crash here: the weight is captured, and at the next start the outbox says so to the plateau.
        self._plateau.took(reading)
        self._say("weight_captured", net=reading.net, unit=reading.unit, seq=envelope.head.seq)

    async def _keep(self, reading: Reading, identity: Identity, instrument: Instrument, connection: int) -> None:
        """A measurement that the device made by itself and that says nothing of its stability: a record of another
        kind, which no weighing takes."""
        if reading.device_time is not None and reading.raw == self._kept:
            return  # its confirmation was lost, and it came again
        payload = {
            "balance": self._balance.id,
            "model": identity.model or "-",
            "serial": identity.serial,
            "transport": instrument.transport,
            "weight": {"value": reading.net, "unit": reading.unit},
            "resolution": instrument.resolution(reading.unit or ""),
            "raw": reading.raw,
            "device_time": reading.device_time,
            "user": reading.user,
            "connection": connection,
        }
        await self._store.append(Draft(UNRATED, self._stream_name, payload))
        self._kept = reading.raw
        self._say("scale_read", weight=reading.net, unit=reading.unit)

    async def _remembered(self) -> Plateau:
        payload = await self._store.call(lambda outbox: outbox.latest(self._stream_name))
        if payload is None:
            return Plateau()
        self._kept = payload["raw"]
        if "net" not in payload:
            return Plateau()
        return Plateau(Decimal(payload["net"]["value"]), payload["net"]["unit"], changed=False)

    @property
    def _stream_name(self) -> str:
        return f"equipment/{self._balance.id}"

    def _say(self, event: str, level: Level = "info", **fields: object) -> None:
        say(event, level, balance=self._balance.id, **fields)
