"""Balances on a serial line or its USB adapter: the same line protocol over a port of this machine."""

import asyncio
import contextlib
import os
import termios
from collections.abc import Callable

import serial

from device_bridge.transports.stream import LinkError

WRITE_SECONDS = 2.0


class SerialStream:
    """A ByteStream over a serial port. `line` is such as "9600 8N1": baud, data bits, parity, stop bits.

    A serial line cannot tell that its far end is switched off; the dialogue sees that by the missing answer. What the
    port does tell, a pulled adapter, ends the link at once.
    """

    name = "serial"

    def __init__(self, device: str, line: str, handshake: str) -> None:
        baud, frame = line.split(" ")
        self._device = device
        self._settings = {
            "baudrate": int(baud),
            "bytesize": int(frame[0]),
            "parity": frame[1],
            "stopbits": int(frame[2]),
            "xonxoff": handshake == "xon-xoff",
            "rtscts": handshake == "rts-cts",
        }
        self._port: serial.Serial | None = None
        self._reading = False

    async def open(self, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        try:
            # Exclusive: a second program on the port would take every other byte.
            port = serial.Serial(self._device, timeout=0, write_timeout=0, exclusive=True, **self._settings)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise LinkError(f"{self._device}: {error}") from error
        self._port, self._reading = port, True
        asyncio.get_running_loop().add_reader(port.fileno(), self._read, port, on_data, on_lost)

    def _read(self, port: serial.Serial, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        try:
            data = port.read(4096)
        except OSError:  # the adapter was pulled
            self._stop_reading(port)
            return on_lost()
        if data:
            on_data(data)

    async def write(self, data: bytes) -> None:
        if self._port is None:
            raise LinkError("not open")
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                while data := data[_written(self._port, data) :]:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise LinkError(f"{self._device} takes no bytes") from None
        except OSError as error:
            raise LinkError(f"{self._device}: {error}") from error

    async def battery(self) -> int | None:
        return None

    async def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            self._stop_reading(port)
            with contextlib.suppress(OSError, termios.error):
                # Else closing waits for a balance that takes no bytes.
                port.reset_output_buffer()
            with contextlib.suppress(OSError):
                port.close()

    def _stop_reading(self, port: serial.Serial) -> None:
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(port.fileno())


def _written(port: serial.Serial, data: bytes) -> int:
    """How much the system took. pyserial's own write spins without end when it takes nothing."""
    try:
        return os.write(port.fileno(), data)
    except BlockingIOError:
        return 0
