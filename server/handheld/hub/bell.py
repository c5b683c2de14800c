"""Wakes the pages that show where devices stand, in this process: something has changed, come and look."""

from threading import Condition, Semaphore

# Each page that listens keeps a thread of the server's; the next one looks by itself every few seconds.
MOST = 32


class Bell:
    """It tells no more than that: what may be seen is asked for, and judged, as at any other time."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count = 0
        self._closed = False
        self.places = Semaphore(MOST)

    @property
    def count(self) -> int:
        """How often it has rung; another number than before: something has changed meanwhile."""
        return self._count

    @property
    def closed(self) -> bool:
        return self._closed

    def ring(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Until it has rung after `heard`, the server stops, or the time is over; the count then."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._count != heard, seconds)
            return self._count

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
