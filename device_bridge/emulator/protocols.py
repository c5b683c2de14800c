"""What an emulated balance is to its wire: commands in, reply lines out."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from device_bridge.emulator.scale import Scale

Send = Callable[[str], Awaitable[None]]


class Talker(Protocol):
    """The balance's end of a line protocol; lines go without their CR LF."""

    async def handle(self, line: str) -> None: ...

    def stop(self) -> None:
        """The host is gone: end what goes on by itself."""


MakeTalker = Callable[[Scale, str, Send], Talker]
