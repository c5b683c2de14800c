"""An emulated balance on a serial cable: the same device behind a pseudo-terminal, which is named as the port is."""

import asyncio
import contextlib
import os
import tty
from pathlib import Path
from time import monotonic

from device_bridge.emulator.protocols import MakeTalker
from device_bridge.emulator.scale import Scale

QUIET_SECONDS = 1.0


class CableBalance:
    """One balance on a port of this machine. Away means that the cable is pulled, with its adapter: no port.

    `device` must be free, or be left over from an emulator before: then it is a link, and is replaced.
    """

    transport = "serial"

    def __init__(self, device: str, serial: str, talker: MakeTalker) -> None:
        self.serial, self.scale, self.away = serial, Scale(), False
        self._path = Path(device)
        self._fds: tuple[int, ...] = ()
        self._asked = -QUIET_SECONDS
        self._received = b""
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._protocol = talker(self.scale, serial, self._send)

    async def start(self) -> None:
        """Plug in; OSError if there is such a port already."""
        self._plug()

    async def run(self) -> None:
        """Answer commands, until cancelled."""
        try:
            while True:
                await self._protocol.handle(await self._commands.get())
        finally:
            self._protocol.stop()
            self._unplug()

    @property
    def connected(self) -> bool:
        """A cable knows no connection: somebody has asked a moment ago."""
        return monotonic() - self._asked < QUIET_SECONDS

    async def drop(self) -> None:
        self._unplug()
        self._plug()

    def leave(self) -> None:
        self.away = True
        self._unplug()

    def come_back(self) -> None:
        self.away = False
        self._plug()

    def _plug(self) -> None:
        if self._fds:
            return
        host, port = os.openpty()
        tty.setraw(port)
        os.set_blocking(host, False)
        try:
            if self._path.is_symlink():
                self._path.unlink()
            self._path.symlink_to(os.ttyname(port))
        except OSError:
            os.close(host)
            os.close(port)
            raise
        # The port stays open here too, so that it outlives the hosts that open and close it.
        self._fds = host, port
        asyncio.get_running_loop().add_reader(host, self._read, host)

    def _unplug(self) -> None:
        if self._fds:
            asyncio.get_running_loop().remove_reader(self._fds[0])
            for fd in self._fds:
                os.close(fd)
            self._fds, self._received, self._asked = (), b"", -QUIET_SECONDS
            self._path.unlink(missing_ok=True)

    def _read(self, host: int) -> None:
        with contextlib.suppress(OSError):
            *lines, self._received = (self._received + os.read(host, 4096)).split(b"\r\n")
            for line in lines:
                self._asked = monotonic()
                self._commands.put_nowait(line.decode("latin-1"))

    async def _send(self, line: str) -> None:
        # What nobody reads in time is lost, as on a line without handshake.
        with contextlib.suppress(OSError, IndexError):
            os.write(self._fds[0], line.encode("ascii") + b"\r\n")
