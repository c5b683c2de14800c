"""How much one device, and one address, may ask of the hub: sockets are counted, frames and bytes run out."""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Lock
from time import monotonic

from server.core.config import Network
from server.core.errors import PestleError

# In one process. Each keeps a thread; beyond them there are threads for requests, which sockets never take.
MOST_SOCKETS = 1_100
# A tablet that lost its network comes back while its old socket still looks alive.
SOCKETS_PER_DEVICE = 2
# Who finds no place asks again after so many seconds.
RETRY_SECONDS = 15
# A tablet that has lost its server tries about eight times in the first minute; the times are for each of the sockets
# that an address may have.
HELLOS_PER_SOCKET = 3
# An alarm of a device in this time after one of the same code that was recorded is taken for the same.
ALARM_SECONDS = 60.0
# Addresses that are remembered; of more the longest unseen are forgotten.
_ADDRESSES = 4_096


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many a second."""

    burst: float
    per_second: float


# 500 entries of the largest size come to 33 MB in base64.
FRAMES = Rate(3_000, 100)
BYTES = Rate(64 * 1024 * 1024, 2 * 1024 * 1024)
# Each is kept whole, and noted in the log.
REFUSALS = Rate(60, 1)
# Before a device has proven which it is: its greeting, or garbage that is kept.
STRANGERS = (30, 1024 * 1024 + 64 * 1024)
# A piece that comes alone costs about as much as one of this size, however few bytes it has.
_LEAST_PIECE = 512


class Bucket:
    """Fills by time, up to the burst. Not thread-safe."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate, self._left, self._at = rate, rate.burst, monotonic()

    def take(self, amount: float) -> float:
        """Take it if it is there: 0.0; else the seconds until it is."""
        self._fill()
        if self._left >= amount:
            self._left -= amount
            return 0.0
        return (amount - self._left) / self._rate.per_second

    def owe(self, amount: float) -> float:
        """Take what has been used already; 0.0, or, with a debt, the seconds until it is worth to go on: until it is
        paid and a quarter of the burst is there."""
        self._fill()
        self._left -= amount
        return 0.0 if self._left >= 0 else (self._rate.burst / 4 - self._left) / self._rate.per_second

    def _fill(self) -> None:
        now = monotonic()
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.per_second)
        self._at = now


class Meter:
    """What one device sends, over all its sockets."""

    def __init__(self) -> None:
        self._frames, self._bytes, self._refusals = Bucket(FRAMES), Bucket(BYTES), Bucket(REFUSALS)
        self._alarms: dict[str, float] = {}
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

    def alarmed(self, code: str) -> bool:
        """Whether an alarm of this code was recorded just now."""
        with self._lock:
            return monotonic() - self._alarms.get(code, -math.inf) < ALARM_SECONDS

    def recorded(self, code: str) -> None:
        with self._lock:
            self._alarms[code] = monotonic()


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
        self._hellos = Rate(HELLOS_PER_SOCKET * per_address, HELLOS_PER_SOCKET * per_address / 60)
        self._here: Counter[str] = Counter()
        self._came: OrderedDict[str, Bucket] = OrderedDict()
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
        bucket = self._came.setdefault(address, Bucket(self._hellos))
        self._came.move_to_end(address)
        if len(self._came) > _ADDRESSES:
            self._came.popitem(last=False)
        seconds = bucket.take(1)
        if seconds > 0:
            raise PestleError("hellos_too_many", {"retry": math.ceil(seconds)})


def address_of(remote: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Whose limits count: `remote`, or what proxies of ours say they forward for, the last one outside first.

    Anybody can send the header; only what one of our own has appended is believed. A network of IPv6 (/64) is one
    address, since a single machine has all of it.
    """
    found = _read(remote)
    for text in reversed(forwarded):
        before = _read(text)
        if found is None or before is None or not any(found in network for network in proxies):
            break
        found = before
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return remote if found is None else str(found)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
