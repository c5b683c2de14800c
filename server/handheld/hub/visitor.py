"""A tablet that is here: which documents it follows, how far it has been told, and in which order it hears."""

import base64
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from threading import Lock

from server.handheld.hub.socket import TabletSocket, encoded
from server.handheld.hub.tables import StoredChange

# Raw bytes in one `changes` frame: with base64 and brackets it stays below the limit of a frame.
_FRAME_BYTES = 512 * 1024
# Frames that are kept, as all who follow a document are told the same at about the same time.
_FRAMES = 16


After = Callable[[str, int], Iterable[StoredChange]]


class Visitor:
    """Order matters: changes come before the acknowledgement of later numbers, or a tablet that loses the connection
    between the two would never ask for them. So both are sent by the socket's one thread, which alone knows how far
    each document was told."""

    def __init__(self, socket: TabletSocket, device: str, after: After) -> None:
        self.socket, self.device, self._after = socket, device, after
        self._told: dict[str, int] = {}
        self._lock = Lock()
        self._follows: set[str] = set()
        self._due: set[str] = set()
        self._pushed: set[str] = set()

    def follow(self, doc: str, last: int) -> None:
        """Tell everything after number `last`, also what this tablet wrote itself, and then what comes."""
        with self._lock:
            self._follows.add(doc)
            # It may have thrown away what it pushed before.
            self._pushed.clear()
        self.socket.call(lambda: self._begin(doc, last))

    def pushes(self, hashes: Iterable[str]) -> None:
        """It has these changes itself; called before they are stored."""
        with self._lock:
            self._pushed.update(hashes)

    def grew(self, doc: str) -> None:
        with self._lock:
            if doc not in self._follows or doc in self._due:
                return
            self._due.add(doc)
        self.socket.call(lambda: self._tell(doc))

    def catch_up(self) -> None:
        """Something may have been missed: look at every document."""
        with self._lock:
            follows = list(self._follows)
        for doc in follows:
            self.grew(doc)

    def acknowledge(self, push: int, doc: str, numbers: Sequence[int]) -> None:
        self.socket.call(lambda: self._acknowledge(push, doc, numbers))

    # In the sending thread

    def _begin(self, doc: str, last: int) -> None:
        self._told[doc] = last
        self._tell(doc)

    def _tell(self, doc: str) -> None:
        with self._lock:
            # From here on news are new: they are told by a call of their own.
            self._due.discard(doc)
        if doc not in self._told:
            return
        run: list[StoredChange] = []
        size = 0
        for row in self._after(doc, self._told[doc]):
            own = self._wrote(row.hash)
            if own or size + len(row.raw) > _FRAME_BYTES:
                self._send(doc, run)
                run, size = [], 0
            if not own:
                run.append(row)
                size += len(row.raw)
            self._told[doc] = row.n
        self._send(doc, run)

    def _wrote(self, digest: str) -> bool:
        with self._lock:
            if digest not in self._pushed:
                return False
            self._pushed.remove(digest)
            return True

    def _send(self, doc: str, run: Sequence[StoredChange]) -> None:
        if run:
            self.socket.send_now(_changes(doc, tuple(run)))

    def _acknowledge(self, push: int, doc: str, numbers: Sequence[int]) -> None:
        self._tell(doc)
        last = max(numbers)
        self.socket.send_now({"t": "ack", "id": push, "doc": doc, "last": last, "numbers": list(numbers)})


@lru_cache(_FRAMES)
def _changes(doc: str, run: tuple[StoredChange, ...]) -> bytes:
    """The same for every tablet that is told the same."""
    changes = [base64.b64encode(row.raw).decode() for row in run]
    return encoded({"t": "changes", "doc": doc, "last": run[-1].n, "changes": changes})
