"""Whether the server has told of phases out of their order, held, left undone, or out of their times (PRD-05, PRD-06).

The same questions as its own rules ask (`server.production.course`), answered from the log alone.
"""

from collections.abc import Sequence

from server.equipment.model import REGISTERED
from server.production import model
from server.production.course import pieces, rules
from server.production.course.judging import HEARD
from server.production.course.rules import Mark
from server.production.rules import judge_order
from server.recipes.model import find_phase
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules

ORDER = "phase_order"


class CourseRules(StandingRules):
    """How the phases of every batch went, after the entries learnt so far. Before `since` nobody asked whether a phase
    was begun at all, worked on after it had been left, or what it was done with."""

    kinds = (*HEARD, REGISTERED)

    def __init__(self, since: SinceRules, papers: PaperRules) -> None:
        super().__init__()
        self._since, self._papers = since, papers
        self._marks: dict[str, list[Mark]] = {}
        self._pieces: dict[str, pieces.Piece] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of work, and of what holds, goes on with or leaves a phase."""
        body, head = seen.body, seen.head
        if seen.by_server or body is None or head.kind not in HEARD or "batch_unknown" in seen.stamp.flags:
            return
        phases = self.phases_of(body["batch"])
        if not phases:
            return
        at = self._papers.made_at(seen)
        about, known = _mark(seen, body, at), self._marks.get(body["batch"], [])
        here = [one for one in known if one.phase == about.phase]
        owed = {one.code for one in rules.judge_left(head.kind, body)}
        if head.corrects is None:
            owed |= {one.code for one in self._unsaid(find_phase(phases, about.phase), here, about)}
        work = [one.captured_at for one in here if one.kind in model.WORK]
        owed |= {rules.HELD} if rules.newly_held(here, about, work) else set()
        owed |= {rules.LEFT} if rules.newly_left(here, about) else set()
        owed |= {one.code for _, one in rules.newly_out(phases, known, about)}
        if head.kind in model.WORK and head.corrects is None:
            owed |= {ORDER} if judge_order(phases, about.phase, _ended(known), at) else set()
        late = () if self._since.asked else (rules.NOT_STARTED, rules.LEFT, pieces.MISSING)
        flags = (*rules.FLAGS, ORDER, pieces.MISSING)
        self.compare(seen, owed.difference(late), [one for one in flags if one not in late])
        if head.kind == model.IDENTIFIED and f"equipment/{body['equipment']}" not in self._blind:
            code, phase = body["equipment"], find_phase(phases, body["phase"])
            day = seen.zones.day(at) if self._papers.asked else seen.day
            found = pieces.judge(code, phase, self._pieces.get(code), day)
            # A piece that the phase itself names was once taken for one of another class.
            named = phase is not None and phase.get("equipment") == code
            among = (pieces.OVERDUE,) if named and not self._since.asked else (pieces.UNFIT, pieces.OVERDUE)
            # Whether it was clean is asked with all that is known of machines.
            self.compare(seen, {one.code for one in found}, among)

    def _unsaid(self, phase: Body | None, here: Sequence[Mark], about: Mark) -> list[model.Judgement]:
        found = rules.not_started(about.kind, phase, here)
        register = [(code, piece.kind) for code, piece in self._pieces.items()]
        if phase is None or not pieces.asked(phase, register):
            return found
        return found + pieces.judge_missing(phase, here, about)

    def take(self, seen: Seen, body: Body) -> None:
        if seen.head.kind == REGISTERED:
            self._pieces[body["equipment"]] = pieces.Piece(body["class"], body["calibration_due"])
        elif seen.head.kind in HEARD:
            self._marks.setdefault(body["batch"], []).append(_mark(seen, body, self._papers.made_at(seen)))


def _mark(seen: Seen, body: Body, at: str) -> Mark:
    return Mark(seen.head.kind, body["phase"], at, seen.head.corrects is not None)


def _ended(marks: list[Mark]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in marks:
        if one.kind in model.ENDS:
            found[one.phase] = min(one.captured_at, found.get(one.phase, one.captured_at))
    return found
