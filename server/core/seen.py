"""Tells whether a checkpoint that an entry names as seen is one of this log: whoever names another saw another log."""

from sqlalchemy import Connection

from sync.entry import Seen
from sync.log import reading

# The flag of an entry whose `seen` is no checkpoint of this log.
SEEN_WRONG = "seen_wrong"
_MOST = 4096


class Roots:
    """Roots by size, each read once: tablets name the same few again and again, and what is committed never changes."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def flags(self, connection: Connection, seen: Seen | None, size: int) -> tuple[str, ...]:
        """`seen_wrong` unless the log, which is committed up to `size`, had this root at that size."""
        if seen is None:
            return ()
        right = seen.size <= size and self._root(connection, seen.size) == seen.root
        return () if right else (SEEN_WRONG,)

    def _root(self, connection: Connection, size: int) -> str:
        if size not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[size] = reading.root_at(connection, size).hex()
        return self._known[size]
