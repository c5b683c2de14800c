"""Who is here, and who must hear what: the fan-out inside one process."""

from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic, sleep
from typing import Any

from server.handheld.hub.limits import SOCKETS_PER_DEVICE
from server.handheld.hub.socket import encoded
from server.handheld.hub.visitor import Visitor


class Exchange:
    """The tablets that are connected to this process. Nothing here waits for a tablet."""

    def __init__(self) -> None:
        # In the order in which they came.
        self._here: dict[Visitor, None] = {}
        self._closed = False
        self._lock = Lock()

    def join(self, visitor: Visitor) -> None:
        """Of a device that is here too often already the oldest go."""
        with self._lock:
            self._here[visitor] = None
            late = self._closed
            same = [one for one in self._here if one.device == visitor.device]
        for old in same[:-SOCKETS_PER_DEVICE]:
            old.socket.send({"t": "error", "code": "connected_again"})
            old.socket.end()
        if late:
            visitor.socket.end()

    def leave(self, visitor: Visitor) -> None:
        with self._lock:
            self._here.pop(visitor, None)

    def grew(self, doc: str) -> None:
        self._each(lambda visitor: visitor.grew(doc))

    def catch_up(self) -> None:
        self._each(lambda visitor: visitor.catch_up())

    def tell(self, frames: Iterable[dict[str, Any]]) -> None:
        """Everybody, and each is woken once."""
        data = b"".join(map(encoded, frames))
        self._each(lambda visitor: visitor.socket.send(data))

    def show(self, frame: dict[str, Any]) -> None:
        """As `tell`, for what is only of the moment: tablets that lag behind are spared."""
        data = encoded(frame)
        self._each(lambda visitor: visitor.socket.send_if_calm(data))

    def dismiss(self, device: str, frame: dict[str, Any]) -> None:
        """A last frame to a device that may no longer be here, then the end."""
        self._each(lambda visitor: visitor.socket.send(frame), device)
        self._each(lambda visitor: visitor.socket.end(), device)

    def close(self) -> None:
        """The server stops: every tablet comes back to another process. Waits until they have gone, 2 s at most."""
        with self._lock:
            self._closed = True
        self._each(lambda visitor: visitor.socket.end())
        stop = monotonic() + 2
        while self._here and monotonic() < stop:
            sleep(0.01)

    @property
    def closed(self) -> bool:
        return self._closed

    def __len__(self) -> int:
        return len(self._here)

    def _each(self, do: Callable[[Visitor], None], device: str | None = None) -> None:
        with self._lock:
            here = [visitor for visitor in self._here if device is None or visitor.device == device]
        for visitor in here:
            do(visitor)
