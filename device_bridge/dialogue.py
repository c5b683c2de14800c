"""Question and answer with an MT-SICS balance over any stream of bytes."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from device_bridge.drivers import mt_sics
from device_bridge.journal import say
from device_bridge.reading import Identity, Reading
from device_bridge.transports.stream import ByteStream, LinkError

ANSWER_SECONDS = 3.0
Heard = Reading | mt_sics.Reply
T = TypeVar("T")


class Dialogue:
    """One connection to one balance. Lines that answer no question (another host's SIR, noise) are passed over."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._lines = mt_sics.Lines()
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()

    async def open(self) -> Identity:
        """Connect and ask who is there; LinkError if the balance does not answer as MT-SICS asks."""
        await self._stream.open(self._on_data, lambda: self._heard.put_nowait(None))
        serial = await self._text(mt_sics.SERIAL)
        return Identity(serial, await self._text(mt_sics.MODEL), await self._text(mt_sics.FIRMWARE))

    async def weigh(self) -> Reading:
        """The value now, stable or not."""
        return await self._ask(mt_sics.SEND_NOW, lambda heard: heard if isinstance(heard, Reading) else None)

    async def close(self) -> None:
        await self._stream.close()

    async def _text(self, command: str) -> str:
        reply = await self._ask(command, lambda heard: _reply(heard, command))
        if reply.status != "A" or not reply.words:
            raise LinkError(f"{command} answered {reply.raw}")
        return reply.words[0]

    async def _ask(self, command: str, wanted: Callable[[Heard], T | None]) -> T:
        while not self._heard.empty():
            # Left over from before the question; None, the end of the link, must not be passed over.
            if self._heard.get_nowait() is None:
                raise LinkError("link lost")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._stream.write(mt_sics.command(command))
                return await self._answer(wanted)
        except TimeoutError:
            raise LinkError(f"no answer to {command}") from None

    async def _answer(self, wanted: Callable[[Heard], T | None]) -> T:
        while (heard := await self._heard.get()) is not None:
            if (answer := wanted(heard)) is not None:
                return answer
        raise LinkError("link lost")

    def _on_data(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            try:
                self._heard.put_nowait(mt_sics.decode(line))
            except mt_sics.MalformedLine as error:
                say("line_malformed", "warning", line=str(error)[:100])


def _reply(heard: Heard, command: str) -> mt_sics.Reply | None:
    if isinstance(heard, mt_sics.Reply):
        return heard if heard.command == command else None
    if heard.quality == "error" and not heard.raw.startswith("S "):
        raise LinkError(f"{command} answered {heard.raw}")
    return None
