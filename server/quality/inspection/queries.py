"""Reads of inspections, their samples, and what has become of those."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select

from server.core import days, numbering
from server.materials import queries as materials
from server.materials.stock import queries as stock
from server.quality.inspection import model, plans, rules
from server.quality.inspection.model import Inspection, Sample, Step
from server.quality.inspection.projection import inspection, sample, step
from server.quality.specifications import queries as specifications
from sync.log import transaction
from sync.log.prepared import Prepared

STAGE = "incoming"
# So many inspections go along with a handheld, and so many samples.
_LENT = 200
# Asked of every receipt and of every link of a sample's chain.
_last_number = Prepared(select(func.max(inspection.c.n)).where(inspection.c.year == bindparam("year")))
_newest_of_lot = Prepared(
    select(inspection)
    .where(inspection.c.material == bindparam("material"), inspection.c.lot == bindparam("lot"))
    .order_by(inspection.c.idx.desc())
    .limit(1)
)
_by_number = Prepared(select(inspection).where(inspection.c.inspection == bindparam("number")))
_samples = Prepared(select(sample).where(sample.c.inspection == bindparam("number")).order_by(sample.c.idx))
_by_sample = Prepared(
    select(sample).where(sample.c.sample == bindparam("number")).order_by(sample.c.counts.desc(), sample.c.idx).limit(1)
)
_steps = Prepared(select(step).where(step.c.sample == bindparam("sample")).order_by(step.c.idx))


def next_number(connection: Connection, moment: str) -> str:
    """The number of an inspection that is opened now; `moment` is UTC text."""
    year = int(days.of(connection, moment)[:4])
    return numbering.text(model.PREFIX, year, last_number(connection, year) + 1)


def last_number(connection: Connection, year: int) -> int:
    [[last]] = transaction.rows(connection, _last_number, {"year": year})
    return last or 0


def of_lot(connection: Connection, material: str, lot: str) -> Inspection | None:
    """The newest inspection of a lot; None where there is none."""
    row = _newest(connection, material, lot)
    return None if row is None else _with_samplers(connection, row)


def _newest(connection: Connection, material: str, lot: str) -> Any:
    return transaction.first_named(connection, _newest_of_lot, {"material": material, "lot": lot})


def find(connection: Connection, number: str) -> Inspection | None:
    row = transaction.first_named(connection, _by_number, {"number": number})
    return None if row is None else _with_samplers(connection, row)


def opened_at(connection: Connection, number: str) -> int:
    """The place in the log of the entry that opened an inspection that there is."""
    index: int = connection.execute(select(inspection.c.idx).where(inspection.c.inspection == number)).scalar_one()
    return index


def listed(
    connection: Connection, states: Iterable[str], words: str, offset: int, limit: int
) -> tuple[list[Inspection], int]:
    """Those in one of the states, whose number, lot or material holds the words; the newest first, and how many."""
    where: list[ColumnElement[bool]] = [inspection.c.state.in_([*states])]
    if words:
        columns = (inspection.c.inspection, inspection.c.material, inspection.c.lot)
        holds = [column.icontains(words, autoescape=True) for column in columns]
        where.append(holds[0] | holds[1] | holds[2])
    query = select(inspection).where(*where).order_by(inspection.c.idx.desc()).offset(offset).limit(limit)
    total = connection.execute(select(func.count()).select_from(inspection).where(*where)).scalar_one()
    return _inspections(connection, connection.execute(query).all()), total


def samples_of(connection: Connection, number: str) -> list[Sample]:
    """In the order of the log, also those that do not count."""
    return [_sample(row) for row in transaction.named(connection, _samples, {"number": number})]


def find_sample(connection: Connection, number: str) -> Sample | None:
    """The one that bears the number; the first, where two were written."""
    row = transaction.first_named(connection, _by_sample, {"number": number})
    return None if row is None else _sample(row)


def steps_of(connection: Connection, samples: Iterable[str]) -> list[tuple[str, Step]]:
    """What was done with these samples, each with its number, in the order of the log."""
    names = [*dict.fromkeys(samples)]
    if len(names) == 1:
        rows = transaction.named(connection, _steps, {"sample": names[0]})
    else:
        query = select(step).where(step.c.sample.in_(names)).order_by(step.c.idx)
        rows = [*connection.execute(query)] if names else []
    return [(row.sample, _step(row)) for row in rows]


def unfit(connection: Connection, material: str, lot: str, samples: Iterable[str]) -> set[str]:
    """Which of these samples stand for nothing in a lot: taken back, lost, or of another lot. Of one that nobody has
    heard of yet nothing is said: a handheld may still bring it."""
    return {name for name, here, done in _known(connection, material, lot, samples) if rules.unfit(here, done)}


def worth(connection: Connection, material: str, lot: str, samples: Iterable[str]) -> tuple[set[str], set[str] | None]:
    """Which of these samples stand for nothing, as `unfit`; and which results of the lot may be found in, so that they
    speak for it: None where it has no inspection, and its results say what they say."""
    known = _known(connection, material, lot, samples)
    unfit = {name for name, here, done in known if rules.unfit(here, done)}
    if _newest(connection, material, lot) is None:
        return unfit, None
    return unfit, {name for name, here, done in known if rules.proves(here, done)}


def _known(
    connection: Connection, material: str, lot: str, samples: Iterable[str]
) -> list[tuple[str, list[Sample], list[Step]]]:
    """Of these numbers, those that some sample bears: each with the samples of the lot that do, and with its steps."""
    names = [*dict.fromkeys(samples)]
    if not names:
        return []
    query = select(sample, inspection.c.material, inspection.c.lot).where(sample.c.sample.in_(names))
    query = query.select_from(sample.outerjoin(inspection, inspection.c.inspection == sample.c.inspection))
    rows = connection.execute(query).all()
    here = [_sample(row) for row in rows if (row.material, row.lot) == (material, lot)]
    steps = steps_of(connection, names)
    return [
        (name, [one for one in here if one.sample == name], [step for of, step in steps if of == name])
        for name in {row.sample for row in rows}
    ]


def testable(connection: Connection, material: str, lot: str) -> list[Sample]:
    """The samples of a lot that results may be found in, in the order of the log: those that count and are not kept
    back, of all its inspections."""
    query = select(sample).join(inspection, inspection.c.inspection == sample.c.inspection)
    query = query.where(inspection.c.material == material, inspection.c.lot == lot, sample.c.counts == 1)
    query = query.where(sample.c.purpose != model.RETAINED).order_by(sample.c.idx)
    return [_sample(row) for row in connection.execute(query)]


def next_sample(connection: Connection, number: str) -> str:
    """A number for the next sample of an inspection."""
    there = {one.sample for one in samples_of(connection, number)}
    n = len(there) + 1
    while model.sample_number(number, n) in there:
        n += 1
    return model.sample_number(number, n)


def labels_of(connection: Connection, material: str, lot: str) -> list[str]:
    return [one.container for one in materials.containers_of(connection, material, lot)]


def state_of(connection: Connection, number: str) -> str | None:
    found = find(connection, number)
    if found is None:
        return None
    samples = samples_of(connection, number)
    steps = steps_of(connection, [one.sample for one in samples])
    standing, samples, labels = as_it_stands(connection, found, samples, steps)
    return rules.state(standing, samples, steps, labels)


def as_it_stands(
    connection: Connection, found: Inspection, samples: Sequence[Sample], steps: Sequence[tuple[str, Step]]
) -> tuple[Inspection, list[Sample], list[str]]:
    """See `rules.as_it_stands`."""
    every = stock.of_lot(connection, found.material, found.lot, days.of(connection, found.opened_at))
    gone = {one.container: one.gone is not None for one in every}
    return rules.as_it_stands(found, samples, steps, gone, parents_of(connection, found))


def parents_of(connection: Connection, found: Inspection) -> dict[str, str]:
    """Which containers of its lot were filled from which, after they were drawn."""
    query = select(inspection.c.drawn_at).where(inspection.c.inspection == found.inspection)
    since = connection.execute(query).scalar_one()
    return stock.splits_of(connection, found.material, found.lot, since)


def opened_again(connection: Connection, limit: int) -> list[tuple[str, str]]:
    """(material, lot) of lots of which an inspection was opened without a receipt, the newest first."""
    query = select(inspection.c.material, inspection.c.lot).where(inspection.c.reason.is_not(None))
    rows = connection.execute(query.order_by(inspection.c.idx.desc()).limit(limit))
    return [*dict.fromkeys((row.material, row.lot) for row in rows)]


def is_complete(connection: Connection, found: Inspection) -> bool:
    """As things stand now: since its last entry containers may have been used up, or come back."""
    return state_of(connection, found.inspection) == model.COMPLETE


def told_of(connection: Connection, material: str, lot: str) -> list[int]:
    """The places in the log of all samples of a lot, and of what was done with them."""
    numbers = select(inspection.c.inspection).where(inspection.c.material == material, inspection.c.lot == lot)
    rows = connection.execute(select(sample.c.idx, sample.c.sample).where(sample.c.inspection.in_(numbers))).all()
    of = step.c.sample.in_({row.sample for row in rows})
    return [*(row.idx for row in rows), *connection.execute(select(step.c.idx).where(of)).scalars()]


def plan_of(connection: Connection, material: str, day: str) -> dict[str, Any]:
    """How a delivery of a material is sampled on a day: {specification, version, plan}."""
    found = specifications.effective(connection, material, STAGE, day)
    if found is None:
        return {"specification": None, "version": None, "plan": dict(plans.DEFAULT)}
    plan = dict(found.sampling or plans.DEFAULT)
    return {"specification": found.specification, "version": found.version, "plan": plan}


def lent(connection: Connection) -> list[dict[str, Any]]:
    """What a handheld needs to take samples without a network, of each inspection of which containers are to be
    opened, the oldest first: {inspection, material, lot, number, sampling, drawn, missing, labelled}."""
    query = select(inspection).where(inspection.c.state == model.SAMPLING).order_by(inspection.c.idx).limit(_LENT)
    return [_lent(connection, one) for one in _inspections(connection, connection.execute(query).all())]


def _lent(connection: Connection, one: Inspection) -> dict[str, Any]:
    samples = samples_of(connection, one.inspection)
    steps = steps_of(connection, [each.sample for each in samples])
    one, samples, labels = as_it_stands(connection, one, samples, steps)
    missing = rules.missing(one, samples, labels)
    same = ("inspection", "material", "lot", "number")
    drawn = None if one.drawn is None else [*one.drawn]
    return {name: getattr(one, name) for name in same} | {
        "sampling": dict(one.sampling),
        "drawn": drawn,
        "missing": missing,
        "labelled": len(labels),
    }


def lent_samples(connection: Connection) -> list[dict[str, Any]]:
    """What a handheld needs to hand samples over, and to take them in, without a network: those that are on their way,
    taken or handed over and not received, the newest first: {sample, inspection, material, lot, purpose, holder, to}.
    `holder` has it, `to` is whom it was handed to, null where it was not."""
    last = select(step.c.sample, func.max(step.c.idx).label("idx")).group_by(step.c.sample).subquery()
    query = select(sample, inspection.c.material, inspection.c.lot)
    query = query.join(inspection, inspection.c.inspection == sample.c.inspection)
    query = query.join(last, last.c.sample == sample.c.sample, isouter=True)
    query = query.join(step, step.c.idx == last.c.idx, isouter=True)
    on_its_way = or_(step.c.step.is_(None), step.c.step == model.HANDED)
    query = query.where(sample.c.counts == 1, on_its_way).order_by(sample.c.idx.desc()).limit(_LENT)
    found = {row.sample: row for row in connection.execute(query)}
    steps = steps_of(connection, found)
    return [_lent_sample(row, [each for of, each in steps if of == number]) for number, row in found.items()]


def _lent_sample(row: Row[Any], steps: Sequence[Step]) -> dict[str, Any]:
    """It is held by who took it, or received it last."""
    held = [row.taken_by, *(each.by for each in steps if each.step == model.RECEIVED)]
    said = {name: getattr(row, name) for name in ("sample", "inspection", "material", "lot", "purpose")}
    return {**said, "holder": held[-1], "to": steps[-1].to if steps else None}


def waiting(connection: Connection, limit: int) -> list[tuple[Sample, Step]]:
    """Samples that were handed over and nobody has received since; those that wait longest first."""
    last = select(func.max(step.c.idx)).group_by(step.c.sample)
    handed = select(step).where(step.c.idx.in_(last), step.c.step == model.HANDED).order_by(step.c.idx).limit(limit)
    found = [(find_sample(connection, row.sample), _step(row)) for row in connection.execute(handed).all()]
    return [(one, its) for one, its in found if one is not None]


def _inspections(connection: Connection, rows: Iterable[Row[Any]]) -> list[Inspection]:
    found = list(rows)
    query = select(sample.c.inspection, sample.c.taken_by).distinct().order_by(sample.c.taken_by)
    took: dict[str, list[str]] = {row.inspection: [] for row in found}
    for row in connection.execute(query.where(sample.c.inspection.in_(list(took)))):
        took[row.inspection].append(row.taken_by)
    return [_inspection(row, took[row.inspection]) for row in found]


def _with_samplers(connection: Connection, row: Any) -> Inspection:
    """Who took its samples is read off those, which whoever asks for an inspection mostly asks for as well."""
    return _inspection(row, sorted({one.taken_by for one in samples_of(connection, row.inspection)}))


def _inspection(row: Any, samplers: list[str]) -> Inspection:
    made: dict[str, Any] = {"sampling": orjson.loads(row.sampling), "samplers": tuple(samplers)}
    made["drawn"] = None if row.drawn is None else tuple(orjson.loads(row.drawn))
    return Inspection(**made, **{name: getattr(row, name) for name in Inspection.__slots__ if name not in made})


def _sample(row: Any) -> Sample:
    same = ("sample", "entry", "inspection", "purpose", "comment", "taken_by", "taken_at", "device")
    made: dict[str, Any] = {"containers": tuple(orjson.loads(row.containers)), "flags": tuple(orjson.loads(row.flags))}
    return Sample(counts=bool(row.counts), **made, **{name: getattr(row, name) for name in same})


def _step(row: Any) -> Step:
    return Step(**{name: getattr(row, name) for name in Step.__slots__})
