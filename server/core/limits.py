"""How much one address may ask of the server: what it may take runs out, and comes back with time."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Lock
from time import monotonic

from server.core.config import Network

# Passwords that one address may try, rightly or wrongly: a shift that signs in behind one address stays far below, and
# what guesses or floods costs the server no more than this.
SIGN_INS = (120.0, 1.0)
# Names that are remembered; of more the longest unseen are forgotten.
MOST_NAMES = 4_096


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many a second."""

    burst: float
    per_second: float


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


class Buckets:
    """One for each name, all of one rate; from any thread."""

    def __init__(self, rate: Rate) -> None:
        self._rate, self._lock = rate, Lock()
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str, amount: float = 1.0) -> float:
        """Take it if it is there: 0.0; else the seconds until it is."""
        with self._lock:
            bucket = self._known.setdefault(name, Bucket(self._rate))
            self._known.move_to_end(name)
            if len(self._known) > MOST_NAMES:
                self._known.popitem(last=False)
            return bucket.take(amount)


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
