"""A WebSocket client that breaks the rules: frames built by hand, and what the server answers, byte by byte."""

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from handheld_support import SECONDS, Site, Tablet

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """A frame as a client sends it; every rule about it may be broken."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    return header(first, len(payload), masked) + (bytes(4) if masked else b"") + payload


def header(first: int, length: int, masked: bool = True) -> bytes:
    mask = 0x80 if masked else 0
    if length < 126:
        return bytes((first, mask | length))
    if length < 1 << 16:
        return struct.pack("!BBH", first, mask | 126, length)
    return struct.pack("!BBQ", first, mask | 127, length)


class Hostile:
    """The socket of a tablet that has greeted, in hands that do with it what they like."""

    def __init__(self, tablet: Tablet) -> None:
        assert tablet.ws is not None
        self.tablet = tablet
        self.raw: socket.socket = tablet.ws.sock
        self.raw.settimeout(SECONDS)

    def put(self, data: bytes) -> None:
        self.raw.sendall(data)

    def text(self, value: Mapping[str, Any]) -> None:
        self.put(frame(TEXT, json.dumps(value).encode()))

    def until_refused(self, data: bytes) -> bool:
        """Send until the server takes no more of it; False when it took all."""
        try:
            self.raw.sendall(data)
        except OSError:
            return True
        return False

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Opcode and payload of everything that the server still says, until it closes the line."""
        while (start := self._exactly(2)) is not None:
            size = start[1] & 0x7F
            if size >= 126:
                size = int.from_bytes(self._exactly(2 if size == 126 else 8) or b"", "big")
            payload = self._exactly(size)
            if payload is None:
                return
            yield start[0] & 0x0F, payload

    def told(self, kind: str) -> dict[str, Any]:
        """The next text frame of a kind."""
        for opcode, payload in self.frames():
            if opcode == TEXT:
                value: dict[str, Any] = json.loads(payload)
                if value["t"] == kind:
                    return value
        raise AssertionError(f"waited in vain for {kind}")

    def closing_code(self) -> int | None:
        """With what the server closes; None when it just cuts the line."""
        for opcode, payload in self.frames():
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big")
        return None

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        with contextlib.suppress(ConnectionError):
            while len(data) < size:
                piece = self.raw.recv(min(size - len(data), 1 << 20))
                if not piece:
                    return None
                data += piece
            return data
        return None


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def leaving_nothing(site: Site) -> Iterator[None]:
    """Afterwards there are no more sockets, threads and descriptors than before."""
    before = (threading.active_count(), descriptors())
    yield
    for tablet in site.tablets:
        tablet.drop()
    wait(lambda: len(site.hub.exchange) == 0, "sockets are still here")
    # The pool of connections to the database, and the reading of this folder itself.
    wait(lambda: threading.active_count() <= before[0], "threads are left")
    wait(lambda: descriptors() <= before[1] + 8, "descriptors are left")


def wait(probe: Callable[[], bool], what: str) -> None:
    stop = time.monotonic() + SECONDS
    while not probe():
        assert time.monotonic() < stop, what
        time.sleep(0.02)
