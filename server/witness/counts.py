"""Whether the variances of a count were approved by somebody who had not counted, and say what was counted (MAT-09)."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.materials.counts import model, rules
from server.materials.counts.model import Counting, Expected
from server.materials.stock import rules as amounts
from server.materials.stock.model import VOID, Held
from server.witness.places import PlaceRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

Body = Mapping[str, Any]
# Later than all that is done.
_NOW = "9999"


class CountRules(Remembering):
    """Who has counted in each count, and what, after the entries learnt so far; `stock` and `places` are the book.
    Before `since` that was the one of the day of closing, and only what a closing says was asked."""

    def __init__(self, stock: StockRules, places: PlaceRules, since: SinceRules) -> None:
        super().__init__()
        self._stock, self._places, self._since = stock, places, since
        # By entry: who counted, on which device, and what.
        self._counted: dict[str, tuple[str, str, Body]] = {}
        # The places of those that are not closed.
        self._open: dict[str, Sequence[str]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `count_closed`, `count_own`, `count_overtaken`, `count_lines_wrong` or `count_unit_wrong`, as the
        door refuses it."""
        given = seen.body
        if self._blind or given is None or not seen.by_server or seen.head.kind != model.CLOSED:
            return
        count, actor = given["count"], seen.head.actor
        if count not in self._open:
            raise SyncError("count_closed", f"{count} by {actor}")
        if any(who == actor and said["count"] == count for who, _, said in self._counted.values()):
            raise SyncError("count_own", f"{count} by {actor}")
        if self._since.asked and self._places.is_whole and self._stock.is_whole:
            code = self._refused(count, given["lines"])
            if code is not None:
                raise SyncError(code, f"{count} by {actor}")
            return
        for line in given["lines"]:
            if not self._is_right(count, line):
                raise SyncError("count_lines_wrong", f"{line['container']} in {count}")

    def _is_right(self, count: str, line: Body) -> bool:
        """A line by a counting says what that says; one by none, that nobody has found the container."""
        missing = line["to"] is None and line["counted"] == {"value": "0", "unit": line["was"]["unit"]}
        if line["entry"] is None:
            return missing and not any(
                (said["count"], said["container"]) == (count, line["container"])
                for _, _, said in self._counted.values()
            )
        said = self._counted.get(line["entry"], ("", "", {}))[2]
        if (said.get("count"), said.get("container")) != (count, line["container"]):
            return False
        if not said["seen"]:
            return missing
        measured = said["quantity"] or line["was"]
        return bool(line["to"] == said["location"] and line["counted"] == measured)

    def _refused(self, count: str, given: Sequence[Body]) -> str | None:
        """Of the lines of a count and of all that is not as it was booked, where this can be told."""
        countings = [one for entry in self._counted if (one := self._counting(count, entry)) is not None]
        there = self._places.standing_at(self._open[count])
        told = {one.container for one in countings}
        known = self._stock.found([*there, *told])
        expected = [
            Expected(label, one.material, one.lot, _shown(one), self._places.stood(label, _NOW))
            for label, one in known.items()
            if one.gone is None or label in told
        ]
        blind = {label for label in {*there, *told} if self._stock.is_blind([label])}
        blind |= {label for label in told if not self._stock.is_known([label])}
        lines = [one for one in rules.lines(expected, countings) if one.container not in blind]
        return rules.lines_refused([one for one in given if one["container"] not in blind], lines)

    def _counting(self, count: str, entry: str) -> Counting | None:
        """As the server reads it, with what the book says of its moment."""
        person, device, said = self._counted[entry]
        at, label, quantity = self._places.counted_at(entry), said["container"], said["quantity"]
        if said["count"] != count or at is None:
            return None
        book = self._stock.shown_at(label, at)
        unit = None if book is None else book["unit"]
        return Counting(
            entry,
            label,
            said["location"],
            quantity,
            said["seen"],
            person,
            device,
            at,
            None if book is None else dict(book),
            self._places.stood(label, at),
            late=False,
            found=None if None in (unit, quantity) else amounts.amount(quantity, str(unit), self._stock.own(label)),
            overtaken=self._stock.is_overtaken(label, at),
        )

    def learn(self, seen: Seen) -> None:
        """What was counted came from whatever device."""
        if seen.head.kind == model.COUNTED and not seen.is_strange and VOID.isdisjoint(seen.stamp.flags):
            self._about[self._count] = None
            if seen.body is None:
                self._blind = True
            elif seen.body["count"] in self._open:
                self._counted[seen.head.id] = seen.head.actor, seen.head.device, seen.body
        super().learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind not in (model.ORDERED, model.CLOSED):
            return
        self._about[index] = None
        if seen.body is None:
            self._blind = True
        elif seen.head.kind == model.ORDERED:
            self._open[seen.body["count"]] = seen.body["locations"]
        else:
            self._open.pop(seen.body["count"], None)


def _shown(one: Held) -> dict[str, str]:
    return {"value": amounts.shown(one.held), "unit": one.unit}
