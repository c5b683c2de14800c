"""What screens show of inspections: the list, one with its containers and samples, a container, and a sample."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.zones import Zones
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.stock import queries as stock
from server.quality.inspection import plans, queries, rules, switching
from server.quality.inspection.model import Inspection, Sample, Step
from server.quality.specifications import queries as specifications
from server.quality.usage import outcomes

Answer = dict[str, Any]
# A page names so many containers that are still to be sampled; the rest it counts.
_NAMED = 200


def listing(connection: Connection, found: Sequence[Inspection], day: str) -> list[Answer]:
    names = materials.material_names(connection, {one.material for one in found})
    lots = {(one.material, one.lot): one for one in materials.lots_of(connection, _keys(found), day)}
    return [_line(one, names, lots.get((one.material, one.lot))) for one in found]


def _keys(found: Iterable[Inspection]) -> set[tuple[str, str]]:
    return {(one.material, one.lot) for one in found}


def _line(one: Inspection, names: Mapping[str, Any], lot: Any) -> Answer:
    same = ("inspection", "material", "lot", "containers", "number", "state", "reason", "opened_at")
    known = {"status": None, "supplier": None, "supplier_lot": None, "expiry": None}
    about = known if lot is None else {name: getattr(lot, name) for name in known}
    return {name: getattr(one, name) for name in same} | {"name": names.get(one.material), **about}


def page(connection: Connection, number: str, day: str) -> Answer | None:
    """All of one inspection."""
    found = queries.find(connection, number)
    if found is None:
        return None
    [line] = listing(connection, [found], day)
    samples = queries.samples_of(connection, number)
    labels = queries.labels_of(connection, found.material, found.lot)
    steps = queries.steps_of(connection, [one.sample for one in samples])
    standing, whole, left = queries.as_it_stands(connection, found, samples, steps)
    zones = days.zones(connection)
    people = identity.people(connection, _people([found], samples, [step for _, step in steps]))
    missing = rules.missing(standing, whole, left)
    unidentified = rules.unidentified(standing, whole, left)
    return line | {
        "specification": found.specification,
        "version": found.version,
        "sampling": dict(found.sampling),
        "plan": plans.plan(found.sampling, found.containers).payload(),
        "switching": _switching(connection, found, line["supplier"]),
        "drawn": None if found.drawn is None else [*found.drawn],
        "labelled": len(labels),
        "missing": missing[:_NAMED],
        "missing_count": max(len(missing), standing.number - len(rules.sampled(rules.tested(whole), left))),
        "unidentified": unidentified[:_NAMED],
        "unidentified_count": len(unidentified),
        "opened_by": people.get(found.opened_by),
        "samples": [_sample(one, _of(steps, one.sample), people, zones) for one in samples],
    }


def _switching(connection: Connection, found: Inspection, supplier: str | None) -> Answer | None:
    """Why it is inspected as severely as it is: what the switching rules came to when it was opened, and whether
    sampling has stopped since; None where its specification did not ask them."""
    asked = None
    if found.specification is not None and found.version is not None:
        asked = specifications.find_version(connection, found.specification, found.version)
    if asked is None or not switching.switches(asked.sampling):
        return None
    opened = queries.opened_at(connection, found.inspection)
    then = outcomes.standing(connection, found.material, supplier, opened).payload()
    return then | {"discontinued": outcomes.standing(connection, found.material, supplier).discontinued}


def container(connection: Connection, found: Inspection, label: str, day: str) -> Answer:
    """What a scanned container is to an inspection: `code` says in a word whether it is to be opened."""
    one = materials.find_container(connection, label)
    samples = queries.samples_of(connection, found.inspection)
    steps = queries.steps_of(connection, [one.sample for one in samples])
    _, whole, _ = queries.as_it_stands(connection, found, samples, steps)
    of = rules.root(label, queries.parents_of(connection, found))
    held = stock.find_standing(connection, label, day)
    with_it = [sample.sample for sample in whole if _holds(sample, of)]
    answer: Answer = {"container": label, "code": _code(found, one, of, bool(with_it)), "samples": with_it}
    answer["of"] = None if one is None else {"material": one.material, "lot": one.lot}
    return answer | {"held": None if held is None else held.held, "gone": None if held is None else held.gone}


def _holds(sample: Sample, label: str) -> bool:
    return sample.counts and any(one["container"] == label for one in sample.containers)


def _code(found: Inspection, one: Any, label: str, sampled: bool) -> str:
    if one is None:
        return "unknown"
    if (one.material, one.lot) != (found.material, found.lot):
        return "other_lot" if one.material == found.material else "other_material"
    if sampled:
        return "sampled"
    return "drawn" if found.drawn is None or label in found.drawn else "not_drawn"


def sample(connection: Connection, number: str, day: str) -> Answer | None:
    """One sample with its chain of custody, and the inspection that it is of."""
    found = queries.find_sample(connection, number)
    if found is None:
        return None
    steps = queries.steps_of(connection, [number])
    people = identity.people(connection, _people([], [found], [step for _, step in steps]))
    inspection = queries.find(connection, found.inspection)
    about = None if inspection is None else listing(connection, [inspection], day)[0]
    return _sample(found, steps, people, days.zones(connection)) | {"of": about}


def _of(steps: Iterable[tuple[str, Step]], number: str) -> list[tuple[str, Step]]:
    return [one for one in steps if one[0] == number]


def _people(inspections: Iterable[Inspection], samples: Iterable[Sample], steps: Iterable[Step]) -> set[str]:
    opened, took = {one.opened_by for one in inspections}, {one.taken_by for one in samples}
    return opened | took | {who for one in steps for who in (one.by, one.to) if who is not None}


def _sample(one: Sample, steps: Iterable[tuple[str, Step]], people: Mapping[str, Any], zones: Zones) -> Answer:
    chain = rules.custody(one, [step for _, step in steps], zones)
    links = [
        {name: getattr(link.step, name) for name in ("step", "at", "place", "until", "reason")}
        | {"by": people.get(link.step.by), "to": people.get(link.step.to or ""), "breaks": [*link.breaks]}
        for link in chain
    ]
    same = ("sample", "inspection", "purpose", "comment", "taken_at", "counts")
    return {name: getattr(one, name) for name in same} | {
        "containers": [dict(each) for each in one.containers],
        "taken_by": people.get(one.taken_by),
        "flags": [*one.flags],
        "steps": links,
        "broken": any(link.breaks for link in chain),
        "state": chain[-1].step.step if chain else "taken",
    }
