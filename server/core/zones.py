"""Which day it is: of an instant, by the clock of the zone that the plant said it keeps at that instant.

Expiry, retest, calibration and whatever else a label or a procedure says as a day is meant by the plant's own calendar.
A log that states no zone is judged in UTC, as all were before plants could state one. Server and witness ask the same
class, the app `pwa/src/core/days.ts`; `tests/vectors/days.json` holds them together.
"""

import re
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

UTC_NAME = "UTC"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


@dataclass(slots=True)
class Zones:
    """The zones of a plant, each from the instant it was stated on: pairs of an instant in the form of the log, and the
    zone's name (IANA). Before the first: UTC."""

    stated: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, stated: Iterable[tuple[str, str]]) -> "Zones":
        """In any order; of two of one instant the later one given holds."""
        made = cls()
        for since, zone in stated:
            made.state(since, zone)
        return made

    def state(self, since: str, zone: str) -> None:
        insort(self.stated, (since, zone), key=lambda one: one[0])

    def at(self, instant: str) -> str:
        """The name of the zone that held at an instant."""
        return next((zone for since, zone in reversed(self.stated) if since <= instant), UTC_NAME)

    @property
    def latest(self) -> str:
        return self.stated[-1][1] if self.stated else UTC_NAME

    def day(self, instant: str) -> str:
        """YYYY-MM-DD of an instant in the form of the log; at the very ends of the calendar, that of UTC."""
        zone = self.at(instant)
        if zone == UTC_NAME:
            return instant[:10]
        try:
            return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date().isoformat()
        except OverflowError:
            return instant[:10]

    def lent(self) -> list[dict[str, str]]:
        """As a lease carries them: [{since, zone}], the earliest first."""
        return [{"since": since, "zone": zone} for since, zone in self.stated]


def refused(zone: str, holds: str) -> str | None:
    """Why a zone cannot be stated while another one holds: nobody knows it, or it is the same."""
    if not is_zone(zone):
        return "zone_unknown"
    return "zone_unchanged" if zone == holds else None


def is_zone(name: str) -> bool:
    """Whether this machine's time zone database knows it. Its names are files, so nothing but a name is asked for."""
    if not _NAME.fullmatch(name):
        return False
    try:
        datetime(2000, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(name))
    except (OSError, ValueError, KeyError):
        return False
    return True
