"""Whether the server has calculated yields again, said which are stale, and who may explain them (PRD-10).

The same questions as its own rules ask (`server.production.yields`), answered from the log alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from server.core.units import Quantity
from server.identity import at_capture, grants
from server.production import model
from server.production.packaging import rules as packaging
from server.production.rules import slot_of
from server.production.values import said
from server.production.yields import rules
from server.production.yields.judging import VALUES, has_yields
from server.production.yields.projection import WORTHLESS
from server.production.yields.rules import Claim, Yield
from server.recipes import printed, structure
from server.recipes.model import find_phase
from server.release.model import RESOLVED_KIND
from server.witness.granting import GrantRules
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules

Signed = Callable[[Seen, str], bool]


class YieldRules(StandingRules):
    """The values of every batch after the entries learnt so far; `granted` knows who may explain. Before `since` only
    the start of a phase was asked about the yields before it."""

    kinds = (*model.WORK, model.EXPLAINED, model.PAPER_BEGUN)

    def __init__(self, granted: GrantRules, signed: Signed, since: SinceRules, papers: PaperRules) -> None:
        super().__init__()
        self._granted, self._signed, self._since, self._papers = granted, signed, since, papers
        self._claims: dict[str, list[Claim]] = {}
        self._captured: dict[str, str] = {}
        self._explained: dict[str, str] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._told: set[str] = set()
        # The counts of each balance of a printed material.
        self._counts: dict[str, Sequence[Body]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a value, a yield, its explanation, or work after it."""
        body, kind = seen.body, seen.head.kind
        if body is None or kind not in (*self.kinds, RESOLVED_KIND) or "batch_unknown" in seen.stamp.flags:
            return
        phases = self.phases_of(body["batch"])
        if seen.by_server and kind == RESOLVED_KIND and has_yields(phases):
            left = self._standing(body["batch"], self.losers(body))
            self.compare(seen, self._stale(phases, left, body["chosen"]), (rules.STALE,))
        elif seen.by_server or not phases:
            return
        elif kind == model.EXPLAINED:
            self._judge_explanation(seen, body)
        else:
            if kind == model.STARTED or self._since.asked:
                self.compare(seen, self._unexplained(seen, body, phases), (rules.UNEXPLAINED,))
            if kind in VALUES and has_yields(phases):
                self._judge_value(seen, body, phases)

    def _judge_value(self, seen: Seen, body: Body, phases: Sequence[Body]) -> None:
        head = seen.head
        known = self._standing(body["batch"], set() if head.corrects is None else {head.corrects})
        phase = find_phase(phases, body["phase"])
        owed = self._stale(phases, [*known, _claim(seen, body)], head.id)
        plan = printed.plan_at(phase, slot_of(head.kind, body)) if head.kind in model.CALCULATED else None
        if plan is not None:
            owed |= {one.code for one in rules.judge(body, phases, plan, known)}
            self.compare(seen, owed, rules.OF_YIELD)
        else:
            self.compare(seen, owed, (rules.STALE,))

    def _stale(self, phases: Sequence[Body], claims: Sequence[Claim], cause: str) -> set[str]:
        found = [one.entry for one in rules.stale(phases, claims) if one.entry not in self._told | {cause}]
        return {rules.STALE} if found else set()

    def _unexplained(self, seen: Seen, body: Body, phases: Sequence[Body]) -> set[str]:
        if seen.head.corrects is not None or find_phase(phases, body["phase"]) is None:
            return set()
        above = structure.above(phases, body["phase"])
        known = [self._yield(one, phases) for one in self._standing(body["batch"], set()) if one.inputs is not None]
        open_ = rules.open_before([one for one in known if one is not None], above, self._papers.made_at(seen))
        return {rules.UNEXPLAINED} if open_ else set()

    def unexplained(self, batch: str) -> frozenset[str]:
        """The phases whose yield is out and not explained; none of a batch of which nothing is judged."""
        phases = self.phases_of(batch)
        known = (self._yield(one, phases) for one in self._standing(batch, set()) if one.inputs is not None)
        return rules.unexplained(one for one in known if one is not None)

    def gone(self, batch: str, material: str) -> list[Quantity] | None:
        """What came of a printed material and does not go back by the balances that stand; None where that cannot be
        told any more."""
        stream = model.batch_stream(batch)
        phases, blind = self.phases.get(stream), stream in self._blind
        if phases is None:
            return None if blind else []
        if not any(one["material"] == material for phase in phases for one in phase.get("printed", ())):
            return []
        balances = packaging.standing(phases, self._standing(batch, set()))
        found = (packaging.gone(one, self._counts[entry]) for entry, one in balances if one["material"] == material)
        return None if blind else [one for one in found if one is not None]

    def _yield(self, one: Claim, phases: Sequence[Body]) -> Yield | None:
        plan = printed.plan_at(find_phase(phases, one.slot.partition("/")[0]), one.slot)
        if not one.standing or plan is None:
            return None
        out = bool(rules.judge_limits({"value": one.value, "comment": None}, plan))
        return Yield(one.entry, plan["id"], self._captured[one.entry], out, self._explained.get(one.entry))

    def _judge_explanation(self, seen: Seen, body: Body) -> None:
        person = body["explained_by"]
        owed = set() if self._places.get(body["entry"]) == (body["batch"], body["phase"]) else {rules.UNKNOWN}
        owed |= set() if self._signed(seen, person) else {rules.UNSIGNED}
        self.compare(seen, owed, (rules.UNKNOWN, rules.UNSIGNED))
        held = self._granted.held_at(person, at_capture.capture_of(seen.head))
        if held is not None and self._granted.since:
            may = any(grants.permits(one, model.EXPLAINS, None) for one in held)
            own = "person_not_permitted" in seen.stamp.flags
            # Who recorded it may lack a right as well: then the flag stands for either.
            if not may and not own:
                self.compare(seen, {"person_not_permitted"}, ("person_not_permitted",))

    def _standing(self, batch: str, gone: set[str]) -> list[Claim]:
        return [
            replace(one, standing=one.entry not in self.superseded and one.entry not in gone)
            for one in self._claims.get(batch, ())
        ]

    def take(self, seen: Seen, body: Body) -> None:
        head = seen.head
        if head.kind == model.EXCEPTION and body["code"] == rules.STALE and seen.by_server:
            self._told.add(body["entries"][0])
        elif head.kind in VALUES:
            self._claims.setdefault(body["batch"], []).append(_claim(seen, body))
            self._captured[head.id] = self._papers.made_at(seen)
            if head.kind == model.BALANCED:
                self._counts[head.id] = body["inputs"]
            if head.kind in model.CALCULATED:
                self._places[head.id] = body["batch"], body["phase"]
        elif head.kind == model.EXPLAINED and WORTHLESS.isdisjoint(seen.stamp.flags):
            self._explained[body["entry"]] = min(head.captured_at, self._explained.get(body["entry"], head.captured_at))


def _claim(seen: Seen, body: Body) -> Claim:
    kind = seen.head.kind
    inputs = rules.named_by(body) if kind in model.CALCULATED else None
    return Claim(seen.head.id, slot_of(kind, body), **said(kind, body), standing=True, inputs=inputs)
