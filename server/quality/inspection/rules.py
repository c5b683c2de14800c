"""What an inspection still lacks, and where the chain of custody of a sample is broken: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.core.zones import Zones
from server.quality.inspection import model, plans
from server.quality.inspection.model import Inspection, Payload, Sample, Step

_UTC = Zones()


def draw(number: str, given: Payload, labels: Collection[str], containers: int) -> dict[str, object]:
    """How many of so many containers are sampled, and which of those that have labels; `given`: {material, lot, plan}.

    None are named where all are sampled, so that an entry does not grow with what came.
    """
    count = plans.plan(given["plan"], containers).number
    all_of_them = containers > 0 and count == containers
    named = None if all_of_them else plans.drawn(number, given["material"], given["lot"], labels, count)
    return {"containers": containers, "number": count, "drawn": named}


def void_refused(counts: bool) -> str | None:
    """Why a sample cannot be taken back: it is none of an inspection, or was taken back already."""
    return None if counts else "sample_unknown"


def rooted(line: Payload, parents: Mapping[str, str]) -> dict[str, Any]:
    """A line of a sample, as of the container that what it was taken from was filled from since the draw."""
    return {**line, "container": root(line["container"], parents)}


def root(label: str, parents: Mapping[str, str]) -> str:
    while label in parents:
        label = parents[label]
    return label


def as_it_stands(
    found: Inspection,
    samples: Sequence[Sample],
    steps: Sequence[tuple[str, Step]],
    every: Mapping[str, bool],
    parents: Mapping[str, str],
) -> tuple[Inspection, list[Sample], list[str]]:
    """An inspection with its samples, and the containers of its lot that can be sampled or were: of a lot that is
    tested again many are used up, and of those nobody asks for a sample.

    `every`: the containers, each with whether it is gone; `parents`: which were filled from which since the draw, so
    that they are no containers that came. A sample whose custody was broken stands for none.
    """
    whole = [_whole(one, [step for number, step in steps if number == one.sample], parents) for one in samples]
    there: dict[str, bool] = {}
    for label, gone in every.items():
        of = root(label, parents)
        there[of] = there.get(of, True) and gone
    done = sampled(whole, [])
    labels = sorted(label for label, gone in there.items() if not gone or label in done)
    left = max(found.containers, len(there)) - (len(there) - len(labels))
    return replace(found, number=min(found.number, left)), whole, labels


def _whole(sample: Sample, steps: Sequence[Step], parents: Mapping[str, str]) -> Sample:
    lines = tuple(rooted(one, parents) for one in sample.containers)
    return replace(sample, containers=lines, counts=sample.counts and not is_lost(sample, steps))


def is_lost(sample: Sample, steps: Sequence[Step]) -> bool:
    """Whether nobody can say whose hands it was in until the laboratory had it."""
    links = custody(sample, steps)
    arrived = next((at for at, link in enumerate(links) if link.step.step == model.RECEIVED), len(links))
    broken = any(not model.LOSES.isdisjoint(link.breaks) for link in links[: arrived + 1])
    return sample.purpose != model.RETAINED and broken


def unfit(samples: Iterable[Sample], steps: Sequence[Step]) -> bool:
    """Whether what was found in a sample stands for nothing; `samples`: those of the lot in question that bear its
    number, `steps`: of them."""
    return not any(one.counts and not is_lost(one, steps) for one in samples)


def proves(samples: Iterable[Sample], steps: Sequence[Step]) -> bool:
    """Whether what was found in a sample may speak for its lot: it was taken for that, and the laboratory has received
    it, from whole hands. The arguments are those of `unfit`."""
    received = any(one.step == model.RECEIVED for one in steps)
    return received and not unfit(tested(samples), steps)


def sampled(samples: Iterable[Sample], labels: Collection[str]) -> set[str]:
    return {one["container"] for one in _lines(samples, labels)}


def _lines(samples: Iterable[Sample], labels: Collection[str]) -> list[Payload]:
    """What was taken of the lot: where its containers have labels, what was taken of another is none of it."""
    lines = [one for sample in samples if sample.counts for one in sample.containers]
    return [one for one in lines if not labels or one["container"] in labels]


def tested(samples: Iterable[Sample]) -> list[Sample]:
    """Those that anybody tests: what is kept back stands for no container."""
    return [one for one in samples if one.purpose != model.RETAINED]


def missing(inspection: Inspection, samples: Sequence[Sample], labels: Collection[str]) -> list[str]:
    """Containers that are still to be sampled: those drawn, of which neither there is a sample to be tested nor was
    another opened instead; `labels`: those that there are."""
    return _missing(inspection, tested(samples), labels)


def _missing(inspection: Inspection, samples: Sequence[Sample], labels: Collection[str]) -> list[str]:
    replaced = {one["instead_of"] for one in _lines(samples, labels)}
    there = set(labels)
    wanted = sorted(there) if inspection.drawn is None else [one for one in inspection.drawn if one in there]
    done = sampled(samples, labels) | replaced
    return [one for one in wanted if one not in done]


def _covers(inspection: Inspection, samples: Sequence[Sample], labels: Collection[str]) -> bool:
    """Whether samples stand for as many containers as are to be opened, and for each that was drawn."""
    enough = len(sampled(samples, labels)) >= inspection.number and any(one.counts for one in samples)
    return enough and not _missing(inspection, samples, labels)


def unidentified(inspection: Inspection, samples: Sequence[Sample], labels: Collection[str]) -> list[str]:
    """Where each container that came must be identified: those that are not."""
    if inspection.sampling["identity"] != plans.EVERY:
        return []
    tried = sampled(tested(samples), labels)
    return sorted(set(labels) - tried)


def state(
    inspection: Inspection, samples: Sequence[Sample], steps: Iterable[tuple[str, Step]], labels: Collection[str]
) -> str:
    """Complete is what the laboratory has of every container that was drawn. `steps` are of its samples, each with the
    sample's number."""
    taken, arrived = tested(samples), {sample for sample, step in steps if step.step == model.RECEIVED}
    if unidentified(inspection, samples, labels) or not _covers(inspection, taken, labels):
        return model.SAMPLING
    there = [one for one in taken if one.sample in arrived]
    to_test = any(one.counts and one.purpose == model.TEST for one in there)
    return model.COMPLETE if to_test and _covers(inspection, there, labels) else model.SAMPLED


def was_complete(
    inspection: Inspection, samples: Sequence[Sample], steps: Iterable[tuple[str, Step]], labels: Collection[str]
) -> bool:
    """As versions before any edition of the rules told it: a container counted whatever its sample was taken for, and
    one sample in the laboratory was enough."""
    tests = {one.sample for one in samples if one.counts and one.purpose == model.TEST}
    arrived = any(step.step == model.RECEIVED and sample in tests for sample, step in steps)
    return arrived and _covers(inspection, samples, labels) and not unidentified(inspection, samples, labels)


def flags(
    inspection: Inspection | None, given: Payload, labels: Collection[str], known: bool, permitted: bool
) -> list[str]:
    """What is wrong with a sample that was taken; it is kept all the same. `labels`: the containers of the lot."""
    found = [] if permitted else [model.NOT_PERMITTED]
    if inspection is None:
        return [*found, "inspection_unknown"]
    if known:
        found.append("sample_known")
    lines = given["containers"]
    if labels and any(one["container"] not in labels for one in lines):
        found.append("container_foreign")
    if any(_undrawn(inspection, given["purpose"], one) for one in lines):
        found.append("container_not_drawn")
    return found


def _undrawn(inspection: Inspection, purpose: str, line: Payload) -> bool:
    """Another than was drawn needs its reason; identity may be tried of any where each must be."""
    every = purpose == model.IDENTITY and inspection.sampling["identity"] == plans.EVERY
    drawn = inspection.drawn is None or not inspection.drawn or line["container"] in inspection.drawn
    return not (drawn or every or line["reason"])


@dataclass(frozen=True, slots=True)
class Link:
    """A step with what is wrong there: codes of the words that screens have."""

    step: Step
    breaks: tuple[str, ...]


def custody(sample: Sample, steps: Sequence[Step], zones: Zones = _UTC) -> list[Link]:
    """The chain of a sample in the order of the log. Until the laboratory has received it one person holds it; there,
    whoever works there. `zones`: by which calendar it is kept until a day."""
    links, holder, to, at = [], sample.taken_by, None, sample.taken_at
    in_laboratory, destroyed, until = False, False, None
    for one in steps:
        found = ["after_destroyed"] if destroyed else []
        if _is_before(one.at, at):
            found.append("time_order")
        if one.step == model.RECEIVED:
            found += _received(one, holder, to)
            holder, to, in_laboratory = one.by, None, True
        else:
            if not in_laboratory and one.by != holder:
                found.append("other_holder")
            if to is not None:
                found.append("not_received")
            to = one.to if one.step == model.HANDED else None
        if one.step == model.STORED:
            until = one.until
        if one.step == model.DESTROYED:
            destroyed = True
            found += ["too_early"] if until is not None and zones.day(one.at) < until else []
        links.append(Link(one, tuple(found)))
        at = max(at, one.at)
    return links


def _is_before(at: str, last: str) -> bool:
    """Beyond what their clocks may differ; both UTC text."""
    return datetime.fromisoformat(at) < datetime.fromisoformat(last) - model.CLOCK_TOLERANCE


def _received(step: Step, holder: str, to: str | None) -> list[str]:
    if to is None:
        return ["not_handed"]
    if step.by == holder:
        return ["received_own"]
    return ["other_receiver"] if to != step.by else []
