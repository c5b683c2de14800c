"""Whether batches are numbered by the plant's rule, each number once, from the log alone (PRD-04).

It holds from the first number that the site gives: before, whoever planned typed one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.production import model as production
from server.production.numbers import model, rules
from server.production.numbers.model import Rule
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_IMPORTED = "production.batch_imported.v1"
_NAMES = (*production.RELEASES, production.ORDER_PLANNED, _IMPORTED, model.GIVEN)
_OWN = (model.RULE_SET, model.GIVEN)
_ASKED = (*_OWN, production.ORDER_PLANNED, production.FORMED)
Body = Mapping[str, Any]


class NumberRules(Remembering):
    """Rules, numbers, and what has one, after the entries learnt so far. Once an entry about numbers was erased, none
    is judged; of a batch a header is enough. `product`: what a version of a recipe makes, None where nobody knows."""

    def __init__(self, product: Callable[[str, int], str | None]) -> None:
        super().__init__()
        self._product = product
        self._rules: dict[str, str] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()
        self._planned: set[str] = set()
        self._born: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in _ASKED or self._blind:
            return
        code = self._refused(head.kind, given)
        if code is not None:
            raise SyncError(code, f"{head.kind} in {head.stream} by {head.actor}")

    def _refused(self, kind: str, given: Body) -> str | None:
        if kind == model.RULE_SET:
            return None if rules.rule_refused(given) is None else "batch_pattern_wrong"
        if kind == model.GIVEN:
            rule = self._rule(given["product"])
            last = self._last.get((rule.scope, given["period"]), 0)
            return rules.refused(given, rule, last, given["batch"] in self._taken)
        if kind == production.FORMED:
            if given["batch"] in self._born:
                return "batch_known"
            right = self._given.get(given["batch"]) == given["product"]["code"]
            return None if right else "batch_number_missing"
        begun = bool(self._given) and given["batch"] not in self._planned
        own = self._product(given["recipe"], given["version"])
        return rules.plan_refused(begun, self._given.get(given["batch"]), own)

    def _rule(self, product: str) -> Rule:
        scope = product if product in self._rules else model.SITE
        return Rule(scope, self._rules.get(scope, model.DEFAULT))

    def learn(self, seen: Seen) -> None:
        kind, name = seen.head.kind, seen.head.stream.partition("/")[2]
        if seen.by_server and kind in _NAMES:
            self._taken.add(name)
            if kind in (*production.RELEASES, _IMPORTED):
                self._born.add(name)
            elif kind == production.ORDER_PLANNED:
                self._planned.add(name)
        super().learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind in _OWN:
            self._about[index] = None
            self._blind |= seen.body is None
            self._take(seen.head.kind, seen.body or {})

    def _take(self, kind: str, given: Body) -> None:
        if not given:
            return
        if kind == model.GIVEN:
            self._given[given["batch"]] = given["product"]
            if given["pattern"] is not None:
                self._last[given["scope"], given["period"]] = given["seq"]
        elif given["pattern"] is None:
            self._rules.pop(given["product"], None)
        else:
            self._rules[given["product"] or model.SITE] = given["pattern"]
