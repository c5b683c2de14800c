"""Whether planning's facts are of items that there are, in their units, with numbers that fit, from the log alone."""

from server.planning import deciding, model
from server.recipes import model as recipes
from server.witness.goods import Goods
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_OWN = (model.PARAMETERS, model.DEMAND, model.CALENDAR)
_RECIPES = (*recipes.SUBMISSIONS, *recipes.IMPORTS, recipes.APPROVED)


class PlanningRules(Remembering):
    """What each demand is for, and the units in which approved recipes say how much of a product they make."""

    def __init__(self, goods: Goods) -> None:
        super().__init__()
        self._goods = goods
        self._items: dict[str, str | None] = {}
        self._submitted: dict[tuple[str, int], tuple[str, str]] = {}
        self._sizes: dict[str, set[str]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in _OWN:
            return
        code = self._refused(head.kind, head.stream, given)
        if code is not None:
            raise SyncError(code, f"{head.kind} in {head.stream} by {head.actor}")

    def _refused(self, kind: str, stream: str, given: Body) -> str | None:
        if kind == model.CALENDAR:
            return deciding.calendar_refused(given)
        before = self._items.get(stream)
        if self._blind or not self._goods.is_whole or (stream in self._items and before is None):
            return None
        unit = self._goods.units.get(given["item"])
        units = {unit} if unit is not None else self._sizes.get(given["item"], set())
        if kind == model.PARAMETERS:
            return deciding.parameters_refused(given, units)
        return deciding.demand_refused(given, units, before)

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind == model.DEMAND:
            self._about[index] = head.stream
            self._items[head.stream] = None if given is None else given["item"]
        elif head.kind in _RECIPES:
            self._about[index] = None
            if given is None:
                self._blind = True
                return
            key = (given["recipe"], given["version"])
            if head.kind != recipes.APPROVED:
                self._submitted[key] = (given["product"]["code"], given["size"]["unit"])
            if head.kind not in recipes.SUBMISSIONS and key in self._submitted:
                product, unit = self._submitted[key]
                self._sizes.setdefault(product, set()).add(unit)

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._items[stream] = None
