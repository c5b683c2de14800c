"""Whether the variances of a count were approved by somebody who had not counted, and say what was counted (MAT-09)."""

from collections.abc import Mapping
from typing import Any

from server.materials.counts import model
from server.materials.stock.model import VOID
from server.witness.places import PlaceRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

Body = Mapping[str, Any]
# Later than all that is done.
NOW = "9999"


class CountRules(Remembering):
    """Who has counted in each count, and what, after the entries learnt so far; `stock` and `places` are the book. It
    was one of the day of closing before `since`."""

    def __init__(self, stock: StockRules, places: PlaceRules, since: SinceRules) -> None:
        super().__init__()
        self._stock, self._places, self._since = stock, places, since
        self._counted: dict[str, tuple[str, Body]] = {}
        self._open: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `count_closed`, `count_own` or `count_lines_wrong`, as the door refuses it."""
        given = seen.body
        if self._blind or given is None or not seen.by_server or seen.head.kind != model.CLOSED:
            return
        count, actor = given["count"], seen.head.actor
        if count not in self._open:
            raise SyncError("count_closed", f"{count} by {actor}")
        if any(who == actor and said["count"] == count for who, said in self._counted.values()):
            raise SyncError("count_own", f"{count} by {actor}")
        for line in given["lines"]:
            if not self._is_right(count, line) or not self._is_booked(line):
                raise SyncError("count_lines_wrong", f"{line['container']} in {count}")

    def _is_right(self, count: str, line: Body) -> bool:
        """A line by a counting says what that says; one by none, that nobody has found the container."""
        missing = line["to"] is None and line["counted"] == {"value": "0", "unit": line["was"]["unit"]}
        if line["entry"] is None:
            found = [said for _, said in self._counted.values() if said["container"] == line["container"]]
            return not any(said["count"] == count for said in found) and missing
        said = self._counted.get(line["entry"], ("", {}))[1]
        if (said.get("count"), said.get("container")) != (count, line["container"]):
            return False
        if not said["seen"]:
            return missing
        measured = said["quantity"] or line["was"]
        return bool(line["to"] == said["location"] and line["counted"] == measured)

    def _is_booked(self, line: Body) -> bool:
        """Whether a line says what the book has of the moment of counting, or has now where nobody has counted it."""
        if not self._since.asked:
            return True
        label, entry = line["container"], line["entry"]
        at = NOW if entry is None else self._places.counted_at(entry)
        was = None if at is None else self._stock.shown_at(label, at)
        if at is None or was is None or not self._places.is_whole:
            return True
        return bool(was == line["was"]) and self._places.stood(label, at) == line["from"]

    def learn(self, seen: Seen) -> None:
        """What was counted came from whatever device."""
        if seen.head.kind == model.COUNTED and not seen.is_strange and VOID.isdisjoint(seen.stamp.flags):
            self._about[self._count] = None
            if seen.body is None:
                self._blind = True
            elif model.OVER not in seen.stamp.flags and model.UNKNOWN not in seen.stamp.flags:
                self._counted[seen.head.id] = seen.head.actor, seen.body
        super().learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind not in (model.ORDERED, model.CLOSED):
            return
        self._about[index] = None
        if seen.body is None:
            self._blind = True
        elif seen.head.kind == model.ORDERED:
            self._open.add(seen.body["count"])
        else:
            self._open.discard(seen.body["count"])
