"""Whether the server has flagged values that are out of their limits, in another unit or wrongly reckoned, and what
stands in no place of its batch (PRD-06, PRD-09).

The same questions as its own rules ask (`server.production.rules`), answered from the log alone.
"""

from server.handheld.entries import OF_BATCHES
from server.production import model, rules
from server.production.model import Batch
from server.production.packaging import rules as packaging
from server.recipes.model import find_phase
from server.witness.links import MaterialLinks
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import StandingRules

# The edition of the rules from which on this is asked.
EDITION = 4
# What has limits of its own; portions and what is calculated are asked of elsewhere.
VALUES = (model.CLEARED, model.WEIGHED, *model.PARAMETERS, model.CHECKED)
_OF_VALUES = ("unit_mismatch", "samples_incomplete", "calculation_differs", "out_of_limits")
_OF_PLACES = ("batch_unknown", "subject_mismatch", "slot_unknown")


class LimitRules(Remembering):
    """Orders, and what materials say of their own units, after the entries learnt so far. Of a batch whose order was
    erased nothing is judged."""

    def __init__(self, since: SinceRules) -> None:
        super().__init__()
        self._since, self._links = since, MaterialLinks()

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of what a device says of a batch."""
        body, kind = seen.body, seen.head.kind
        if body is None or seen.by_server or kind not in OF_BATCHES or not self._since.has_reached(EDITION):
            return
        phases = self._phases.get(model.batch_stream(body["batch"]))
        if phases is None:
            return
        batch, named = Batch(body["batch"], model.IN_PROGRESS, tuple(phases), frozenset()), body.get("phase")
        phase = None if named is None else find_phase(phases, named)
        found = rules.judge_place(kind, body, str(seen.head.subject), seen.head.stream, batch)
        found += packaging.judge_specimen(body, phase) if kind == model.SPECIMEN else []
        StandingRules.compare(seen, {one.code for one in found}, _OF_PLACES)
        if kind in VALUES and self._is_told(kind, body, phase):
            own = self._links.of(body["material"]) if kind == model.WEIGHED else None
            judged = rules.judge_values(kind, body, phase, own or ())
            StandingRules.compare(seen, {one.code for one in judged}, _OF_VALUES)

    def _is_told(self, kind: str, body: Body, phase: Body | None) -> bool:
        """Whether a weight can be compared: in another unit than its limits it counts by what its material says, of
        which nothing may have been erased."""
        if kind != model.WEIGHED or self._links.of(body["material"]) is not None:
            return True
        return bool(body["net"]["unit"] == rules.planned_limits(kind, body, phase)["unit"])

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        self._links.learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        """Of the server's own entries only orders matter."""
