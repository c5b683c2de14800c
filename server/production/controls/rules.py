"""What is wrong with the checks of a phase as a whole: late, missed, put off, or not chance. Pure; door and witness ask
it.

Every answer is of all that is known of the phase, so that it comes out alike in whatever order entries arrive: what
was told before is told no second time (`news`), and nothing that is told is ever taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.engines import statistics
from server.production.controls import schedule
from server.production.controls.schedule import Course
from server.production.model import MAJOR, MINOR
from server.production.rules import CLOCK_TOLERANCE

LATE, MISSED, NELSON, HOLD = "check_late", "check_missed", "nelson_rule", "hold_long"
FLAGS = (LATE, MISSED, NELSON, HOLD)
IN_PROCESS = "in_process"

Phase = Mapping[str, Any]
# What has been told: a code about a round of a check, by which rule; of a hold when it began, and no round.
Told = tuple[str, str, int, int | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """A round of a check as it was recorded; `standing` unless something has superseded it."""

    entry: str
    check: str
    round: int
    captured_at: str
    standing: bool
    mean: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One exception: `entries` are what it is about, `details` for whoever reviews it; `check` of a hold is when it
    began."""

    code: str
    check: str
    rounds: tuple[int, ...]
    rule: int | None
    entries: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> list[Told]:
        return told_by(self.code, self.details)


def told_by(code: str, details: Mapping[str, Any]) -> list[Told]:
    """What an exception of one of `FLAGS` that the server raised has told."""
    if code == HOLD:
        return [(code, details["held"], 0, None)]
    return [(code, details["check"], one, details.get("rule")) for one in details["rounds"]]


def find(phase: Phase, known: Course, taken: Sequence[Taken], about: Taken | None) -> list[Finding]:
    """All that there is to tell; of the charts only what the round `about` and those after it make of them."""
    found: list[Finding] = []
    if phase.get("schedule"):
        found = [*_late(phase, known, taken), *_missed(phase, known, taken), *_put_off(phase, known, taken)]
    return found if about is None else found + _patterns(phase, taken, about)


def news(found: Iterable[Finding], told: Iterable[Told]) -> list[Finding]:
    """What nobody has told yet."""
    known = set(told)
    return [one for one in found if not known.issuperset(one.told())]


def _late(phase: Phase, known: Course, taken: Sequence[Taken]) -> list[Finding]:
    if known.started is None:
        return []
    first = _first(taken)
    late = [one for one in first.values() if schedule.overdue(known, phase["schedule"], one.round, _at(one))]
    return [Finding(LATE, one.check, (one.round,), None, (one.entry,), _details(one, phase, known)) for one in late]


def _details(one: Taken, phase: Phase, known: Course) -> dict[str, Any]:
    due = schedule.due_at(known, phase["schedule"], one.round)
    return {"check": one.check, "rounds": [one.round], "due": None if due is None else _text(due), "severity": MINOR}


def _missed(phase: Phase, known: Course, taken: Sequence[Taken]) -> list[Finding]:
    """Rounds that were due before the phase ended and of which there is nothing from before it ended."""
    found = []
    last = schedule.owed(known, phase["schedule"], phase["rounds"])
    ended = known.ended
    there = {(one.check, one.round) for one in taken if ended is not None and _at(one) <= ended + CLOCK_TOLERANCE}
    for check in phase["checks"]:
        rounds = [turn for turn in range(1, last + 1) if (check["id"], turn) not in there]
        if rounds:
            details = {"check": check["id"], "rounds": rounds, "severity": MAJOR}
            found.append(Finding(MISSED, check["id"], tuple(rounds), None, (), details))
    return found


def _put_off(phase: Phase, known: Course, taken: Sequence[Taken]) -> list[Finding]:
    """Holds that stopped the clock of rounds which would have been overdue before they ended, each once: somebody looks
    at whether nothing was made meanwhile. What was taken before a hold began is not put off by it."""
    found = []
    for held in schedule.holds_until(known):
        begin, end = held
        there = {(one.check, one.round) for one in taken if _at(one) <= begin}
        rounds = [
            turn
            for turn in schedule.put_off(known, phase["schedule"], phase["rounds"], held)
            if any((check["id"], turn) not in there for check in phase["checks"])
        ]
        if rounds:
            details = {"held": _text(begin), "until": _text(end), "rounds": rounds, "severity": MINOR}
            found.append(Finding(HOLD, _text(begin), tuple(rounds), None, (), details))
    return found


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _patterns(phase: Phase, taken: Sequence[Taken], about: Taken) -> list[Finding]:
    """What Nelson's rules say of the points from this round on, as each came."""
    check = next((one for one in phase["checks"] if one["id"] == about.check), None)
    if check is None or not check.get("chart"):
        return []
    points = series(taken, about.check)
    since = sum(one.round < about.round for one in points)
    rounds = [statistics.Round(one.mean, one.values) for one in points]
    return [
        _pattern(check["id"], one.rule, points[one.first : one.last + 1])
        for one in statistics.told(rounds, check["target"], since)
    ]


def _pattern(check: str, rule: int, points: Sequence[Taken]) -> Finding:
    last = points[-1].round
    details = {"check": check, "rounds": [last], "rule": rule, "from": points[0].round, "severity": MINOR}
    return Finding(NELSON, check, (last,), rule, tuple(one.entry for one in points), details)


def series(taken: Sequence[Taken], check: str) -> list[Taken]:
    """The points of a chart in the order of their rounds; of several claims of a round, which QA decides, the first."""
    own = [one for one in taken if one.check == check and one.standing]
    first = _first(own)
    return [first[key] for key in sorted(first, key=lambda key: key[1])]


def _first(taken: Sequence[Taken]) -> dict[tuple[str, int], Taken]:
    """Of each round of a check what was captured first: a correction comes later, and is not late for that."""
    found: dict[tuple[str, int], Taken] = {}
    for one in sorted(taken, key=lambda one: (one.captured_at, one.entry)):
        found.setdefault((one.check, one.round), one)
    return found


def _at(one: Taken) -> datetime:
    return datetime.fromisoformat(one.captured_at)
