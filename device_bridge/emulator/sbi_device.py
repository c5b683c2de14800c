"""The other end of SBI: what an emulated balance answers to the commands that hosts send."""

from collections.abc import Awaitable, Callable

from device_bridge.emulator.protocols import Send
from device_bridge.emulator.scale import Scale

MODEL = "MSE36201S-000-D0"
FIRMWARE = "00-39-21"
STABLE_TIMEOUT = 5.0


class SbiDevice:
    """Commands in, lines of 22 characters out (16 with `named` off). It prints without waiting for stability, as the
    bridge needs it, and passes over what it does not know, as these balances do."""

    def __init__(self, scale: Scale, serial: str, send: Send, named: bool = True) -> None:
        self._scale, self._send, self._named = scale, send, named
        self._commands: dict[str, Callable[[], Awaitable[None]]] = {
            "P": lambda: self._send(weight_line(self._scale, self._named)),
            "T": self._tare,
            "U": self._tare,
            "V": self._zero,
            "x1_": lambda: self._send(f"{MODEL:>20}"),
            "x2_": lambda: self._send(f"{serial:>20}"),
            "x3_": lambda: self._send(f"{FIRMWARE:>20}"),
        }

    async def handle(self, line: str) -> None:
        if (act := self._commands.get(line.removeprefix("\x1b"))) is not None and line.startswith("\x1b"):
            await act()

    def stop(self) -> None:
        """Nothing goes on by itself."""

    async def _tare(self) -> None:
        if await self._scale.steady(STABLE_TIMEOUT):
            self._scale.tare_now()

    async def _zero(self) -> None:
        if await self._scale.steady(STABLE_TIMEOUT):
            self._scale.zero_now()


def weight_line(scale: Scale, named: bool = True) -> str:
    quality, net = scale.read()
    if quality in ("overload", "underload"):
        # Special codes stand in places 5 to 8, behind "Stat" in the long form.
        word = "High" if quality == "overload" else "Low"
        return f"{'Stat' if named else '':<{6 if named else 0}}" + f"{'':4}{word:<10}"
    unit = scale.unit if quality == "stable" else ""
    return ("N     " if named else "") + f"{'-' if net < 0 else '+'} {scale.text(abs(net)):>8} {unit:<3}"
