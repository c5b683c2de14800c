"""Tells whether a checkpoint that an entry names as seen is one of this log: whoever names another saw another log.

And since when it can be known: an entry was made after what its device had seen.
"""

from sqlalchemy import Connection

from sync.entry import Seen
from sync.log import reading

# The flag of an entry whose `seen` is no checkpoint of this log.
SEEN_WRONG = "seen_wrong"
_MOST = 4096


class Roots:
    """Roots by size, each read once: tablets name the same few again and again, and what is committed never changes."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, str | None]] = {}

    def flags(self, connection: Connection, seen: Seen | None, size: int) -> tuple[str, ...]:
        """`seen_wrong` unless the log, which is committed up to `size`, had this root at that size."""
        if seen is None:
            return ()
        right = seen.size <= size and self._at(connection, seen.size)[0] == seen.root
        return () if right else (SEEN_WRONG,)

    def received(self, connection: Connection, seen: Seen | None) -> str | None:
        """When the last entry of a checkpoint of this log was received; None where there is none."""
        return None if seen is None else self._at(connection, seen.size)[1]

    def _at(self, connection: Connection, size: int) -> tuple[str, str | None]:
        if size not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            root = reading.root_at(connection, size).hex()
            self._known[size] = root, reading.recorded_at(connection, [size - 1]).get(size - 1)
        return self._known[size]
