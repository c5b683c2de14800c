"""Whether purchase orders are what was signed, and approved by somebody else than who placed them, from the log alone
(MAT-03)."""

from dataclasses import dataclass, replace

from server.materials.purchasing import model, rules
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class _Order:
    sha256: str
    state: str
    placed_by: str


class PurchaseRules(Remembering):
    """Each order after the entries learnt so far; None is one of which an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._orders: dict[str, _Order | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (model.PLACED, *model.STATES):
            return
        if head.stream != model.stream(given["order"]):
            raise SyncError("stream_wrong", f"{head.kind} of {given['order']} stands in {head.stream}")
        code = self._refused(head.kind, given, head.actor)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['order']} by {head.actor}")

    def _refused(self, kind: str, given: Body, actor: str) -> str | None:
        stream = model.stream(given["order"])
        found = self._orders.get(stream)
        if stream in self._orders and found is None:
            return None
        if kind == model.PLACED:
            return "purchase_stale" if found is not None or model.digest(given) != given["sha256"] else None
        return rules.decision_refused(kind, found, given, actor)

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in (model.PLACED, *model.STATES):
            return
        self._about[index] = head.stream
        known = self._orders.get(head.stream)
        if given is None:
            self._orders[head.stream] = None
        elif head.kind == model.PLACED:
            self._orders.setdefault(head.stream, _Order(given["sha256"], model.WAITING, head.actor))
        elif known is not None:
            self._orders[head.stream] = replace(known, state=model.STATES[head.kind])

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._orders[stream] = None
