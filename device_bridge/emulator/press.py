"""An emulated tablet press on the network: it writes the samples of a series to whoever listens, one after another."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence


class Press:
    """Says who it is and then each line of `samples`, `pause` seconds after the one before; a host that comes again is
    told what no host has heard yet. `model` is free text without a semicolon."""

    def __init__(self, serial: str, model: str, columns: Sequence[str], samples: Iterable[str], pause: float) -> None:
        self._greeting = ";".join(("ID", serial, model, *columns))
        self._samples, self._pause = iter(samples), pause
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.done = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; the port that it got."""
        self._server = await asyncio.start_server(self._talk, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """The cable is pulled: every host loses its link."""
        for writer in self._writers:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError):
                await self._write(writer, self._greeting)
                while not writer.transport.is_closing() and (line := next(self._samples, None)) is not None:
                    await self._write(writer, line)
                    await asyncio.sleep(self._pause)
                if not writer.transport.is_closing():
                    self.done.set()
                await reader.read()
        finally:
            self._writers.discard(writer)
            writer.close()

    @staticmethod
    async def _write(writer: asyncio.StreamWriter, line: str) -> None:
        writer.write(line.encode() + b"\r\n")
        await writer.drain()
