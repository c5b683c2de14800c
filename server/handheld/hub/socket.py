"""One WebSocket as the hub needs it: whole frames from a queue of its own, so that a slow tablet delays nobody."""

import contextlib
import json
import logging
import socket
from collections import deque
from collections.abc import Callable
from threading import Condition, Lock, Thread
from typing import Any

from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

# What simple-websocket raises for a socket that is not open any more.
_GONE = (OSError, ConnectionClosed, LocalProtocolError)
log = logging.getLogger(__name__)

# More waiting than this and the tablet is too slow to be told live: it is cut off, comes back, asks by number.
MAX_WAITING = 400
# What is only of the moment (live weights) is left out long before.
CALM = 40


class _WholeSends:
    """A socket whose `send` is `sendall` under a lock.

    simple-websocket calls `sock.send`, which may send part of a frame, from any thread, also for its own pongs.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner, self._lock = inner, Lock()

    def send(self, data: bytes) -> int:
        with self._lock:
            self._inner.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class TabletSocket:
    """Sends in the order of the calls, from a thread of its own. What is queued is a frame, or a function that sends.

    A function runs in the sending thread when its turn comes, and calls `send_now` as often as it likes.
    """

    def __init__(self, ws: Server) -> None:
        ws.sock = self._raw = _WholeSends(ws.sock)
        self._ws = ws
        self._waiting: deque[Callable[[], None]] = deque()
        self._news = Condition()
        self._ended = False
        self._thread = Thread(target=self._run, name="sync-send", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        return self._ended or not self._ws.connected

    def receive(self, seconds: float) -> str | bytes | None:
        """The next frame; None after so many seconds without one, or at the end."""
        try:
            frame: str | bytes | None = self._ws.receive(timeout=seconds)
            return frame
        except ConnectionClosed:
            return None

    def send(self, frame: dict[str, Any]) -> None:
        self.call(lambda: self.send_now(frame))

    def send_if_calm(self, frame: dict[str, Any]) -> None:
        if len(self._waiting) < CALM:
            self.send(frame)

    def call(self, work: Callable[[], None]) -> None:
        with self._news:
            if self._ended:
                return
            self._waiting.append(work)
            self._news.notify()
            slow = len(self._waiting) > MAX_WAITING
        if slow:
            self.cut()

    def send_now(self, frame: dict[str, Any]) -> None:
        """Only for functions that run in the sending thread."""
        self._ws.send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

    def end(self) -> None:
        """Close as soon as everything that waits is sent; does not wait for it."""
        with self._news:
            self._ended = True
            self._news.notify()

    def finish(self, last: dict[str, Any] | None = None) -> None:
        """Send `last` after what waits, close, and wait for that two seconds at most."""
        if last is not None:
            self.send(last)
        self.end()
        self._thread.join(timeout=2)
        if self._thread.is_alive():
            self.cut()

    def cut(self) -> None:
        """End at once, whatever waits; also frees a thread that is stuck in sending or receiving."""
        with self._news:
            self._ended = True
            self._waiting.clear()
            self._news.notify()
        with contextlib.suppress(OSError):
            self._raw.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except _GONE:
                self.cut()
            except Exception:
                # The database, say. The tablet comes back and asks by number.
                log.exception("sync: sending failed")
                self.cut()
        with contextlib.suppress(*_GONE):
            self._ws.close()

    def _next(self) -> Callable[[], None] | None:
        with self._news:
            while not self._waiting:
                if self._ended:
                    return None
                self._news.wait()
            return self._waiting.popleft()
