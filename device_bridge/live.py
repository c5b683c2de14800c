"""Live values on their way to the screens: the latest only, at most five a second, a change of quality at once.

They are no records: nothing is stored, and what cannot be sent is forgotten for the next one.
"""

import asyncio
import base64
import contextlib
from dataclasses import dataclass
from time import monotonic, time_ns
from typing import Any

from device_bridge.plant import Plant, Refused, Unreachable
from device_bridge.reading import Reading
from sync import canonical
from sync.signing import Signer
from sync.writer import now_text

LIVE_DOMAIN = b"pestle/live/v1\n"
SHORTEST = 0.2
# An unchanged value is repeated this often, so that a screen can tell a quiet balance from a dead bridge.
REPEAT = 2.0
REFUSED_PAUSE = 5.0


@dataclass(slots=True)
class _Shown:
    net: dict[str, str] | None
    quality: str
    at: float
    battery: int | None


class Live:
    """Coalesces the values of all balances of this bridge and posts them, signed."""

    def __init__(self, plant: Plant, device: str, signer: Signer) -> None:
        self._plant, self._device, self._signer = plant, device, signer
        self._latest: dict[str, tuple[dict[str, str] | None, str]] = {}
        self._battery: dict[str, int] = {}
        self._shown: dict[str, _Shown] = {}
        self._news = asyncio.Event()

    def show(self, balance: str, reading: Reading) -> None:
        """An error reading (a command that was not understood, a balance that is busy) shows nothing new."""
        if reading.quality == "error":
            return
        known = reading.net is not None and reading.unit is not None
        net = {"value": reading.net or "", "unit": reading.unit or ""} if known else None
        self._set(balance, net, reading.quality)

    def lost(self, balance: str) -> None:
        self._set(balance, None, "lost")

    def power(self, balance: str, percent: int) -> None:
        """How full its battery is: told with its values, also with its loss, which an empty one explains."""
        self._battery[balance] = percent
        self._news.set()

    def _set(self, balance: str, net: dict[str, str] | None, quality: str) -> None:
        self._latest[balance] = net, quality
        self._news.set()

    async def run(self) -> None:
        """Post what is due, until cancelled."""
        while True:
            # A device that is not asked, but speaks when it has something to say, is repeated here.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPEAT):
                    await self._news.wait()
            self._news.clear()
            await self.flush()
            if self._waiting():
                await asyncio.sleep(SHORTEST / 4)
                self._news.set()

    async def flush(self) -> None:
        """Post every value that is due now. A server that is away is told later what is true then."""
        for balance, (net, quality) in list(self._latest.items()):
            battery = self._battery.get(balance)
            if self._due(balance, net, quality):
                try:
                    await self._plant.post("/api/bridge/live", self._message(balance, net, quality))
                except Unreachable:
                    await asyncio.sleep(1)
                    return
                except Refused:
                    # For example a balance that the server does not know yet: not five times a second.
                    self._shown[balance] = _Shown(net, quality, monotonic() + REFUSED_PAUSE, battery)
                else:
                    self._shown[balance] = _Shown(net, quality, monotonic(), battery)

    def _due(self, balance: str, net: dict[str, str] | None, quality: str) -> bool:
        shown = self._shown.get(balance)
        if shown is None or shown.quality != quality:
            return True
        age = monotonic() - shown.at
        news = shown.net != net or shown.battery != self._battery.get(balance)
        return quality != "lost" and age >= (SHORTEST if news else REPEAT)

    def _waiting(self) -> bool:
        """Whether a value is held back by the rate, and so must be looked at again without further news."""
        shown = {balance: (was.net, was.quality) for balance, was in self._shown.items()}
        return shown != self._latest

    def _message(self, balance: str, net: dict[str, str] | None, quality: str) -> dict[str, Any]:
        at = now_text(time_ns() // 1_000_000)
        rest: dict[str, Any] = {"device": self._device, "balance": balance, "net": net, "quality": quality, "at": at}
        if balance in self._battery:
            rest["battery"] = self._battery[balance]
        proof = self._signer.sign(LIVE_DOMAIN + canonical.encode(rest))
        return {**rest, "proof": base64.b64encode(proof).decode()}
