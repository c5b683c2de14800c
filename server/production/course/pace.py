"""How far a batch has come: which phases are at work since when, and which may begin next, and when it is too quiet.

As in `rules`, everything goes by what the tablets' clocks said. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.production import model
from server.production.course.rules import Mark
from server.recipes.structure import predecessors

# In a plant that has not said otherwise, so long a silence is one that somebody should look at: the longest in which
# nothing happens in a batch within a shift. Nobody says less than an hour, nor more than a week.
QUIET_HOURS, LEAST, MOST = 4, 1, 168

Phase = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtWork:
    """A phase that was begun and has not ended; `since` by the clock of who began it."""

    phase: Phase
    since: datetime
    held: bool


def at_work(phases: Sequence[Phase], marks: Iterable[Mark]) -> list[AtWork]:
    """In the order of the recipe."""
    by_phase: dict[str, list[Mark]] = {}
    for mark in marks:
        by_phase.setdefault(mark.phase, []).append(mark)
    found = []
    for phase in phases:
        mine = by_phase.get(phase["id"], [])
        begun = [datetime.fromisoformat(one.captured_at) for one in mine if one.kind in model.WORK]
        if begun and not any(one.kind in model.ENDS for one in mine):
            found.append(AtWork(phase, min(begun), _is_held(mine)))
    return found


def _is_held(marks: Sequence[Mark]) -> bool:
    told = [one for one in marks if one.kind in (model.HELD, model.RESUMED)]
    return bool(told) and max(told, key=lambda one: datetime.fromisoformat(one.captured_at)).kind == model.HELD


def may_begin(phases: Sequence[Phase], marks: Iterable[Mark]) -> list[Phase]:
    """Phases that nobody has begun and before which every other has ended."""
    known = list(marks)
    begun = {one.phase for one in known if one.kind in (*model.WORK, *model.LEFT)}
    ended = {one.phase for one in known if one.kind in model.ENDS}
    asked = predecessors(phases)
    return [one for one in phases if one["id"] not in begun and ended.issuperset(asked[one["id"]])]


def stands_still(now: datetime, heard: datetime, working: Sequence[AtWork], quiet: timedelta) -> bool:
    """Whether the log has heard nothing for longer than the longest of the phases at work is planned to last; `quiet`:
    what the plant says of those that are planned to last no time."""
    planned = [one.phase["minutes"] for one in working if one.phase.get("minutes")]
    return now - heard > (timedelta(minutes=max(planned)) if planned else quiet)
