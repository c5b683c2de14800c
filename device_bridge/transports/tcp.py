"""Balances on the network: the same line protocol over a TCP connection."""

import asyncio
import contextlib
from collections.abc import Callable

from device_bridge.transports.stream import LinkError

CONNECT_SECONDS = 5.0


class TcpStream:
    """A ByteStream to a host and port."""

    name = "tcp"

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._writer: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None

    async def open(self, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:  # TimeoutError is one
            raise LinkError(f"{self._host}:{self._port}: {error}") from error
        self._pump = asyncio.create_task(self._read(reader, on_data, on_lost))

    async def _read(
        self, reader: asyncio.StreamReader, on_data: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(4096):
                on_data(data)
        on_lost()

    async def write(self, data: bytes) -> None:
        if self._writer is None:
            raise LinkError("not open")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise LinkError(str(error)) from error

    async def battery(self) -> int | None:
        return None

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        self._writer = self._pump = None
