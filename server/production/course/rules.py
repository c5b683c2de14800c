"""What is wrong with how phases go: work while one is held, phases left undone, times between phases. Pure.

Everything goes by what the tablets' clocks said (`captured_at`), so that it does not matter in what order entries
arrive: asked of what is known with an entry and without it, the difference is what that entry brings to light. What a
phase should have said comes with another tablet, perhaps later: then the difference is also what no longer holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.production import model
from server.production.controls import schedule
from server.production.controls.schedule import Hold
from server.production.model import MAJOR, MINOR, Judgement
from server.production.rules import CLOCK_TOLERANCE

HELD, NOT_STARTED, LEFT = "phase_held", "phase_not_started", "phase_left"
EARLY, EXCEEDED = "time_limit_early", "time_limit_exceeded"
TIMES = (EARLY, EXCEEDED)
FLAGS = (HELD, NOT_STARTED, LEFT, *TIMES, *model.LEFT_CODES.values())

Phases = Sequence[Mapping[str, Any]]
# The place in the log of an entry that has none yet, so that nobody has seen it.
COMING = 1 << 62


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry that says that a phase goes, or goes no further; `corrects` another, so that nothing was done then.

    `index`: its place in the log; `device` wrote it after having `seen` so many entries of the log. None of this is
    said of what was typed in from paper: it was done before, and elsewhere.
    """

    kind: str
    phase: str
    captured_at: str
    corrects: bool = False
    index: int = COMING
    device: str = ""
    seen: int = 0


def judge_left(kind: str, given: Mapping[str, Any]) -> list[Judgement]:
    """A phase that was aborted or skipped is QA's to assess, whoever decided so (CN 2010, 175; 21 CFR 211.100(b))."""
    code = model.LEFT_CODES.get(kind)
    return [] if code is None else [Judgement(code, {"reason": given["reason"], "severity": MAJOR})]


def is_before(one: Mark, other: Mark) -> bool:
    """Whether one was done before the other. However clocks run, what a device had seen in the log was done before, and
    it does one thing after the other; else the clocks say, which may differ by `CLOCK_TOLERANCE`."""
    if one.device and other.device:
        if other.seen > one.index or one.seen > other.index:
            return other.seen > one.index
        if one.device == other.device:
            return one.index < other.index
    return datetime.fromisoformat(one.captured_at) <= datetime.fromisoformat(other.captured_at) + CLOCK_TOLERANCE


def never_begun(phase: Mapping[str, Any] | None, marks: Iterable[Mark]) -> list[Judgement]:
    """A phase that was said to be complete before anything else was done in it, by all that is known of it; `marks` are
    its own. Orders before the second form are not asked: they say no more than that a phase is done."""
    if phase is None or "after" not in phase:
        return []
    known = [one for one in marks if one.kind in model.WORK and not one.corrects]
    work = [one for one in known if one.kind != model.COMPLETED]
    ends = [one for one in known if one.kind == model.COMPLETED]
    begun = all(any(is_before(one, end) for one in work) for end in ends)
    return [] if begun else [Judgement(NOT_STARTED, {"severity": MINOR})]


def not_started(kind: str, phase: Mapping[str, Any] | None, known: Iterable[Mark]) -> list[Judgement]:
    """As servers before edition 4 of the rules asked it: of what they knew as the end came; a witness asks their logs
    so."""
    if kind != model.COMPLETED or phase is None or "after" not in phase:
        return []
    begun = any(one.kind in model.WORK for one in known)
    return [] if begun else [Judgement(NOT_STARTED, {"severity": MINOR})]


def holds(marks: Iterable[Mark]) -> Sequence[Hold]:
    """When the phase of these marks was held, and until when."""
    known = list(marks)
    held = [datetime.fromisoformat(one.captured_at) for one in known if one.kind == model.HELD]
    resumed = [datetime.fromisoformat(one.captured_at) for one in known if one.kind == model.RESUMED]
    return schedule.course((), (), held, resumed).holds


def work_in(spans: Sequence[Hold], work: Iterable[str]) -> list[str]:
    """Of times of work those in which the phase was held: at the moment of a hold it is still at work, at that of its
    resumption it is again."""
    times = ((text, datetime.fromisoformat(text)) for text in work)
    return [text for text, at in times if any(begin < at and (end is None or at < end) for begin, end in spans)]


def newly_held(marks: Sequence[Mark], about: Mark, work: Sequence[str]) -> list[str]:
    """Times of work that turns out to have been done while its phase was held, now that `about` is known."""
    if about.kind not in (model.HELD, model.RESUMED):
        return work_in(holds(marks), [about.captured_at]) if about.kind in model.WORK else []
    before = set(work_in(holds(marks), work))
    return [at for at in work_in(holds([*marks, about]), work) if at not in before]


def newly_left(marks: Sequence[Mark], about: Mark) -> list[str]:
    """Times of work that turns out to have been done after its phase had been aborted or skipped, now that `about` is
    known. Two clocks may differ by `CLOCK_TOLERANCE`."""
    if about.kind in model.WORK:
        # Of itself alone, whatever else is known: all that is typed in from one sheet is of one time.
        left = [one for one in marks if one.kind in model.LEFT]
        return _work_after([*left, about])
    if about.kind not in model.LEFT:
        return []
    before = set(_work_after(marks))
    return [at for at in _work_after([*marks, about]) if at not in before]


def _work_after(marks: Sequence[Mark]) -> list[str]:
    left = min((datetime.fromisoformat(one.captured_at) for one in marks if one.kind in model.LEFT), default=None)
    if left is None:
        return []
    work = [one.captured_at for one in marks if one.kind in model.WORK and not one.corrects]
    return [at for at in work if datetime.fromisoformat(at) > left + CLOCK_TOLERANCE]


def timed(phases: Phases) -> set[str]:
    """The phases whose beginnings and ends count for a time limit."""
    limits = [(phase["id"], time["since"]) for phase in phases for time in phase.get("times", ())]
    return {one for pair in limits for one in pair}


def newly_out(phases: Phases, marks: Sequence[Mark], about: Mark) -> list[tuple[str, Judgement]]:
    """Time limits that turn out not to have been kept, now that `about` is known, each with its phase."""
    if about.phase not in timed(phases):
        return []
    before = {_key(one) for one in _out(phases, marks)}
    return [one for one in _out(phases, [*marks, about]) if _key(one) not in before]


def _key(found: tuple[str, Judgement]) -> tuple[str, ...]:
    phase, one = found
    return phase, one.code, *(one.details[name] for name in ("since", "from", "to"))


def _out(phases: Phases, marks: Sequence[Mark]) -> list[tuple[str, Judgement]]:
    moments = _moments(marks)
    found = []
    for phase in phases:
        for time in phase.get("times", ()):
            began, came = moments.get((time["since"], time["from"])), moments.get((phase["id"], time["to"]))
            if began is not None and came is not None:
                found += [(phase["id"], one) for one in _judge(time, came - began)]
    return found


def running(phases: Phases, marks: Sequence[Mark]) -> list[tuple[str, datetime]]:
    """Phases that must begin or end by a time and have not, with that time; of what has ended nothing runs any more."""
    moments, ended = _moments(marks), {one.phase for one in marks if one.kind in model.ENDS}
    found = []
    for phase in phases:
        for time in () if phase["id"] in ended else phase.get("times", ()):
            began = moments.get((time["since"], time["from"]))
            if began is not None and time["max"] is not None and (phase["id"], time["to"]) not in moments:
                found.append((phase["id"], began + timedelta(minutes=time["max"])))
    return found


def _moments(marks: Iterable[Mark]) -> dict[tuple[str, str], datetime]:
    """When each phase began and ended: with its first work, and when it was first said to be complete or aborted. What
    was skipped has neither. That a phase was held changes nothing: material waits in it all the same."""
    found: dict[tuple[str, str], datetime] = {}
    for one in marks:
        moment = "start" if one.kind in (*model.WORK[:-1],) else "end" if one.kind in _LASTS else None
        if moment is not None:
            at = datetime.fromisoformat(one.captured_at)
            found[one.phase, moment] = min(at, found.get((one.phase, moment), at))
    return found


_LASTS = (model.COMPLETED, model.ABORTED)


def _judge(time: Mapping[str, Any], spent: timedelta) -> list[Judgement]:
    """21 CFR 211.111; CN 2010, 195. The clocks of two tablets may differ: QA sees by how much the limit was missed."""
    said = {name: time[name] for name in ("since", "from", "to")} | {"elapsed": minutes(spent), "severity": MAJOR}
    if time["min"] is not None and spent < timedelta(minutes=time["min"]):
        return [Judgement(EARLY, said | {"limit": time["min"]})]
    if time["max"] is not None and spent > timedelta(minutes=time["max"]):
        return [Judgement(EXCEEDED, said | {"limit": time["max"]})]
    return []


def minutes(spent: timedelta) -> str:
    """Whole seconds as minutes with two decimals, cut, as a timer shows them."""
    hundredths = spent // timedelta(milliseconds=600)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
