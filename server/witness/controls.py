"""Whether the server has told of checks that were late or missed, and of patterns that are not chance (PRD-09).

The same questions as its own rules ask (`server.production.controls`), answered from the log alone.
"""

from dataclasses import replace

from server.production import model
from server.production.controls import rules
from server.production.controls.judging import HEARD, course_of, taken_from, watched
from server.production.controls.rules import Taken, Told
from server.recipes.model import find_phase
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules

Place = tuple[str, str]


class ControlRules(StandingRules):
    """The phases of in-process checks after the entries learnt so far. Before `since` a check began no phase, and what
    holds put off was not told."""

    kinds = (*HEARD, model.PAPER_BEGUN)

    def __init__(self, since: SinceRules, papers: PaperRules) -> None:
        super().__init__()
        self._since, self._papers = since, papers
        self._taken: dict[Place, list[Taken]] = {}
        self._marks: dict[Place, list[tuple[str, str]]] = {}
        self._told: dict[Place, list[Told]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of an entry that moves a phase of checks."""
        body, head = seen.body, seen.head
        if seen.by_server or body is None or head.kind not in HEARD or "batch_unknown" in seen.stamp.flags:
            return
        phase = find_phase(self.phases_of(body["batch"]), body["phase"])
        if phase is not None and phase["type"] == rules.IN_PROCESS and watched(phase):
            asked = self._since.asked
            self.compare(
                seen, self._owed(seen, body, phase), [one for one in rules.FLAGS if asked or one != rules.HOLD]
            )

    def _owed(self, seen: Seen, body: Body, phase: Body) -> set[str]:
        place, head, at = (body["batch"], body["phase"]), seen.head, self._papers.made_at(seen)
        about = taken_from(head.id, at, head.kind, body)
        taken = [
            replace(one, standing=one.entry not in self.superseded and one.entry != head.corrects)
            for one in self._taken.get(place, ())
        ]
        marks = [*self._marks.get(place, ()), (head.kind, at)]
        known = course_of(one for one in marks if self._since.asked or one[0] not in model.SINGLE_VALUED)
        found = rules.find(phase, known, [*taken, *([] if about is None else [about])], about)
        return {one.code for one in rules.news(found, self._told.get(place, ()))}

    def take(self, seen: Seen, body: Body) -> None:
        head = seen.head
        place = body.get("batch", ""), str(body.get("phase"))
        if head.kind == model.EXCEPTION and body["code"] in rules.FLAGS and seen.by_server:
            self._told.setdefault(place, []).extend(rules.told_by(body["code"], body["details"]))
        elif head.kind in HEARD:
            at = self._papers.made_at(seen)
            about = taken_from(head.id, at, head.kind, body)
            if about is not None:
                self._taken.setdefault(place, []).append(about)
            self._marks.setdefault(place, []).append((head.kind, at))
