"""Whether the server has told of phases out of their order, held, left undone, or out of their times (PRD-05, PRD-06).

The same questions as its own rules ask (`server.production.course`), answered from the log alone.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from server.equipment.model import REGISTERED
from server.production import asking, model
from server.production.course import pieces, rules
from server.production.course.judging import HEARD
from server.production.course.rules import Mark
from server.production.rules import judge_order
from server.recipes.model import find_phase
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

ORDER = "phase_order"
# The edition of the rules from which on it is asked of all that is known whether a phase began, and with what.
EDITION = 4


class CourseRules(StandingRules):
    """How the phases of every batch went, after the entries learnt so far. Before `since` nobody asked whether a phase
    was begun at all, worked on after it had been left, or what it was done with; before that edition of the rules only
    as it ended, of what was known then."""

    kinds = (*HEARD, REGISTERED)

    def __init__(self, since: SinceRules, papers: PaperRules) -> None:
        super().__init__()
        self._since, self._papers = since, papers
        self._marks: dict[str, list[Mark]] = {}
        self._pieces: dict[str, pieces.Piece] = {}
        # What the server has raised of phases that left something unsaid: (batch, code, phase), by its entry.
        self._raised: dict[str, tuple[str, str, str]] = {}

    def judge_withdrawn(self, seen: Seen) -> None:
        """SyncError `exception_withdrawn_wrong` of an exception that is none of the server's, or that still holds."""
        body = seen.body
        if body is None or seen.head.kind != model.WITHDRAWN or not self.phases_of(body["batch"]):
            return
        if body["code"] == asking.MISSING:
            # Of planned samples it is asked with the requests.
            return
        what = (body["batch"], body["code"], body["phase"])
        phase = find_phase(self.phases_of(body["batch"]), body["phase"])
        still = pieces.unsaid(phase, self._here(body["batch"], body["phase"]), self._register())
        if self._raised.get(body["exception"]) != what or body["code"] in still:
            raise SyncError("exception_withdrawn_wrong", f"{body['exception']} in {seen.head.stream}")

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of work, and of what holds, goes on with or leaves a phase."""
        body, head = seen.body, seen.head
        if seen.by_server or body is None or head.kind not in HEARD or "batch_unknown" in seen.stamp.flags:
            return
        phases = self.phases_of(body["batch"])
        if not phases:
            return
        at = self._papers.made_at(seen)
        about, known = self.mark(seen, body), self._marks.get(body["batch"], [])
        here = self._here(body["batch"], about.phase)
        owed = {one.code for one in rules.judge_left(head.kind, body)}
        may, must = self._unsaid(find_phase(phases, about.phase), here, about)
        owed |= must | (may & set(seen.stamp.flags))
        work = [one.captured_at for one in here if one.kind in model.WORK]
        owed |= {rules.HELD} if rules.newly_held(here, about, work) else set()
        owed |= {rules.LEFT} if rules.newly_left(here, about) else set()
        owed |= {one.code for _, one in rules.newly_out(phases, known, about)}
        if head.kind in model.WORK and head.corrects is None:
            owed |= {ORDER} if judge_order(phases, about.phase, _ended(known), at) else set()
        late = () if self._since.asked else (rules.NOT_STARTED, rules.LEFT, pieces.MISSING)
        if "equipment" in self._blind_of:
            # Whether there was any such piece nobody can say.
            late = (*late, pieces.MISSING)
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

    def _unsaid(self, phase: Body | None, here: Sequence[Mark], about: Mark) -> tuple[set[str], set[str]]:
        """What may be told of a phase that left something unsaid, and what must be. A server of this edition tells what
        an entry brings to light; of a log that names none such nobody knows which of the two ways its server went.
        """
        register = self._register()
        if about.corrects or about.kind not in (*model.WORK, model.IDENTIFIED):
            return set(), set()
        now = set(pieces.unsaid(phase, [*here, about], register)) - set(pieces.unsaid(phase, here, register))
        if self._since.has_reached(EDITION):
            return now, now
        before = {one.code for one in rules.not_started(about.kind, phase, here)}
        if phase is not None and pieces.asked(phase, register):
            before |= {one.code for one in pieces.judge_missing(phase, here, about)}
        return now | before, now & before

    def _register(self) -> list[tuple[str, str]]:
        return [(code, piece.kind) for code, piece in self._pieces.items()]

    def _here(self, batch: str, phase: str) -> list[Mark]:
        return [one for one in self._marks.get(batch, ()) if one.phase == phase]

    def take(self, seen: Seen, body: Body) -> None:
        kind = seen.head.kind
        if kind == REGISTERED:
            self._pieces[body["equipment"]] = pieces.Piece(body["class"], body["calibration_due"])
        elif kind == model.EXCEPTION and seen.by_server and body["code"] in (rules.NOT_STARTED, pieces.MISSING):
            self._raised[seen.head.id] = body["batch"], body["code"], body["phase"]
        elif kind in HEARD:
            mark = replace(self.mark(seen, body), index=seen.stamp.index)
            self._marks.setdefault(body["batch"], []).append(mark)

    def mark(self, seen: Seen, body: Body) -> Mark:
        head = seen.head
        mark = Mark(head.kind, body["phase"], self._papers.made_at(seen), head.corrects is not None)
        if self._papers.typed(seen) is not None:
            return mark
        return replace(mark, device=sys.intern(head.device), seen=0 if head.seen is None else head.seen.size)


def _ended(marks: list[Mark]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in marks:
        if one.kind in model.ENDS:
            found[one.phase] = min(one.captured_at, found.get(one.phase, one.captured_at))
    return found
