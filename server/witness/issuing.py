"""Whether containers were given to batches, brought there and taken back as they may be, from the log alone (MAT-08).

The refusals of the door (`server.production.issuing.entries`). What comes next by expiry, and how much a batch needs,
is not asked here: who departs from that says why, and the reason stands in the log.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from server.core import units
from server.materials.model import STATUS_CHANGES
from server.materials.stock import rules
from server.materials.stock.model import FILLED, MERGED, MIXED, SPLIT
from server.production import model
from server.production.issuing.model import ALLOCATED, ISSUED, RETURNED
from server.production.model import RELEASES
from server.witness.remembering import Remembering
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

Body = Mapping[str, Any]
_KINDS = (model.ALLOCATED, ALLOCATED, model.DEALLOCATED, ISSUED, RETURNED)


class IssuingRules(Remembering):
    """Whose each container is and which are with their batch, after the entries learnt so far. Before `since` nobody
    asked whose were filled together, and what was filled out of a batch's container was anybody's."""

    def __init__(self, stock: StockRules, since: SinceRules) -> None:
        super().__init__()
        self._stock, self._since = stock, since
        self._lots: dict[str, set[tuple[str, str]]] = {}
        self._status: dict[tuple[str, str], str] = {}
        self._owners: dict[str, str] = {}
        # With what was in it when it came.
        self._out: dict[tuple[str, str], Body] = {}
        # Filled out of a batch's, and given to nobody by a decision.
        self._parts: set[str] = set()

    def owner(self, label: str) -> str | None:
        """The batch that a container is given to."""
        return self._owners.get(label)

    def judge(self, seen: Seen) -> None:
        """SyncError with the code that the door refuses with."""
        kind, given = seen.head.kind, seen.body
        if self._blind or given is None:
            return
        if kind == MERGED and self._since.asked:
            self._judge_merger(seen, given)
        if not seen.by_server or kind not in _KINDS:
            return
        for label in _labels(given):
            # What was filled over in a unit that only its material knows may be the batch's, by the server's ledger.
            unknown = self._stock.is_blind([label]) or (label in self._parts and not self._since.asked)
            code = None if unknown else self._refused(kind, given, label)
            if code is not None:
                raise SyncError(code, f"{label} for {given['batch']} by {seen.head.actor}")

    def _judge_merger(self, seen: Seen, given: Body) -> None:
        if self._stock.is_blind((given["into"], *given["from"])):
            return
        named = [one for one in (given["into"], *given["from"]) if self._stock.find(one) is not None]
        owed, told = rules.mixed(self._owners.get(one) for one in named), MIXED in seen.stamp.flags
        if owed and not told:
            raise unflagged(MIXED, f"{', '.join(named)} were filled together")
        if told and not owed and self._stock.is_whole:
            raise misflagged(MIXED, f"{', '.join(named)} are given to the same")

    def _refused(self, kind: str, given: Body, label: str) -> str | None:
        batch = given["batch"]
        if kind == RETURNED:
            return self._return_refused(given, self._out.get((batch, label)))
        if kind == ISSUED:
            if self._owners.get(label) != batch:
                return "container_not_allocated"
            return "container_issued" if (batch, label) in self._out else self._unfit(label, batch, given)
        if kind == model.DEALLOCATED:
            if self._owners.get(label) != batch:
                return "container_not_allocated"
            return "container_with_batch" if (batch, label) in self._out else None
        return "container_taken" if self._owners.get(label, batch) != batch else self._unfit(label, batch)

    def _unfit(self, label: str, batch: str, given: Body | None = None) -> str | None:
        one, lots = self._stock.find(label), self._lots.get(model.batch_stream(batch))
        if one is None:
            return "container_unknown" if self._stock.is_whole else None
        lot = one.material, one.lot
        if given is not None and (given["material"], given["lot"]) != lot:
            return "container_changed"
        if lots is not None and lot not in lots:
            return "container_wrong_lot"
        fit = self._status.get(lot, "released") == "released" and not self._stock.is_barred(label)
        return None if fit else "container_not_fit"

    def _return_refused(self, given: Body, held: Body | None) -> str | None:
        if held is None:
            return "container_not_issued"
        label = given["container"]
        now, had = units.converted(given["quantity"], held["unit"], self._stock.own(label)), self._stock.base(label)
        if now is None:
            return "return_unit_wrong" if self._stock.is_known([label]) else None
        # As the server shows it.
        shown = None if had is None else Fraction(rules.shown(str(had)))
        most = Fraction(held["value"]) if shown is None else min(Fraction(held["value"]), shown)
        return "return_too_much" if Fraction(now["value"]) > most else None

    def learn(self, seen: Seen) -> None:
        if seen.head.kind == SPLIT and not seen.is_strange and seen.body is not None:
            self._follow(seen.head.id, seen.body)
        if seen.by_server and seen.head.kind in RELEASES and seen.body is not None:
            lots = {(one["material"], one["lot"]) for one in seen.body["lots"]}
            self._lots.setdefault(seen.head.stream, lots)
        super().learn(seen)

    def _follow(self, entry: str, given: Body) -> None:
        """What is filled out of a container of a batch is the batch's as well, and with it where that one is."""
        source = given["container"]
        owner = self._owners.get(source)
        for one in given["into"] if owner is not None else ():
            moved = self._stock.movements(one["container"])
            if owner is not None and moved and (moved[0].entry, moved[0].what) == (entry, FILLED):
                self._owners[one["container"]] = owner
                self._parts.add(one["container"])
                if (owner, source) in self._out:
                    self._out[owner, one["container"]] = one["quantity"]

    def _learn_own(self, seen: Seen, index: int) -> None:
        kind, given = seen.head.kind, seen.body
        if kind not in (*_KINDS, *STATUS_CHANGES):
            return
        self._about[index] = None
        if given is None:
            self._blind = True
        elif kind in STATUS_CHANGES:
            self._status[given["material"], given["lot"]] = given["status"]
        elif kind == ISSUED:
            self._out[given["batch"], given["container"]] = given["held"]
        elif kind == RETURNED:
            self._out.pop((given["batch"], given["container"]), None)
        elif kind == model.DEALLOCATED:
            for label in _labels(given):
                self._owners.pop(label, None)
        else:
            self._owners |= dict.fromkeys(_labels(given), given["batch"])
            self._parts -= {*_labels(given)}


def _labels(given: Body) -> Iterable[str]:
    """The containers that an entry names: one, several, or several each with a reason."""
    if "container" in given:
        return [given["container"]]
    return [one if isinstance(one, str) else one["container"] for one in given["containers"]]
