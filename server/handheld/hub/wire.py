"""The bytes of one WebSocket in one thread: what it reads and writes never waits for only one of the two."""

import contextlib
import os
import select
import socket
from collections import deque
from collections.abc import Callable
from time import monotonic

from simple_websocket import Server
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

# Who does not take one frame whole in this time is cut: a megabyte at 70 kB a second.
SEND_SECONDS = 15.0
# How long the other side may take to answer that we close, so that it reads our last frame before the line is cut.
CLOSE_SECONDS = 1.0
# An idle socket needs a small piece of memory, one that brings much a large one.
_PIECE, _LARGE_PIECE = 4 * 1024, 64 * 1024
# More frames than this, or bytes than one message may have, read while we write: the rest waits in the network.
_MOST_READ = 64

Spend = Callable[[int, int], bool]
"""Of what a sender may send: so many frames, so many bytes; False when it has sent too much."""


class Gone(Exception):
    """The socket is closed or broken, or was cut."""


class Wire:
    """All but `ring` and `shut` belongs to one thread. `frames` are those that have come whole.

    simple-websocket did the handshake and lets go of the socket: its own thread for reading would double what a
    connection costs, and it calls `sock.send`, which may send part of a frame.
    """

    def __init__(self, ws: Server, longest: int, spend: Spend, crowded: Callable[[], bool]) -> None:
        """`longest`: bytes of a message at which the socket is given up. `crowded`: whether so much waits to be sent
        that a tablet which does not take at once what it is sent is given up."""
        self._socket: socket.socket = ws.sock
        # What it knows of the handshake is not needed any more.
        self._protocol: Connection = ws.ws.connection
        ws.ws, ws.connected = self._protocol, False
        self.longest, self.spend, self._crowded = longest, spend, crowded
        self.frames: deque[str | bytes] = deque()
        # Whether it waits for the other side to take what was sent; whether the other side has sent too much.
        self.stuck = self.excess = False
        self.heard, self._heard = monotonic(), False
        self._until = float("inf")
        self._parts: list[str | bytes] = []
        self._size = 0
        # Nothing more can be read or written; a frame was written in part; what a closing frame says.
        self._gone = self._torn = False
        self._code = int(CloseReason.NORMAL_CLOSURE)
        self._pong: Event | None = None
        self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(self._bell, select.POLLIN)

    def ring(self) -> None:
        """Let `wait` return; from any thread, but not after `close`."""
        os.eventfd_write(self._bell, 1)

    def shut(self) -> None:
        """Free a thread that waits in here; from any thread, but not after `close`."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def hurry(self, seconds: float) -> None:
        """Whatever is still to be written has so much time, all together."""
        self._until = monotonic() + seconds

    def wait(self, seconds: float) -> None:
        """Until bytes have come, somebody has rung, or for so many seconds. Gone."""
        for descriptor, _ in self._poll.poll(max(0.0, seconds) * 1000):
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
            else:
                self._read()
        if self._gone and not self.frames:
            raise Gone
        if self._pong is not None:
            pong, self._pong = self._pong, None
            self.write(self._protocol.send(pong))

    def write(self, data: bytes) -> None:
        """All of it, reading meanwhile: a tablet that sends much and reads only then does not block us both. Gone."""
        if self._gone:
            raise Gone
        rest = memoryview(data)
        stop = 0.0
        try:
            while rest := rest[self._put(rest) :]:
                self._torn = self.stuck = True
                stop = stop or min(monotonic() + SEND_SECONDS, self._until)
                self._wait_until_taken(stop - monotonic())
            self._torn = False
        finally:
            self.stuck = False

    def say_close(self) -> None:
        """The closing handshake, ours or the answer to theirs. It fits a buffer that has room, or is left out."""
        self._gone = True
        if not self._torn:
            with contextlib.suppress(LocalProtocolError, OSError):
                self._socket.send(self._protocol.send(CloseConnection(self._code)))

    def close(self) -> None:
        """Give the other side a moment to read what it was told last, then cut. To close the descriptor is the web
        server's business: it finds nothing left to wait for."""
        # Who was never heard has nothing unread here, which would make the network forget what we said last.
        stop = monotonic() + CLOSE_SECONDS if self._heard else 0.0
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while _ready(self._socket, select.POLLIN, stop - monotonic()) and self._socket.recv(_LARGE_PIECE):
                pass
        self.shut()
        os.close(self._bell)

    def _put(self, rest: memoryview) -> int:
        try:
            return self._socket.send(rest)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._gone = True
            raise Gone from error

    def _wait_until_taken(self, seconds: float) -> None:
        if self._crowded():
            self._gone = True
            raise Gone
        full = self.excess or len(self.frames) >= _MOST_READ or sum(map(len, self.frames)) >= self.longest
        found = _ready(self._socket, select.POLLOUT | (0 if full else select.POLLIN), seconds)
        if found and not full and not found & select.POLLOUT:
            self._read()
        if self._gone or not found:
            self._gone = True
            raise Gone

    def _read(self) -> None:
        """One piece of what has come, and the frames that are whole with it."""
        try:
            data = self._socket.recv(_LARGE_PIECE if self._size else _PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._gone = True
            return
        self.heard, self._heard = monotonic(), True
        self._protocol.receive_data(data)
        count = 0
        for event in self._protocol.events():
            self._take(event)
            count += getattr(event, "frame_finished", True)
        self.excess = self.excess or not self.spend(count, len(data))

    def _take(self, event: Event) -> None:
        match event:
            case TextMessage() | BytesMessage() if not self._gone:
                self._join(event)
            case Ping():
                # Of many only the last need be answered (RFC 6455 section 5.5.3).
                self._pong = event.response()
            case CloseConnection():
                # A good-bye, or, with another code, what is no frame of the protocol.
                if event.code != CloseReason.NO_STATUS_RCVD:
                    self._code = event.code
                self._gone = True

    def _join(self, event: TextMessage | BytesMessage) -> None:
        part = event.data if isinstance(event.data, str) else bytes(event.data)
        self._parts.append(part)
        self._size += len(part) if isinstance(part, bytes) or part.isascii() else len(part.encode())
        if self._size > self.longest:
            self._parts.clear()
            self._code, self._gone = int(CloseReason.MESSAGE_TOO_BIG), True
        elif event.message_finished:
            self.frames.append(_joined(self._parts))
            self._parts.clear()
            self._size = 0


def _joined(parts: list[str | bytes]) -> str | bytes:
    """All are of one type, as the protocol checks."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts else b"".join(part for part in parts if isinstance(part, bytes))


def _ready(of: socket.socket, events: int, seconds: float) -> int:
    """Which of the events have come; 0 when none did in time."""
    poll = select.poll()
    poll.register(of, events)
    found = poll.poll(max(0.0, seconds) * 1000)
    return found[0][1] if found else 0
