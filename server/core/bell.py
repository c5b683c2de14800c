"""Wakes the pages that listen, in this process: something has changed, come and look (server-sent events)."""

from collections.abc import Callable, Iterator
from threading import Condition, Semaphore
from time import sleep

from flask import Response

from server.core.errors import PestleError

# How often a silent stream says that it is there, and asks whether the session still is.
HEARTBEAT_SECONDS = 5.0
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


def listen(bell: Bell, stands: Callable[[], bool], gather: float) -> Response:
    """A stream of events, each of which says that the bell has rung, as long as who listens `stands` signed in. What
    changes within `gather` seconds is told once.

    PestleError `watchers_many` where so many pages listen that the next one has to look by itself.
    """
    if not bell.places.acquire(blocking=False):
        raise PestleError("watchers_many")
    response = Response(_news(bell, stands, gather), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    # Also where the page has gone before the stream began.
    response.call_on_close(bell.places.release)
    return response


def _news(bell: Bell, stands: Callable[[], bool], gather: float) -> Iterator[str]:
    """Runs while the page listens; who has gone is found by the next thing that is said."""
    heard = bell.count
    yield f"data: {heard}\n\n"
    while not bell.closed and stands():
        if bell.wait(heard, HEARTBEAT_SECONDS) == heard:
            yield ":\n\n"
            continue
        sleep(gather)
        heard = bell.count
        yield f"data: {heard}\n\n"
