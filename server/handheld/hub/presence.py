"""Which devices are connected right now, in this process or in another of the site."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

# A connected device is said again every 30 seconds; of a process that died nobody says that its devices have gone.
_FRESH_SECONDS = 75.0


class Presence:
    """`publish` tells the other processes, `changed` whoever looks at the devices. A device may be here twice for a
    moment, when it comes back."""

    def __init__(self, publish: Callable[[dict[str, Any]], None], changed: Callable[[], None]) -> None:
        self._publish, self._changed = publish, changed
        self._here: dict[str, int] = {}
        self._elsewhere: dict[str, float] = {}
        self._lock = Lock()

    def came(self, device: str) -> None:
        with self._lock:
            self._here[device] = self._here.get(device, 0) + 1
        self.stays(device)
        self._changed()

    def stays(self, device: str) -> None:
        self._publish({"came": device})

    def left(self, device: str) -> None:
        with self._lock:
            count = self._here.get(device, 0) - 1
            if count > 0:
                self._here[device] = count
                return
            self._here.pop(device, None)
        self._publish({"left": device})
        self._changed()

    def heard_came(self, device: str) -> None:
        """Said again every 30 seconds of each device that stays."""
        now = monotonic()
        with self._lock:
            new = self._elsewhere.get(device, -_FRESH_SECONDS) <= now - _FRESH_SECONDS
            self._elsewhere[device] = now
        if new:
            self._changed()

    def heard_left(self, device: str) -> None:
        with self._lock:
            self._elsewhere.pop(device, None)
        self._changed()

    def connected(self) -> set[str]:
        since = monotonic() - _FRESH_SECONDS
        with self._lock:
            return set(self._here) | {device for device, at in self._elsewhere.items() if at > since}
