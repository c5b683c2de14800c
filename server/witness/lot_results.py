"""What was found in each lot at receipt, test by test, as the log tells it: what a dispensed quantity is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.core.outcomes import SERVER
from server.quality import model
from server.quality.specifications import model as specifications
from server.quality.specifications import rules as specified
from server.quality.specifications.model import Test
from server.quality.usage import model as usage
from server.witness.sampling import SamplingRules
from server.witness.seen import Seen
from server.witness.since import SinceRules

Lot = tuple[str, str]
Lines = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Found:
    """A number of one test by one entry, and as what it may be reported: which specification was in force for one that
    names none is not asked here."""

    test: str
    entry: str
    values: tuple[str, ...]
    checked: bool
    sample: str | None = None
    standing: bool = True


class LotResults:
    """After the entries learnt so far; `sampling` knows what has become of samples. Before `since` a quantity was over
    results that nobody had checked, and whatever they were found in."""

    def __init__(self, sampling: SamplingRules, since: SinceRules) -> None:
        self._sampling, self._since = sampling, since
        self._found: dict[Lot, list[_Found]] = {}
        # Results that name another specification than the one that is in force are results only where they came late;
        # what one that was erased makes of them nobody can say.
        self._late: set[Lot] = set()
        self._tests: dict[str, list[Test]] = {}
        self._versions: dict[tuple[str, int], list[Test]] = {}
        self._is_cut = False

    def of(self, lot: Lot, stated: Mapping[str, Mapping[str, str] | None]) -> dict[str, dict[str, str]]:
        """By test, {value, entry} of the newest that stands and was checked; of several ways to report a number the one
        that an entry has `stated`, where that is one of them."""
        said = {(one["entry"], one["value"]) for one in stated.values() if one is not None}
        newest = {one.test: one for one in self._fit(lot) if one.checked}
        return {
            test: {
                "value": next((value for value in one.values if (one.entry, value) in said), one.values[0]),
                "entry": one.entry,
            }
            for test, one in newest.items()
        }

    def is_doubtful(self, lot: Lot) -> bool:
        """Whether nobody can say from here what counts."""
        standing = [one for one in self._found.get(lot, ()) if one.standing]
        if self._sampling.is_blind and any(one.sample is not None for one in standing):
            return True
        fit = [one for one in self._fit(lot) if one.checked]
        return lot in self._late or (not self._since.asked and len(fit) < len(standing))

    def _fit(self, lot: Lot) -> list[_Found]:
        """Those that stand, and were found in a sample that stands for the lot."""
        standing = [one for one in self._found.get(lot, ()) if one.standing]
        samples = (one.sample for one in standing if one.sample is not None)
        unfit = self._sampling.unfit("/".join(("lot", *lot)), samples)
        return [one for one in standing if one.sample not in unfit]

    def learn(self, seen: Seen, body: Mapping[str, Any]) -> Lot | None:
        """The lot of whose results the entry says something."""
        if seen.head.kind in specifications.SUBMISSIONS:
            tests = [Test.of(one) for one in body["tests"]]
            self._versions[body["specification"], body["version"]] = tests
            self._tests.setdefault(body["material"], []).extend(tests)
            return None
        _, material, number = model.subject_of(seen.head.stream)
        if material is None or number is None:
            return None
        if seen.by_server and seen.head.kind in (usage.CHECKED, usage.SET_ASIDE):
            self._look(seen.head.kind, body, (material, number))
        elif seen.head.kind in model.RESULTS:
            self._take(seen, body, (material, number))
        else:
            return None
        return material, number

    def lose(self) -> None:
        """A specification was erased."""
        self._is_cut = True

    def _look(self, kind: str, body: Mapping[str, Any], lot: Lot) -> None:
        """What others have said since of what was found."""
        found = self._found.setdefault(lot, [])
        if kind == usage.CHECKED:
            found[:] = [replace(one, checked=True) if one.entry == body["entry"] else one for one in found]
        else:
            named = (body["entry"], body["test"])
            found[:] = [replace(one, standing=False) if (one.entry, one.test) == named else one for one in found]

    def _take(self, seen: Seen, body: Mapping[str, Any], lot: Lot) -> None:
        flags, corrects = seen.stamp.flags, seen.head.corrects
        found = self._found.setdefault(lot, [])
        if corrects is not None and model.TAKES_NO_PLACE.isdisjoint(flags):
            found[:] = [replace(one, standing=one.standing and one.entry != corrects) for one in found]
        if body["stage"] != "incoming" or not model.NO_NUMBER.isdisjoint(flags):
            return
        answers = seen.head.kind in model.ANSWERED
        named = (body["specification"], body["version"]) in self._versions if answers else not self._is_cut
        if (answers and "specification_differs" in flags) or (self._is_cut and not named):
            self._late.add(lot)
        numbers = self._answered(body) if answers else self._stated(lot[0], body["results"])
        told = seen.by_server and seen.head.actor == SERVER
        found += (_Found(test, seen.head.id, values, told, body.get("sample")) for test, values in numbers)

    def _answered(self, body: Mapping[str, Any]) -> Iterable[tuple[str, tuple[str, ...]]]:
        tests = {one.code: one for one in self._versions.get((body["specification"], body["version"]), ())}
        for line in body["results"]:
            test = tests.get(line["test"])
            if test is not None and test.kind == "numeric" and specified.fits(test, line):
                yield test.code, (specified.reported(test, line["value"]),)

    def _stated(self, material: str, lines: Lines) -> Iterable[tuple[str, tuple[str, ...]]]:
        for line in lines:
            value, unit = line["value"]["value"], line["value"]["unit"]
            same = (line["test"], "numeric", unit)
            tests = [one for one in self._tests.get(material, ()) if (one.code, one.kind, one.unit) == same]
            yield line["test"], tuple(dict.fromkeys([*(specified.reported(one, value) for one in tests), value]))
