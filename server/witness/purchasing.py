"""Whether purchase orders are what was signed, of what may be ordered, approved by somebody else than who placed them,
and closed only while something of them was open, from the log alone (MAT-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from server.core import numbering, units
from server.materials.purchasing import model, rules
from server.materials.purchasing.model import Line, Order, Receipt
from server.witness.goods import Goods
from server.witness.remembering import Body, Remembering
from server.witness.requisitions import RequisitionRules
from server.witness.seen import Seen
from server.witness.suppliers import SupplierRules
from sync.errors import SyncError

_DECISIONS = (model.PLACED, *model.STATES, model.LINE_CLOSED)


class PurchaseRules(Remembering):
    """Each order after the entries learnt so far; None is one of which an entry was erased."""

    def __init__(self, goods: Goods, suppliers: SupplierRules, requisitions: RequisitionRules) -> None:
        super().__init__()
        self._goods, self._suppliers, self._requisitions = goods, suppliers, requisitions
        self._orders: dict[str, Order | None] = {}
        self._last: dict[int, int] = {}

    def find(self, number: str) -> Order | None:
        return self._orders.get(model.stream(number))

    def is_lost(self, number: str) -> bool:
        """Whether not everything of an order could be read."""
        return self._blind or (model.stream(number) in self._orders and self.find(number) is None)

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in _DECISIONS:
            return
        if head.stream != model.stream(given["order"]):
            raise SyncError("stream_wrong", f"{head.kind} of {given['order']} stands in {head.stream}")
        code = self._refused(seen, given)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['order']} by {head.actor}")

    def _refused(self, seen: Seen, given: Body) -> str | None:
        if self.is_lost(given["order"]):
            return None
        found = self.find(given["order"])
        if seen.head.kind == model.PLACED:
            return self._placing_refused(seen, given)
        if seen.head.kind == model.LINE_CLOSED:
            return rules.closing_refused(found, given["line"])
        return rules.decision_refused(seen.head.kind, found, given, seen.head.actor)

    def _placing_refused(self, seen: Seen, given: Body) -> str | None:
        parsed, moment = numbering.parse(model.PREFIX, given["order"]), seen.head.captured_at
        last = 0 if parsed is None else self._last.get(parsed[0], 0)
        follows = numbering.is_next(model.PREFIX, given["order"], moment, last)
        if not follows or model.digest(given) != given["sha256"]:
            return "purchase_stale"
        if not (self._goods.is_whole and self._suppliers.is_whole):
            return None
        if not self._suppliers.is_known(given["supplier"]):
            return "supplier_unknown"
        wanted = self._wanted(given["lines"])
        if wanted is None:
            return None
        refused = rules.lines_refused(
            given["lines"],
            self._goods.units,
            lambda material: self._suppliers.may_deliver(material, given["supplier"], seen.day),
            wanted,
        )
        return None if refused is None else refused[0]

    def _wanted(self, lines: Sequence[Body]) -> Mapping[tuple[str, str], Decimal] | None:
        """What the requisitions of these lines still ask for; None where that cannot be told."""
        found: dict[tuple[str, str], Decimal] = {}
        if None in self._orders.values():
            return None
        for key in {(one["requisition"], one["material"]) for one in lines if one["requisition"] is not None}:
            asked = self._requisitions.asked(*key)
            if asked is None:
                return None
            found[key] = asked - self._taken(*key)
        return found

    def _taken(self, requisition: str, material: str) -> Decimal:
        orders = [one for one in self._orders.values() if one is not None and one.state != model.REJECTED]
        lines = [
            line for one in orders for line in one.lines if (line.requisition, line.material) == (requisition, material)
        ]
        return sum((line.counted for line in lines), Decimal(0))

    def learn(self, seen: Seen) -> None:
        """A receipt counts from whatever device it came."""
        if seen.head.kind == model.RECEIVED and not seen.is_strange:
            self._about[self._count] = None
            if seen.body is None:
                self._blind = True
            elif model.VOID.isdisjoint(seen.stamp.flags) and seen.body["order"] is not None:
                self._receive(seen, seen.body)
        super().learn(seen)

    def _receive(self, seen: Seen, given: Body) -> None:
        found = self.find(given["order"])
        line = next((one for one in found.lines if one.line == given["line"]), None) if found else None
        if line is None or line.material != given["material"]:
            return
        came, links = given["quantity"], self._goods.links(given["material"])
        counted = None if came is None else units.converted(came, line.quantity["unit"], links)
        amount = None if counted is None else Decimal(counted["value"])
        line = replace(line, receipts=(*line.receipts, Receipt(given["lot"], amount, seen.head.captured_at)))
        self._put_line(given["order"], replace(line, closed=line.closed or line.received >= line.ordered))

    def _put_line(self, number: str, line: Line) -> None:
        found = self.find(number)
        if found is not None:
            lines = tuple(line if one.line == line.line else one for one in found.lines)
            self._orders[model.stream(number)] = replace(found, lines=lines)

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in _DECISIONS or seen.is_strange:
            return
        self._about[index] = head.stream
        known = self._orders.get(head.stream)
        if head.kind == model.PLACED:
            self._count_number(head.stream)
        if given is None:
            self._orders[head.stream] = None
        elif head.kind == model.PLACED:
            self._orders.setdefault(head.stream, _placed(seen, given))
        elif known is not None and head.kind == model.LINE_CLOSED:
            self._close(seen, given, known)
        elif known is not None:
            self._orders[head.stream] = replace(known, state=model.STATES[head.kind])

    def _close(self, seen: Seen, given: Body, known: Order) -> None:
        for one in known.lines:
            if one.line == given["line"]:
                self._put_line(given["order"], replace(one, closed=True, closed_by=seen.head.actor))

    def _count_number(self, stream: str) -> None:
        parsed = numbering.parse(model.PREFIX, model.number_of(stream) or "")
        if parsed is not None:
            self._last[parsed[0]] = max(parsed[1], self._last.get(parsed[0], 0))

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._orders[stream] = None


def _placed(seen: Seen, given: Body) -> Order:
    names = ("line", "material", "quantity", "wanted_by", "requisition")
    nothing: Body = {"receipts": (), "closed": False, "closed_by": None, "closed_at": None, "closed_reason": None}
    lines = tuple(Line(**{name: one[name] for name in names}, **nothing) for one in given["lines"])
    said = (given["order"], given["supplier"], given["note"], given["sha256"], seen.head.actor, seen.head.captured_at)
    return Order(*said, model.WAITING, None, None, None, None, lines)
