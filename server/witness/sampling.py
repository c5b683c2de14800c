"""What was sampled of each lot, in whose hands the samples were, and what is said of lots elsewhere than in their
streams: from the log alone (QUA-02)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.quality import model as quality
from server.quality.inspection import model, rules
from server.quality.inspection.model import Inspection, Sample, Step
from server.quality.usage.model import told_of
from server.witness.seen import Seen
from server.witness.stock import StockRules

Body = Mapping[str, Any]
_RECEIPTS = ("materials.lot_received.v2", "materials.containers_received.v2")
# Of one entry: its place in the log, its id, its flags.
_Said = tuple[int, str, tuple[str, ...]]


@dataclass(slots=True)
class _Opened:
    """An inspection, with the place in the log of its last draw."""

    found: Inspection
    drawn_at: int


@dataclass(slots=True)
class _Of:
    """Samples of an inspection or steps of a sample, with the entries that say so and the streams they stand in."""

    samples: list[Sample] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    said: list[tuple[str, _Said]] = field(default_factory=list)


class SamplingRules:
    """After the entries learnt so far. `is_blind`: a sample or a step of one was erased, and nobody can say of which
    lot it was."""

    def __init__(self, stock: StockRules) -> None:
        self._stock = stock
        self._opened: dict[str, _Opened] = {}
        self._of_lots: dict[tuple[str, str], list[str]] = {}
        self._taken: dict[str, _Of] = {}
        self._handed: dict[str, _Of] = {}
        # The inspections of which there is a sample with this number.
        self._bearing: dict[str, set[str]] = {}
        # Of each lot: what is flagged in its stream, and receipts that stand elsewhere.
        self._said: dict[str, list[_Said]] = {}
        self.is_blind = False

    def find(self, number: str) -> Inspection | None:
        opened = self._opened.get(number)
        return None if opened is None else opened.found

    def samplers(self, number: str) -> tuple[str, ...]:
        return tuple({one.taken_by for one in self._of(self._taken, number).samples})

    def counts(self, sample: str, stream: str) -> bool:
        """Whether a sample is one of an inspection of this lot."""
        found = [(key, one) for key, of in self._taken.items() for one in of.samples if one.sample == sample]
        known = [(self.find(key), one.counts) for key, one in found]
        # Of an inspection whose opening was erased nobody can say of which lot it is.
        return any(yes and (of is None or model.stream(of.material, of.lot) == stream) for of, yes in known)

    def unfit(self, stream: str, samples: Iterable[str]) -> set[str]:
        """Which of these samples stand for nothing in the lot of a stream, as the door tells it."""
        return {one for one in samples if one in self._bearing and rules.unfit(*self._known(stream, one))}

    def proving(self, stream: str, samples: Iterable[str]) -> set[str]:
        """Which of these samples results of the lot of a stream may be found in."""
        return {one for one in samples if one in self._bearing and rules.proves(*self._known(stream, one))}

    def _known(self, stream: str, sample: str) -> tuple[list[Sample], list[Step]]:
        """The samples of a lot that bear a number, and the steps of that."""
        found = [(self.find(number), number) for number in self._bearing[sample]]
        here = [number for of, number in found if of is not None and model.stream(of.material, of.lot) == stream]
        taken = [one for number in here for one in self._of(self._taken, number).samples if one.sample == sample]
        return taken, self._of(self._handed, sample).steps

    def is_complete(self, number: str, earlier: bool) -> bool | None:
        """Whether what was drawn is sampled and with the laboratory, by the rules of today or by those of an `earlier`
        version; None where not every container can be read."""
        opened = self._opened[number]
        every = self._stock.every(opened.found.material, opened.found.lot)
        if every is None:
            return None
        samples = self._of(self._taken, number).samples
        steps = [(one, step) for one in {each.sample for each in samples} for step in self._of(self._handed, one).steps]
        parents = self._stock.parents(every, opened.drawn_at)
        standing, whole, labels = rules.as_it_stands(opened.found, samples, steps, every, parents)
        if earlier:
            return rules.was_complete(standing, whole, steps, labels)
        return rules.state(standing, whole, steps, labels) == model.COMPLETE

    def told(self, material: str, lot: str) -> str:
        """As `server.quality.usage.queries` tells it."""
        own = model.stream(material, lot)
        taken = [self._of(self._taken, number) for number in self._of_lots.get((material, lot), ())]
        samples = {each.sample for one in taken for each in one.samples}
        handed = [self._of(self._handed, sample) for sample in samples]
        others = [said for one in (*taken, *handed) for stream, said in one.said if stream != own]
        return told_of((entry, flags) for _, entry, flags in sorted({*self._said.get(own, ()), *others}))

    @staticmethod
    def _of(known: Mapping[str, _Of], key: str) -> _Of:
        return known.get(key, _Of())

    def learn(self, seen: Seen) -> None:
        head, given, flags = seen.head, seen.body, seen.stamp.flags
        said = (seen.stamp.index, head.id, flags)
        if flags and quality.subject_of(head.stream)[2] is not None:
            self._said.setdefault(head.stream, []).append(said)
        if seen.is_strange:
            return
        if given is None:
            self.is_blind = self.is_blind or head.kind in (*_RECEIPTS, model.TAKEN, model.HANDED_KIND, model.VOIDED)
        elif head.kind in _RECEIPTS:
            about = model.stream(given["material"], given["lot"])
            if head.stream != about:
                self._said.setdefault(about, []).append(said)
        elif head.kind in (model.OPENED, model.DRAWN) and seen.by_server:
            self._open(seen, given)
        elif head.kind == model.VOIDED and seen.by_server:
            for taken in self._taken.values():
                taken.samples = [
                    replace(one, counts=one.counts and one.sample != given["sample"]) for one in taken.samples
                ]
        elif head.kind == model.TAKEN:
            of = self._taken.setdefault(given["inspection"], _Of())
            of.samples.append(_sample(seen, given))
            self._bearing.setdefault(given["sample"], set()).add(given["inspection"])
            of.said.append((head.stream, said))
        elif head.kind == model.HANDED_KIND and model.COUNTS_NOT.isdisjoint(flags):
            of = self._handed.setdefault(given["sample"], _Of())
            of.steps.append(_step(seen, given))
            of.said.append((head.stream, said))

    def _open(self, seen: Seen, given: Body) -> None:
        drawn = {"containers": given["containers"], "number": given["number"]}
        drawn["drawn"] = None if given["drawn"] is None else tuple(given["drawn"])
        number = given["inspection"]
        if seen.head.kind == model.OPENED:
            same = {name: given[name] for name in ("inspection", "material", "lot", "specification", "version")}
            about = {"sampling": given["plan"], "reason": given["reason"], "opened_by": seen.head.actor}
            about |= {"opened_at": seen.head.captured_at, "state": model.SAMPLING, "samplers": ()}
            self._of_lots.setdefault((given["material"], given["lot"]), []).append(number)
            self._opened[number] = _Opened(Inspection(**same, **about, **drawn), seen.stamp.index)
        elif number in self._opened:
            self._opened[number] = _Opened(replace(self._opened[number].found, **drawn), seen.stamp.index)


def _sample(seen: Seen, given: Body) -> Sample:
    same = {name: given[name] for name in ("sample", "inspection", "purpose", "comment")}
    by = {"taken_by": seen.head.actor, "taken_at": seen.head.captured_at, "device": seen.head.device}
    counts = model.COUNTS_NOT.isdisjoint(seen.stamp.flags)
    lines = tuple(given["containers"])
    return Sample(entry=seen.head.id, containers=lines, flags=seen.stamp.flags, counts=counts, **same, **by)


def _step(seen: Seen, given: Body) -> Step:
    same = {name: given[name] for name in ("step", "place", "to", "until", "reason")}
    return Step(entry=seen.head.id, by=seen.head.actor, at=seen.head.captured_at, **same)
