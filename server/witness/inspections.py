"""Whether a lot is sampled by the plan that its specification asks, and of the containers which that draws: from the
log alone (QUA-01, QUA-02)."""

from collections.abc import Mapping
from typing import Any

from server.quality.inspection import model, rules, switching
from server.quality.usage.model import STAGE
from server.witness.in_force import InForce
from server.witness.sampling import SamplingRules
from server.witness.seen import Seen
from server.witness.stock import StockRules
from server.witness.switching import SwitchingRules
from sync.errors import SyncError

Body = Mapping[str, Any]


class InspectionRules:
    """Inspections as `sampling` has learnt them. Of one whose entry was erased, or of a lot of which not every
    container can be read, nothing is judged. Which containers there are the ledger of stock knows."""

    def __init__(
        self, stock: StockRules, sampling: SamplingRules, in_force: InForce, switching: SwitchingRules
    ) -> None:
        self._stock, self._sampling, self._in_force, self._switching = stock, sampling, in_force, switching

    def judge(self, seen: Seen) -> None:
        """SyncError `inspection_draw_wrong` or `sample_unknown`, as the door refuses it."""
        kind, given = seen.head.kind, seen.body
        if given is not None and kind == model.VOIDED and seen.by_server and not self._sampling.is_blind:
            code = rules.void_refused(self._sampling.counts(given["sample"], seen.head.stream))
            if code is not None:
                raise SyncError(code, f"{given['sample']} in {seen.head.stream}")
        if given is None or not seen.by_server or kind not in (model.OPENED, model.DRAWN):
            return
        if kind == model.OPENED:
            self._judge_plan(seen, given)
        about = given if kind == model.OPENED else self._about(given["inspection"])
        labels = None if about is None else self._stock.labels_of(about["material"], about["lot"])
        if about is None or labels is None:
            return
        drawn = rules.draw(given["inspection"], about, labels, given["containers"])
        if not drawn.items() <= given.items():
            raise SyncError("inspection_draw_wrong", f"{given['inspection']}: the plan draws {drawn}")

    def _judge_plan(self, seen: Seen, given: Body) -> None:
        """By the day of its capture, or by that of its receipt: the door asks before it writes either."""
        days = (seen.day, seen.zones.day(seen.stamp.recorded_at))
        asked = [self._resolved(self._in_force.plan_of(given["material"], STAGE, day), given) for day in days]
        if self._in_force.is_blind or None in asked or any(one and one.items() <= given.items() for one in asked):
            return
        raise SyncError("inspection_draw_wrong", f"{given['inspection']}: the specification asks for {asked[0]}")

    def _resolved(self, asked: dict[str, Any], given: Body) -> dict[str, Any] | None:
        """With the severity that the switching rules come to; None where not all that they count can be read."""
        if not switching.switches(asked["plan"]):
            return asked
        found = self._switching.of_lot(given["material"], given["lot"])
        return None if found is None else {**asked, "plan": switching.resolved(asked["plan"], found)}

    def _about(self, number: str) -> Body | None:
        found = self._sampling.find(number)
        return None if found is None else {"material": found.material, "lot": found.lot, "plan": found.sampling}
