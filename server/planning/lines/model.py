"""The nouns of a schedule: a line with its working time, and the slot of a batch on it. Times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime

from server.planning.days import Days

LINE, SCHEDULED = "planning.line_set.v1", "planning.order_scheduled.v1"
# What a batch is to whoever schedules it; one that nobody has planned or ordered is none.
OPEN, DONE = "open", "done"


@dataclass(frozen=True, slots=True)
class Line:
    """`shifts` in minutes of the day of the zone, (from, to); not later than it begins, a shift ends on the next day.
    On working days of `days` each of them begins."""

    code: str
    days: Days
    zone: str
    shifts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    batch: str
    line: str
    start: datetime
    end: datetime


def line_stream(line: str) -> str:
    return f"planning/line/{line}"


def slot_stream(batch: str) -> str:
    return f"planning/slot/{batch}"
