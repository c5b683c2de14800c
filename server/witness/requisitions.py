"""Whether requisitions ask for what there is, and were approved by somebody else than who raised them, from the log
alone; and what the approved ones ask for (MAT-03)."""

from dataclasses import replace
from decimal import Decimal

from server.core import numbering
from server.materials.requisitions import model, rules
from server.materials.requisitions.model import Line, Requisition
from server.witness.goods import Goods
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


class RequisitionRules(Remembering):
    """Each requisition after the entries learnt so far; None is one of which an entry was erased."""

    def __init__(self, goods: Goods) -> None:
        super().__init__()
        self._goods = goods
        self._found: dict[str, Requisition | None] = {}
        self._last: dict[int, int] = {}

    def asked(self, number: str, material: str) -> Decimal | None:
        """How much of a material an approved requisition asks for; None where that cannot be told."""
        found = self._found.get(model.stream(number))
        if found is None:
            return None if model.stream(number) in self._found else Decimal(0)
        lines = found.lines if found.state == model.STATES[model.APPROVED] else ()
        return sum((Decimal(one.quantity["value"]) for one in lines if one.material == material), Decimal(0))

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (model.RAISED, *model.STATES):
            return
        code = self._raise_refused(seen, given) if head.kind == model.RAISED else self._decision_refused(seen, given)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['requisition']} by {head.actor}")

    def _raise_refused(self, seen: Seen, given: Body) -> str | None:
        parsed = numbering.parse(model.PREFIX, given["requisition"])
        last = 0 if parsed is None else self._last.get(parsed[0], 0)
        # Of a year in which one was erased the last number still stands in its stream.
        if not numbering.is_next(model.PREFIX, given["requisition"], seen.head.captured_at, last):
            return "requisition_number_wrong"
        refused = rules.lines_refused(given["lines"], self._goods.units) if self._goods.is_whole else None
        return None if refused is None else refused[0]

    def _decision_refused(self, seen: Seen, given: Body) -> str | None:
        stream = model.stream(given["requisition"])
        if stream in self._found and self._found[stream] is None:
            return None
        return rules.decision_refused(seen.head.kind, self._found.get(stream), seen.head.actor)

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in (model.RAISED, *model.STATES):
            return
        self._about[index] = head.stream
        if head.kind == model.RAISED:
            parsed = numbering.parse(model.PREFIX, model.number_of(head.stream) or "")
            if parsed is not None:
                self._last[parsed[0]] = max(parsed[1], self._last.get(parsed[0], 0))
        known = self._found.get(head.stream)
        if given is None:
            self._found[head.stream] = None
        elif head.kind == model.RAISED:
            self._found.setdefault(head.stream, _raised(seen, given))
        elif known is not None:
            self._found[head.stream] = replace(known, state=model.STATES[head.kind])

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._found[stream] = None


def _raised(seen: Seen, given: Body) -> Requisition:
    lines = tuple(Line(one["material"], one["quantity"], one["needed_by"], one["note"]) for one in given["lines"])
    said = (given["requisition"], seen.head.actor, seen.head.captured_at, given["reason"], model.OPEN)
    return Requisition(*said, None, None, None, None, lines)
