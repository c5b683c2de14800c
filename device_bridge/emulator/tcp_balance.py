"""An emulated balance on the network: the same device behind a listening TCP socket."""

import asyncio
import contextlib

from device_bridge.emulator.protocols import MakeTalker
from device_bridge.emulator.scale import Scale


class TcpBalance:
    """One balance that listens on a host and port of this machine. Away means that it hangs up on every host."""

    transport = "tcp"

    def __init__(self, host: str, port: int, serial: str, talker: MakeTalker) -> None:
        self.serial, self.scale, self.away = serial, Scale(), False
        self._host, self._port, self._talker = host, port, talker
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen; OSError if the address is not this machine's or is taken."""
        self._server = await asyncio.start_server(self._talk, self._host, self._port)

    async def run(self) -> None:
        """Answer commands, until cancelled."""
        assert self._server is not None
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._server.close()
            await self.drop()

    @property
    def connected(self) -> bool:
        return bool(self._writers)

    async def drop(self) -> None:
        for writer in self._writers:
            writer.close()

    def leave(self) -> None:
        self.away = True
        for writer in self._writers:
            writer.transport.abort()

    def come_back(self) -> None:
        self.away = False

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            return writer.close()
        self._writers.add(writer)
        protocol = self._talker(self.scale, self.serial, lambda line: _send(writer, line))
        try:
            with contextlib.suppress(OSError):
                while line := await reader.readline():
                    await protocol.handle(line.decode("latin-1").rstrip("\r\n"))
        finally:
            protocol.stop()
            self._writers.discard(writer)
            writer.close()


async def _send(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode("ascii") + b"\r\n")
    await writer.drain()
