"""When rounds of in-process checks are due: by the running time of their phase, in which it was not held. Pure.

pwa/src/production/controls/schedule.ts is the same; `tests/vectors/controls.json` holds both. Everything goes by what
the tablets' clocks said (`captured_at`), so that it does not matter in what order entries arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Hold = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Course:
    """When a phase began, was held, went on and ended; None of what has not happened as far as anybody knows."""

    started: datetime | None
    ended: datetime | None
    holds: Sequence[Hold]


def course(
    started: Iterable[datetime], ended: Iterable[datetime], held: Iterable[datetime], resumed: Iterable[datetime]
) -> Course:
    """Of several starts or ends the first counts; a hold lasts until the next resumption."""
    # At the same moment going on comes before being held again.
    marks = sorted([*((at, True) for at in held), *((at, False) for at in resumed)])
    holds: list[Hold] = []
    for at, begins in marks:
        if begins and (not holds or holds[-1][1] is not None):
            holds.append((at, None))
        elif not begins and holds and holds[-1][1] is None:
            holds[-1] = holds[-1][0], at
    return Course(min(started, default=None), min(ended, default=None), tuple(holds))


def running(known: Course, at: datetime) -> timedelta:
    """How long the phase had run at a moment: until it ended at most, without the time in which it was held."""
    if known.started is None:
        return timedelta(0)
    last = at if known.ended is None else min(at, known.ended)
    spent = max(last - known.started, timedelta(0))
    for begin, end in known.holds:
        over = min(last, end or last) - max(begin, known.started)
        spent -= max(over, timedelta(0))
    return spent


def due_at(known: Course, schedule: Mapping[str, Any], turn: int) -> datetime | None:
    """When a round is due by the clock; None while the phase has not begun, and where a hold that goes on is before."""
    if known.started is None:
        return None
    due = known.started + timedelta(minutes=schedule["every"]) * turn
    for begin, end in known.holds:
        begins = max(begin, known.started)
        if begins >= due:
            break
        if end is None:
            return None
        due += max(end - begins, timedelta(0))
    return due


def overdue(known: Course, schedule: Mapping[str, Any], turn: int, at: datetime) -> bool:
    """Whether a round that is taken at this moment is later than its grace allows."""
    return running(known, at) > timedelta(minutes=schedule["every"] * turn + schedule["grace"])


def owed(known: Course, schedule: Mapping[str, Any], most: int) -> int:
    """How many rounds were due by the end of the phase: that at the very end is one of them."""
    if known.ended is None:
        return 0
    return min(most, running(known, known.ended) // timedelta(minutes=schedule["every"]))


def holds_until(known: Course) -> list[tuple[datetime, datetime]]:
    """The holds of which the end is known: going on, or that of the phase itself."""
    ends = [(begin, known.ended if end is None else end) for begin, end in known.holds]
    return [(begin, end) for begin, end in ends if end is not None and end > begin]


def put_off(known: Course, schedule: Mapping[str, Any], most: int, held: tuple[datetime, datetime]) -> list[int]:
    """The rounds that this hold kept from being overdue: those that would have become so after it began, and before it
    ended."""
    begin, end = held
    if known.started is None or end <= known.started:
        return []
    before, least = running(known, begin), timedelta(minutes=schedule["grace"])
    last = before + end - max(begin, known.started)
    moments = [(turn, timedelta(minutes=schedule["every"]) * turn + least) for turn in range(1, most + 1)]
    return [turn for turn, moment in moments if before <= moment < last]
