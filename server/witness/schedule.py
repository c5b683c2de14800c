"""Whether lines and the slots of batches on them are such as the door lets through, from the log alone (PRD-01)."""

from collections.abc import Mapping
from typing import Any

from server.planning import model as planning
from server.planning.days import Days
from server.planning.lines import rules
from server.planning.lines.model import DONE, LINE, OPEN, SCHEDULED, Line, Slot
from server.production import model as production
from server.production.descent import model as descent
from server.release.model import DISPOSITIONS
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_IMPORTED = "production.batch_imported.v1"
_OWN = (LINE, SCHEDULED, planning.CALENDAR)
Body = Mapping[str, Any]


class ScheduleRules(Remembering):
    """Lines, calendars, slots and batches after the entries learnt so far. Once an entry of planning was erased, what
    was set after it cannot be told, and slots are judged no more; of a batch a header is enough."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, Body] = {}
        self._days: dict[str, Days] = {planning.SITE: Days()}
        self._slots: dict[str, Slot] = {}
        self._planned: set[str] = set()
        self._batches: set[str] = set()
        self._done: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (LINE, SCHEDULED) or self._blind:
            return
        code = self._line(given) if head.kind == LINE else self._slot(given)
        if code is not None:
            raise SyncError(code, f"{head.kind} in {head.stream} by {head.actor}")

    def _line(self, given: Body) -> str | None:
        return rules.line_refused(given, given["calendar"] in self._days)

    def _slot(self, given: Body) -> str | None:
        others = (one for one in self._slots.values() if one.batch != given["batch"])
        taken = [one for one in others if self._state(one.batch) != DONE]
        return rules.refused(given, self._found(given["line"]), self._state(given["batch"]), taken)

    def _found(self, code: str | None) -> Line | None:
        said = None if code is None else self._lines.get(code)
        return None if said is None else rules.line(said, self._days[said["calendar"]])

    def _state(self, batch: str) -> str | None:
        if production.batch_stream(batch) in self._done:
            return DONE
        known = production.batch_stream(batch) in self._batches or production.order_stream(batch) in self._planned
        return OPEN if known else None

    def learn(self, seen: Seen) -> None:
        if seen.by_server and seen.head.kind not in _OWN:
            self._learn_batch(seen.head.kind, seen.head.stream)
            self._learn_gone(seen.head.kind, seen.head.stream, seen.body)
        super().learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind in _OWN:
            self._about[index] = None
            self._blind |= seen.body is None
            self._take(seen.head.kind, seen.body or {})

    def _take(self, kind: str, given: Body) -> None:
        if not given:
            return
        if kind == LINE:
            self._lines[given["line"]] = given
        elif kind == planning.CALENDAR:
            self._days[given["calendar"]] = Days.of(given["weekdays"], given["closed"])
        elif given["line"] is None:
            self._slots.pop(given["batch"], None)
        else:
            self._slots[given["batch"]] = Slot(given["batch"], given["line"], *rules.times(given))

    def _learn_gone(self, kind: str, stream: str, given: Body | None) -> None:
        """What is whole in others has no line any more."""
        if kind == descent.MERGED_KIND:
            self._blind |= given is None
            self._done.update(production.batch_stream(one) for one in (given or {}).get("parents", ()))
        elif kind in descent.DECISIONS:
            self._done.add(stream)

    def _learn_batch(self, kind: str, stream: str) -> None:
        """By streams and not by kinds: in whatever way a batch comes to be, the server says it in its stream."""
        if kind == production.ORDER_PLANNED:
            self._planned.add(stream)
        elif kind == production.ORDER_WITHDREW:
            self._planned.discard(stream)
            self._slots.pop(stream.removeprefix(production.order_stream("")), None)
        elif stream.startswith(production.batch_stream("")):
            self._batches.add(stream)
            if kind in (*DISPOSITIONS, _IMPORTED):
                self._done.add(stream)
