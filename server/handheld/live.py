"""What the balances show right now: signed by the bridge, kept in memory only, forgotten when it is old."""

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

# The bridge repeats an unchanged value every 2 seconds; after this long nobody knows what the balance shows.
OLD_SECONDS = 10.0
# The quality of a balance that the bridge has no link to.
LOST = "lost"


@dataclass(frozen=True, slots=True)
class Shown:
    net: dict[str, str] | None
    quality: str
    at: str
    heard: float
    # When its link came up or was lost, as it stands.
    since: str
    # Percent, with when it was told; None of one that has none.
    battery: tuple[int, str] | None

    @property
    def old(self) -> bool:
        return monotonic() - self.heard >= OLD_SECONDS

    def payload(self) -> dict[str, Any]:
        return {"net": self.net, "quality": self.quality, "at": self.at}


class LiveBoard:
    """The latest value of each balance that this process has heard of."""

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}
        self._lock = Lock()

    def show(self, balance: str, net: dict[str, str] | None, quality: str, at: str, battery: int | None = None) -> bool:
        """False for a value that is not newer (`at`, UTC text) than what is known: one that was sent again."""
        with self._lock:
            before = self._shown.get(balance)
            if before is not None and at <= before.at and not before.old:
                return False
            same = before is not None and (before.quality == LOST) == (quality == LOST) and not before.old
            since = before.since if before and same else at
            charge = (battery, at) if battery is not None else before.battery if before else None
            self._shown[balance] = Shown(net, quality, at, monotonic(), since, charge)
            return True

    def of(self, balance: str) -> dict[str, Any] | None:
        with self._lock:
            shown = self._shown.get(balance)
        return shown.payload() if shown is not None and not shown.old else None

    def battery(self, balance: str) -> dict[str, Any] | None:
        """How full its battery was when that was told last: {percent, at}; None where nobody has told."""
        with self._lock:
            shown = self._shown.get(balance)
        charge = None if shown is None else shown.battery
        return None if charge is None else {"percent": charge[0], "at": charge[1]}

    def link(self, balance: str) -> dict[str, Any] | None:
        """Whether a bridge has it, and since when (UTC text): {connected, since}. None where nobody has told since
        the server was started. A bridge that is silent has none, since its last word."""
        with self._lock:
            shown = self._shown.get(balance)
        if shown is None:
            return None
        if shown.old:
            return {"connected": False, "since": shown.since if shown.quality == LOST else shown.at}
        return {"connected": shown.quality != LOST, "since": shown.since}
