"""The other end of MT-SICS: what an emulated balance answers to the commands that hosts send."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation

from device_bridge.emulator.protocols import Send
from device_bridge.emulator.scale import UNITS, Scale
from device_bridge.reading import Quality

MODEL = "ICS685 PBD655-30 30.000 kg"
FIRMWARE = "3.42 18.6.4.1361.772"
STABLE_TIMEOUT = 5.0
REPEAT_SECONDS = 0.05
_MARK: dict[Quality, str] = {"stable": "S", "dynamic": "D", "overload": "+", "underload": "-", "error": "I"}


class MtSicsDevice:
    """Commands in, reply lines out through `send`. One command at a time, as balances do."""

    def __init__(self, scale: Scale, serial: str, send: Send) -> None:
        self._scale, self._serial, self._send = scale, serial, send
        self._repeating: asyncio.Task[None] | None = None
        self._commands: dict[str, Callable[[], Awaitable[None]]] = {
            "@": self._identify,
            "I0": self._list,
            "I1": lambda: self._send('I1 A "01" "2.30" "2.22" "" ""'),
            "I2": lambda: self._send(f'I2 A "{MODEL}"'),
            "I3": lambda: self._send(f'I3 A "{FIRMWARE}"'),
            "I4": self._identify,
            "S": self._weigh_stable,
            "SI": lambda: self._send(weight_line(self._scale)),
            "SIR": self._repeat,
            "T": self._tare,
            "TA": lambda: self._send(f"TA A {self._tared()}"),
            "TAC": self._clear_tare,
            "Z": self._zero,
        }

    async def handle(self, line: str) -> None:
        self.stop()
        name, _, argument = line.partition(" ")
        if name == "TA" and argument:
            await self._preset_tare(argument)
        elif argument or name not in self._commands:
            await self._send("ES")
        else:
            await self._commands[name]()

    def stop(self) -> None:
        """End a running SIR: the next command has come, or the host is gone."""
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None

    async def _identify(self) -> None:
        await self._send(f'I4 A "{self._serial}"')

    async def _list(self) -> None:
        *first, last = sorted(self._commands)
        for name in first:
            await self._send(f'I0 B 0 "{name}"')
        await self._send(f'I0 A 0 "{last}"')

    async def _weigh_stable(self) -> None:
        steady = await self._scale.steady(STABLE_TIMEOUT)
        await self._send(weight_line(self._scale) if steady else "S I")

    async def _repeat(self) -> None:
        self._repeating = asyncio.create_task(self._send_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            await self._send(weight_line(self._scale))
            await asyncio.sleep(REPEAT_SECONDS)

    async def _tare(self) -> None:
        await self._scale.steady(STABLE_TIMEOUT)
        done = self._scale.tare_now()
        quality = self._scale.read()[0]
        mark = "I" if quality == "dynamic" else _MARK[quality]
        await self._send(f"T S {self._tared()}" if done else f"T {mark}")

    async def _preset_tare(self, argument: str) -> None:
        value, _, unit = argument.partition(" ")
        try:
            tare = Decimal(value)
        except InvalidOperation:
            return await self._send("TA L")
        if unit != self._scale.unit or not tare.is_finite() or tare < 0:
            return await self._send("TA L")
        self._scale.set_tare(tare / UNITS[unit])
        await self._send(f"TA A {self._tared()}")

    def _tared(self) -> str:
        return f"{self._scale.text(self._scale.tare):>10} {self._scale.unit}"

    async def _clear_tare(self) -> None:
        self._scale.set_tare(Decimal(0))
        await self._send("TAC A")

    async def _zero(self) -> None:
        steady = await self._scale.steady(STABLE_TIMEOUT)
        if not steady:
            return await self._send("Z I")
        await self._send("Z A" if self._scale.zero_now() else "Z +")


def weight_line(scale: Scale) -> str:
    quality, net = scale.read()
    if quality in ("overload", "underload"):
        return f"S {_MARK[quality]}"
    return f"S {_MARK[quality]} {scale.text(net):>10} {scale.unit}"
