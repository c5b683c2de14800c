"""Question and answer with a balance over any stream of bytes, in the line protocol that it speaks."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from device_bridge.drivers.driver import Driver, Heard, Question, Refusal
from device_bridge.drivers.lines import Lines, MalformedLine
from device_bridge.journal import say
from device_bridge.reading import Identity, Reading
from device_bridge.transports.stream import ByteStream, LinkError

ANSWER_SECONDS = 3.0
T = TypeVar("T")


class Instrument(Protocol):
    """One connection to one balance, whatever it speaks. `transport` is what a record says about the way."""

    transport: str

    async def open(self) -> Identity:
        """Connect and ask who is there; LinkError if nobody answers."""

    async def weigh(self) -> Reading:
        """The next value, stable or not; LinkError when the link is lost."""

    async def battery(self) -> int | None:
        """How full its battery is, in percent; None where nobody can tell."""

    async def close(self) -> None:
        """Let go of it; quiet when there is nothing to let go of."""

    def resolution(self, unit: str) -> str | None:
        """One step of its values in this unit, where it tells that otherwise than by the digits of each."""


class Dialogue:
    """An Instrument that is asked line by line. Lines that answer no question (another host's, noise) are passed
    over."""

    def __init__(self, stream: ByteStream, driver: Driver) -> None:
        self.transport = stream.name
        self._stream, self._driver = stream, driver
        self._lines = Lines()
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()

    async def open(self) -> Identity:
        await self._stream.open(self._on_data, lambda: self._heard.put_nowait(None))
        serial = await self._text(self._driver.serial)
        return Identity(serial, await self._text(self._driver.model), await self._text(self._driver.firmware))

    async def weigh(self) -> Reading:
        return await self._ask("the weight", self._driver.weigh, _reading)

    async def battery(self) -> int | None:
        return await self._stream.battery()

    async def close(self) -> None:
        await self._stream.close()

    def resolution(self, unit: str) -> str | None:
        return None

    async def _text(self, question: Question) -> str:
        try:
            return await self._ask(question.name, question.data, question.answer)
        except Refusal as refusal:
            raise LinkError(f"{question.name} answered {refusal}") from refusal

    async def _ask(self, name: str, data: bytes, wanted: Callable[[Heard], T | None]) -> T:
        while not self._heard.empty():
            # Left over from before the question; None, the end of the link, must not be passed over.
            if self._heard.get_nowait() is None:
                raise LinkError("link lost")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._stream.write(data)
                return await self._answer(wanted)
        except TimeoutError:
            raise LinkError(f"no answer to {name}") from None

    async def _answer(self, wanted: Callable[[Heard], T | None]) -> T:
        while (heard := await self._heard.get()) is not None:
            if (answer := wanted(heard)) is not None:
                return answer
        raise LinkError("link lost")

    def _on_data(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            try:
                self._heard.put_nowait(self._driver.decode(line))
            except MalformedLine as error:
                say("line_malformed", "warning", line=str(error)[:100])


def _reading(heard: Heard) -> Reading | None:
    return heard if isinstance(heard, Reading) else None
