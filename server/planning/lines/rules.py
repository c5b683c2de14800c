"""When a line works, and what keeps a batch from being scheduled on it: pure, asked by the door and by a witness."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.planning.days import Days
from server.planning.lines.model import DONE, Line, Slot

Given = Mapping[str, Any]
Window = tuple[datetime, datetime]
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
_DAY = 24 * 60
_LONGEST = timedelta(days=366)
# A shift ends at the latest a day after it has begun; a zone is at most a day away from UTC.
_AROUND = timedelta(days=2)


def line(given: Given, days: Days) -> Line:
    """Of a payload that has its shape."""
    shifts = sorted((_minutes(one["start"]), _minutes(one["end"])) for one in given["shifts"])
    return Line(given["line"], days, given["zone"], tuple(shifts))


def line_refused(given: Given, knows_calendar: bool) -> str | None:
    """A zone and a calendar that there are, and shifts of which none begins before the one before it has ended."""
    shifts = line(given, Days()).shifts
    ends = [end if end > start else end + _DAY for start, end in shifts]
    starts = [*(start for start, _ in shifts[1:]), *(start + _DAY for start, _ in shifts[:1])]
    right = all(end <= start for end, start in zip(ends, starts, strict=True))
    return None if right and knows_calendar and _is_zone(given["zone"]) else "planning_line_wrong"


def refused(given: Given, on: Line | None, batch: str | None, taken: Iterable[Slot]) -> str | None:
    """`on`: the line that is named; `batch`: OPEN, DONE or None; `taken`: slots of other batches that are not done. A
    slot begins and ends in working time; what lies between two shifts is neither work nor another batch's."""
    if batch is None or batch == DONE:
        return "planning_batch_unknown" if batch is None else "planning_batch_done"
    if len({given[name] is None for name in ("line", "start", "end")}) > 1:
        return "planning_times_wrong"
    if given["line"] is None:
        return None
    if on is None:
        return "planning_line_unknown"
    start, end = times(given)
    if not start < end <= start + _LONGEST:
        return "planning_times_wrong"
    if not works(on, start, end):
        return "planning_outside_hours"
    return "planning_overlap" if overlapping(given["line"], start, end, taken) else None


def times(given: Given) -> Window:
    return datetime.fromisoformat(given["start"]), datetime.fromisoformat(given["end"])


def works(on: Line, start: datetime, end: datetime) -> bool:
    """Whether a slot begins and ends in working time of the line."""
    begins = any(opens <= start < closes for opens, closes in windows(on, start, start + timedelta(minutes=1)))
    return begins and any(opens < end <= closes for opens, closes in windows(on, end - timedelta(minutes=1), end))


def overlapping(code: str, start: datetime, end: datetime, taken: Iterable[Slot]) -> list[str]:
    """The batches that have the line within this time."""
    return [one.batch for one in taken if one.line == code and one.start < end and start < one.end]


def windows(on: Line, since: datetime, until: datetime) -> Iterator[Window]:
    """The working time of a line that lies at least in part in this time, uncut, the first first; what adjoins is
    one."""
    last: Window | None = None
    for opens, closes in _shifts(on, since - _AROUND, until + _AROUND):
        if last is not None and opens <= last[1]:
            last = last[0], max(last[1], closes)
            continue
        if last is not None and last[1] > since and last[0] < until:
            yield last
        last = opens, closes
    if last is not None and last[1] > since and last[0] < until:
        yield last


def proposed(on: Line, start: datetime, minutes: int) -> Window | None:
    """From the first working time at or after `start` for so many working minutes; None where there is none for a
    year."""
    left, begins = timedelta(minutes=minutes), None
    for opens, closes in windows(on, start, start + _LONGEST):
        at = max(opens, start)
        begins = begins or at
        if left <= closes - at:
            return begins, at + left
        left -= closes - at
    return None


def worked(on: Line, start: datetime, end: datetime) -> int:
    """The working minutes between two moments."""
    parts = (min(end, closes) - max(start, opens) for opens, closes in windows(on, start, end))
    return int(sum(parts, timedelta()).total_seconds()) // 60


def _shifts(on: Line, since: datetime, until: datetime) -> Iterator[Window]:
    zone = ZoneInfo(on.zone)
    for number in range(since.toordinal(), until.toordinal() + 1):
        if not on.days.works(number):
            continue
        for start, end in on.shifts:
            yield _moment(number, start, zone), _moment(number + (end <= start), end, zone)


def _moment(number: int, minutes: int, zone: ZoneInfo) -> datetime:
    day = date.fromordinal(number)
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone).astimezone(UTC)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _is_zone(name: str) -> bool:
    """Its names are files, so nothing but a name may be asked for."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
