"""What was found in each lot at receipt, test by test, as the log tells it: what a dispensed quantity is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.quality import model
from server.quality.specifications import model as specifications
from server.quality.specifications import rules as specified
from server.quality.specifications.model import Test
from server.witness.seen import Seen

_RECORDED = "quality.results_recorded."
Lot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A number of one test by one entry, and as what it may be reported: which specification was in force on a day is
    not asked here."""

    test: str
    entry: str
    values: tuple[str, ...]
    standing: bool = True


class LotResults:
    """After the entries learnt so far."""

    def __init__(self) -> None:
        self._found: dict[Lot, list[_Found]] = {}
        self._tests: dict[str, list[Test]] = {}

    def of(self, lot: Lot, stated: Mapping[str, Mapping[str, str] | None]) -> dict[str, dict[str, str]]:
        """By test, {value, entry} of the newest that stands; of several ways to report a number the one that an entry
        has `stated`, where that is one of them."""
        said = {(one["entry"], one["value"]) for one in stated.values() if one is not None}
        newest = {one.test: one for one in self._found.get(lot, ()) if one.standing}
        return {
            test: {
                "value": next((value for value in one.values if (one.entry, value) in said), one.values[0]),
                "entry": one.entry,
            }
            for test, one in newest.items()
        }

    def learn(self, seen: Seen, body: Mapping[str, Any]) -> Lot | None:
        """The lot that the entry is of results of."""
        if seen.head.kind == specifications.SUBMITTED_KIND:
            self._tests.setdefault(body["material"], []).extend(Test.of(one) for one in body["tests"])
            return None
        _, material, number = model.subject_of(seen.head.stream)
        if not seen.head.kind.startswith(_RECORDED) or material is None or number is None:
            return None
        self._take(seen, body, (material, number))
        return material, number

    def _take(self, seen: Seen, body: Mapping[str, Any], lot: Lot) -> None:
        flags, corrects = set(seen.stamp.flags), seen.head.corrects
        found = self._found.setdefault(lot, [])
        if corrects is not None and model.TAKES_NO_PLACE.isdisjoint(flags):
            found[:] = [replace(one, standing=one.standing and one.entry != corrects) for one in found]
        if body["stage"] == "incoming" and not ("specification" in body and flags & _UNFIT):
            found += (_Found(test, seen.head.id, values) for test, values in self._numbers(lot[0], body["results"]))

    def _numbers(self, material: str, lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, tuple[str, ...]]]:
        for line in lines:
            value = line["value"]["value"] if isinstance(line["value"], Mapping) else line["value"]
            if value is None:
                continue
            tests = [one for one in self._tests.get(material, ()) if one.code == line["test"] and one.kind == "numeric"]
            yield line["test"], tuple(dict.fromkeys([*(specified.reported(one, value) for one in tests), value]))


# Results that answer no specification in force stand in the log, and are no results.
_UNFIT = frozenset({"specification_differs", "results_unfit"})
