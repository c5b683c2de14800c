"""Whether the containers that are sampled are those that the plan draws, from the log alone (QUA-02)."""

from collections.abc import Mapping
from typing import Any

from server.quality.inspection import model, rules
from server.witness.seen import Seen
from server.witness.stock import StockRules
from sync.errors import SyncError

Body = Mapping[str, Any]


class InspectionRules:
    """Inspections after the entries learnt so far. Of one whose entry was erased, or of a lot of which not every
    container can be read, nothing is judged. Which containers there are the ledger of stock knows."""

    def __init__(self, stock: StockRules) -> None:
        self._stock = stock
        self._opened: dict[str, Body] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `inspection_draw_wrong`, as the door refuses it."""
        kind, given = seen.head.kind, seen.body
        if given is None or not seen.by_server or kind not in (model.OPENED, model.DRAWN):
            return
        about = given if kind == model.OPENED else self._opened.get(given["inspection"])
        labels = None if about is None else self._stock.labels_of(about["material"], about["lot"])
        if about is None or labels is None:
            return
        drawn = rules.draw(given["inspection"], about, labels, given["containers"])
        if not drawn.items() <= given.items():
            raise SyncError("inspection_draw_wrong", f"{given['inspection']}: the plan draws {drawn}")

    def learn(self, seen: Seen) -> None:
        if seen.head.kind == model.OPENED and seen.by_server and seen.body is not None:
            same = ("material", "lot", "plan")
            self._opened[seen.body["inspection"]] = {name: seen.body[name] for name in same}
