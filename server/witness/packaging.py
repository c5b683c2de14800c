"""Whether the server has asked for the specimens of printed materials and the number on them, and has compared what was
issued (PRD-11).

The same questions as its own rules ask (`server.production.packaging`), answered from the log alone; the balances are
asked with the yields.
"""

from server.production import model
from server.production.issuing.rules import lines as lines_of
from server.production.packaging import rules
from server.production.rules import slot_of
from server.recipes import printed
from server.recipes.model import find_phase
from server.witness.reconciling import EDITION, ReconcilingRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules

# The edition of the rules by which what was issued is reckoned in the unit that the balance says.
IN_ITS_UNIT = 4


class PackagingRules(StandingRules):
    """Which specimens every batch has, after the entries learnt so far."""

    kinds = (model.SPECIMEN, model.COMPLETED, model.BALANCED)

    def __init__(self, reconciling: ReconcilingRules, since: SinceRules) -> None:
        super().__init__()
        self._reconciling, self._since = reconciling, since
        # By batch, each specimen with its slot.
        self._kept: dict[str, list[tuple[str, str]]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a specimen, or of the end of a packaging phase."""
        body, kind = seen.body, seen.head.kind
        if body is None or seen.by_server or kind not in self.kinds or "batch_unknown" in seen.stamp.flags:
            return
        phases = self.phases_of(body["batch"])
        if not phases:
            return
        phase = find_phase(phases, body["phase"])
        if kind == model.SPECIMEN:
            owed = {one.code for one in rules.judge_specimen(body, phase)}
            self.compare(seen, owed, (rules.DIFFERS,))
        elif kind == model.BALANCED:
            one = printed.find(phase, body["item"])
            if self._since.has_reached(EDITION):
                self.compare(seen, {each.code for each in rules.judge_counts(body, one)}, (rules.COUNTED,))
            self._judge_issued(seen, body, one)
        else:
            kept = {slot for entry, slot in self._kept.get(body["batch"], ()) if entry not in self.superseded}
            self.compare(seen, {one.code for one in rules.judge_completed(phase, kept)}, (rules.MISSING,))

    def _judge_issued(self, seen: Seen, body: Body, one: Body | None) -> None:
        unit = rules.issued_unit(body)
        if one is None or unit is None or self._reconciling.is_blind:
            return
        account = self._reconciling.account(body["batch"], one["material"], unit)
        # Of what the witness cannot read any more the server may know more.
        if account is not None:
            owed = {each.code for each in rules.judge_issued(body, account)}
            if rules.ISSUED in seen.stamp.flags or self._asks(body["batch"], one["material"], unit):
                self.compare(seen, owed, (rules.ISSUED,))

    def _asks(self, batch: str, material: str, unit: str) -> bool:
        """Whether the flag is owed: a server of before reckoned in the unit of the recipe's lines of the material,
        from which nothing may lead to that of the balance."""
        lines = lines_of(self.phases_of(batch))
        others = any(one["material"] == material and one["unit"] != unit for one in lines)
        return not others or self._since.has_reached(IN_ITS_UNIT)

    def take(self, seen: Seen, body: Body) -> None:
        if seen.head.kind == model.SPECIMEN and not seen.by_server:
            slot = slot_of(model.SPECIMEN, body)
            self._kept.setdefault(body["batch"], []).append((seen.head.id, slot))
