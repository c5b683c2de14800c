"""Whether lot numbers were given twice, and receipts flagged as they deserve, from the log alone (MAT-04)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from server.core import units
from server.materials.model import NOT_PERMITTED
from server.materials.receiving import model, numbering, rules
from server.materials.suppliers.model import RECEIVED
from server.witness.goods import Goods
from server.witness.purchasing import PurchaseRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen, misflagged, unflagged
from sync.errors import SyncError

Lot = tuple[str, str]


class ReceivingRules(Remembering):
    """Numbers that are reserved, and the lots with their expiry, after the entries learnt so far."""

    def __init__(self, goods: Goods, purchasing: PurchaseRules) -> None:
        super().__init__()
        self._goods, self._purchasing = goods, purchasing
        self._over = model.DEFAULT.over
        # By period: the last number. By device: (pattern, period, first, last).
        self._last: dict[str, int] = {}
        self._blocks: dict[str, list[model.Block]] = {}
        # By period: ranges that came back, each the last of its first.
        self._free: dict[str, dict[int, int]] = {}
        self._expiry: dict[Lot, str | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError of what the server should have refused, or said."""
        given = seen.body
        if self._blind or given is None:
            return
        if seen.by_server and seen.head.kind == model.NUMBERS_RESERVED:
            counted, free = self._last.get(given["period"], 0), self._free.get(given["period"], {}).items()
            if not rules.may_reserve(given["first"], given["last"], counted, free):
                raise SyncError("numbers_taken", f"{given['first']} to {given['last']} of {given['period']!r}")
        elif seen.by_server and seen.head.kind == model.NUMBERS_RETURNED:
            if not self._is_unused(given):
                raise SyncError("numbers_taken", f"{given['first']} to {given['last']} back from {given['device']}")
        elif seen.by_server and seen.head.kind == model.RULE_SET:
            if numbering.pattern_refused(given["pattern"]) is not None:
                raise SyncError("lot_pattern_wrong", given["pattern"])
        elif seen.head.kind == model.LOT_RECEIVED:
            self._judge_receipt(seen, given)

    def _judge_receipt(self, seen: Seen, given: Any) -> None:
        owed = set()
        lot = given["material"], given["lot"]
        if not seen.by_server and lot not in self._expiry and not self._is_given(seen.head.device, *lot):
            owed.add(model.NUMBER_FOREIGN)
        expiry = given["expiry"] or self._expiry.get(lot)
        # Of what is not registered nothing more is asked.
        known = model.UNKNOWN not in seen.stamp.flags
        if expiry is not None and expiry < seen.day and known:
            owed.add(model.EXPIRED)
        asked = [model.NUMBER_FOREIGN, model.EXPIRED]
        if self._goods.is_whole:
            asked.append(model.UNKNOWN)
            owed |= {model.UNKNOWN} - ({model.UNKNOWN} if given["material"] in self._goods.units else set())
        if self._goods.is_whole and known and not (given["order"] and self._purchasing.is_lost(given["order"])):
            asked += model.OF_ORDER
            owed |= self._of_order(seen, given)
        for flag in asked:
            if flag in owed and flag not in seen.stamp.flags:
                raise unflagged(flag, f"{'/'.join(lot)} came so")
            if flag in seen.stamp.flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong with {'/'.join(lot)}")

    def _of_order(self, seen: Seen, given: Any) -> set[str]:
        """What is wrong with the order that it is for. Before there was a flag for an order that waits, such a receipt
        was said to be for none."""
        if given["order"] is None:
            return set()
        expected = rules.expected_of(self._purchasing.find(given["order"]), given["line"])
        came, amount = given["quantity"], None
        if expected is not None and came is not None:
            counted = units.converted(came, expected.unit, self._goods.links(given["material"]))
            amount = None if counted is None else Decimal(counted["value"])
        owed = set(rules.of_order(given, expected, amount, self._over))
        if owed == {model.ORDER_UNDECIDED} and model.ORDER_UNKNOWN in seen.stamp.flags:
            return {model.ORDER_UNKNOWN}
        return owed

    def _is_given(self, device: str, material: str, lot: str) -> bool:
        for one in self._blocks.get(device, ()):
            named = numbering.seq_of(one.pattern, material, lot)
            if named is not None and named[0] == one.period and one.first <= named[1] <= one.last:
                return True
        return False

    def _is_unused(self, given: Any) -> bool:
        """Whether they end a block of this device, and no lot has one of them."""
        held = self._held(given)
        if held is None:
            return False
        named = (numbering.seq_of(held.pattern, *lot) for lot in self._expiry)
        return not any(one and one[0] == held.period and given["first"] <= one[1] <= held.last for one in named)

    def _held(self, given: Any) -> model.Block | None:
        return next(
            (
                one
                for one in self._blocks.get(given["device"], ())
                if one.period == given["period"] and one.first <= given["first"] <= given["last"] == one.last
            ),
            None,
        )

    def learn(self, seen: Seen) -> None:
        """A receipt counts from whatever device it came."""
        if seen.head.kind in (RECEIVED, model.LOT_RECEIVED) and not seen.is_strange:
            self._about[self._count] = None
            if seen.body is None:
                self._blind = True
            else:
                self._receive(seen, seen.body)
        super().learn(seen)

    def _receive(self, seen: Seen, given: Any) -> None:
        lot = given["material"], given["lot"]
        if lot not in self._expiry:
            self._expiry[lot] = given["expiry"]
        elif NOT_PERMITTED not in seen.stamp.flags and given["expiry"] is not None:
            # What the server said anew of a delivery of v1 counts; else only what was not known.
            anew = (seen.head.kind == RECEIVED and seen.by_server) or self._expiry[lot] is None
            self._expiry[lot] = given["expiry"] if anew else self._expiry[lot]

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind == model.RULE_SET and not seen.is_strange:
            self._about[index] = None
            self._blind, self._over = self._blind or seen.body is None, (seen.body or {}).get("over", self._over)
        if seen.head.kind not in (model.NUMBERS_RESERVED, model.NUMBERS_RETURNED) or seen.is_strange:
            return
        self._about[index] = None
        given = seen.body
        if given is None:
            self._blind = True
        elif seen.head.kind == model.NUMBERS_RETURNED:
            self._give_back(given)
        else:
            self._reserve(given)

    def _reserve(self, given: Any) -> None:
        self._last[given["period"]] = max(given["last"], self._last.get(given["period"], 0))
        block = model.Block(*(given[name] for name in model.Block.__slots__))
        self._blocks.setdefault(given["device"], []).append(block)
        free = self._free.get(given["period"], {})
        end = free.pop(given["first"], 0)
        if end > given["last"]:
            free[given["last"] + 1] = end

    def _give_back(self, given: Any) -> None:
        held = self._held(given)
        if held is None:
            return
        blocks = self._blocks[given["device"]]
        left = replace(held, last=given["first"] - 1)
        blocks[blocks.index(held)] = left
        self._free.setdefault(given["period"], {})[given["first"]] = given["last"]
