"""One WebSocket as the hub needs it: one thread for reading and sending, which others give work and never wait for."""

import json
import logging
import struct
from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from simple_websocket import Server

from server.handheld.hub.wire import Gone, Spend, Wire

log = logging.getLogger(__name__)

# More waiting than this while the tablet does not take what was sent, and it is too slow to be told live: it is cut
# off, comes back, asks by number.
MAX_WAITING = 400
# More than this and it is cut whoever is slow, also where its own push waits long for the database.
MOST_WAITING = 10 * MAX_WAITING
# What is only of the moment (live weights) is left out long before.
CALM = 40
# What waits at the end is sent in this time, or never.
LAST_SECONDS = 2.0
_TEXT = 0x81


class Excess(Exception):
    """The other side has sent more than it may."""


class TabletSocket:
    """Sends in the order of the calls, in the thread that reads: while it waits for a frame, and in `flush`.

    What is queued is a frame, or a function that sends; it calls `send_now` as often as it likes.
    """

    def __init__(self, ws: Server, longest: int, spend: Spend) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self.wire = Wire(ws, longest, spend, lambda: len(self._waiting) > MAX_WAITING)
        self._lock = Lock()
        # `asleep`: it waits for the network, and must be woken.
        self._ended = self._closed = self._asleep = False

    # From any thread

    @property
    def closed(self) -> bool:
        return self._ended

    def send(self, frame: dict[str, Any] | bytes) -> None:
        """`bytes` are a frame that `encoded` made, for many sockets at once."""
        self.call(lambda: self.send_now(frame))

    def send_if_calm(self, frame: dict[str, Any] | bytes) -> None:
        if len(self._waiting) < CALM:
            self.send(frame)

    def call(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._ended:
                return
            self._waiting.append(work)
            self._ring()
            waiting = len(self._waiting)
        if waiting > MOST_WAITING or (waiting > MAX_WAITING and self.wire.stuck):
            self.cut()

    def end(self) -> None:
        """Close as soon as everything that waits is sent; does not wait for it."""
        with self._lock:
            self._ended = True
            self._ring()

    def cut(self) -> None:
        """End at once, whatever waits; also frees the thread if it is stuck in sending or receiving."""
        self._give_up()
        with self._lock:
            if not self._closed:
                self.wire.shut()

    def _give_up(self) -> None:
        with self._lock:
            self._ended = True
            self._waiting.clear()

    def _ring(self) -> None:
        if self._asleep:
            self._asleep = False
            self.wire.ring()

    # In the socket's thread

    def receive(self, silence: float, whole: float) -> str | bytes | None:
        """The next frame, sending meanwhile what waits; None at the end, after `silence` seconds without a byte, or
        `whole` seconds without a whole frame. Excess."""
        begun = monotonic()
        try:
            while True:
                before = monotonic()
                self.flush()
                # What we needed ourselves, for the database say, is not the other side's silence.
                begun += monotonic() - before
                if self.wire.excess:
                    raise Excess
                if self.wire.frames:
                    return self.wire.frames.popleft()
                left = min(max(self.wire.heard, begun) + silence, begun + whole) - monotonic()
                if self._ended or left <= 0:
                    return None
                self._sleep(left)
        except Gone:
            return None

    def flush(self) -> None:
        """Send everything that waits: before work that takes long. At a socket that has gone it does nothing."""
        while (work := self._next()) is not None:
            try:
                work()
            except Gone:
                self._give_up()
            except Exception:
                # The database, say. The tablet comes back and asks by number.
                log.exception("sync: sending failed")
                self._give_up()

    def send_now(self, frame: dict[str, Any] | bytes) -> None:
        """Only for functions that run in the socket's thread."""
        self.wire.write(frame if isinstance(frame, bytes) else encoded(frame))

    def finish(self, last: dict[str, Any] | None = None) -> None:
        """Send what waits, then `last`, then that we close."""
        if last is not None:
            self.send(last)
        self.end()
        self.wire.hurry(LAST_SECONDS)
        self.flush()
        self.wire.say_close()

    def know(self, longest: int, spend: Spend) -> None:
        """Other limits from now on: it has turned out whose socket this is."""
        self.wire.longest, self.wire.spend = longest, spend

    def close(self) -> None:
        """The end of the socket. Waits a moment for the other side, if that was ever heard."""
        self._give_up()
        with self._lock:
            self._closed = True
        self.wire.close()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            if self._waiting or self._ended:
                return
            self._asleep = True
        try:
            self.wire.wait(seconds)
        finally:
            with self._lock:
                self._asleep = False


def encoded(frame: dict[str, Any]) -> bytes:
    """A text frame of the WebSocket protocol as a server sends it: unmasked, in one piece."""
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()
    size = len(data)
    if size < 126:
        return bytes((_TEXT, size)) + data
    if size < 1 << 16:
        return struct.pack("!BBH", _TEXT, 126, size) + data
    return struct.pack("!BBQ", _TEXT, 127, size) + data
