"""How much one device, and one address, may ask of the hub: sockets are counted, frames and bytes run out."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from server.core.errors import PestleError
from server.core.limits import Bucket, Buckets, Rate

# In one process. Each keeps a thread; beyond them there are threads for requests, which sockets never take.
MOST_SOCKETS = 1_100
# A tablet that lost its network comes back while its old socket still looks alive.
SOCKETS_PER_DEVICE = 2
# Who finds no place asks again after so many seconds.
RETRY_SECONDS = 15
# A tablet that has lost its server tries about eight times in the first minute; the times are for each of the sockets
# that an address may have.
HELLOS_PER_SOCKET = 3


# 500 entries of the largest size come to 33 MB in base64.
FRAMES = Rate(3_000, 100)
BYTES = Rate(64 * 1024 * 1024, 2 * 1024 * 1024)
# Each is kept whole, and noted in the log.
REFUSALS = Rate(60, 1)
# Of one code. Each stands in the log; what is beyond is told to come later, and so lost by nobody.
ALARMS = Rate(10, 1 / 60)
# Before a device has proven which it is: its greeting, or garbage that is kept.
STRANGERS = (30, 1024 * 1024 + 64 * 1024)
# A piece that comes alone costs about as much as one of this size, however few bytes it has.
_LEAST_PIECE = 512


class Meter:
    """What one device sends, over all its sockets."""

    def __init__(self) -> None:
        self._frames, self._bytes, self._refusals = Bucket(FRAMES), Bucket(BYTES), Bucket(REFUSALS)
        self._alarms: dict[str, Bucket] = {}
        self._until = 0.0
        self._lock = Lock()

    def spend(self, frames: int, size: int) -> bool:
        """Count what was read; False when it was more than the device may send."""
        with self._lock:
            return self._within(max(self._frames.owe(frames), self._bytes.owe(max(size, _LEAST_PIECE))))

    def refused(self) -> bool:
        """Count a refused push; False when there were too many."""
        with self._lock:
            return self._within(self._refusals.owe(1))

    def retry(self) -> int:
        """Whole seconds after which the device may go on; 0 when it may now."""
        with self._lock:
            return max(0, math.ceil(self._until - monotonic()))

    def _within(self, seconds: float) -> bool:
        if seconds > 0:
            self._until = monotonic() + seconds
        return seconds == 0.0

    def alarm(self, code: str) -> int:
        """Count an alarm of this code: 0, or the whole seconds after which it may be told."""
        with self._lock:
            return math.ceil(self._alarms.setdefault(code, Bucket(ALARMS)).take(1))


class Stranger:
    """What a socket may bring before it has said whose it is."""

    def __init__(self) -> None:
        self._frames, self._size = STRANGERS

    def spend(self, frames: int, size: int) -> bool:
        self._frames -= frames
        self._size -= size
        return min(self._frames, self._size) >= 0


class Door:
    """Who may come in, in one process. `per_address`: sockets that one address may have open."""

    def __init__(self, per_address: int) -> None:
        self._most = per_address
        self._hellos = Buckets(Rate(HELLOS_PER_SOCKET * per_address, HELLOS_PER_SOCKET * per_address / 60))
        self._here: Counter[str] = Counter()
        self._meters: dict[str, Meter] = {}
        self._lock = Lock()

    @contextmanager
    def passing(self, address: str) -> Iterator[None]:
        """Around a socket's life; PestleError `hellos_too_many` or `sockets_too_many`, with `retry` in seconds."""
        with self._lock:
            self._admit(address)
            self._here[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._here[address] -= 1
                if not self._here[address]:
                    del self._here[address]

    def meter(self, device: str) -> Meter:
        """Of a device that has proven that it is one: there are only so many."""
        with self._lock:
            return self._meters.setdefault(device, Meter())

    def _admit(self, address: str) -> None:
        if self._here.total() >= MOST_SOCKETS or self._here[address] >= self._most:
            raise PestleError("sockets_too_many", {"retry": RETRY_SECONDS})
        seconds = self._hellos.take(address)
        if seconds > 0:
            raise PestleError("hellos_too_many", {"retry": math.ceil(seconds)})
