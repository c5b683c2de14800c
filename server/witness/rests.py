"""Whether the server has said what is wrong with what was found left in a container, and no more (MAT-12).

The same questions as its own rule asks (`server.production.dispensing.rests`), over the movements that the witness
keeps of each container.
"""

from server.materials.stock import rules
from server.production.dispensing import rests
from server.production.model import RESTED
from server.witness.containers import ContainerRules
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.stock import StockRules, made


class RestRules:
    """Remembers nothing: `stock` knows what containers hold, `containers` whose they are."""

    def __init__(self, stock: StockRules, containers: ContainerRules) -> None:
        self._stock, self._containers = stock, containers

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong`."""
        flags = seen.stamp.flags
        if seen.head.kind != RESTED or seen.body is None or "batch_unknown" in flags:
            return
        owed = self._owed(seen)
        if owed is None:
            return
        for flag in rests.FLAGS:
            if flag in owed and flag not in flags:
                raise unflagged(flag, f"{seen.body['batch']} has left something in {seen.body['container']}")
            if flag in flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong with {seen.body['container']}")

    def _owed(self, seen: Seen) -> set[str] | None:
        """None of a container of which not everything can be read, or reckoned."""
        given, when = seen.body or {}, made(seen)
        label = given["container"]
        moved = self._stock.movements(label)
        if moved is None or self._containers.is_blind(label):
            return None
        held = self._stock.find(label)
        if held is None:
            return {one.code for one in rests.judge(given, None, None, when)}
        weighed = rules.amount(given["net"], held.unit, self._stock.own(label))
        if not self._stock.is_known([label]) or any(one.amount is None for one in moved):
            return None
        known = rests.Known(self._containers.owner(label), held.unit, moved)
        return {one.code for one in rests.judge(given, known, weighed, when)}
