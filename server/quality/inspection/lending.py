"""What a handheld needs to hand samples over, and to take them in, without a network (QUA-02)."""

from typing import Any

from sqlalchemy import Connection, func, or_, select

from server.quality.inspection import model, queries
from server.quality.inspection.model import Sample, Step
from server.quality.inspection.projection import inspection, sample, step

# So many samples go along with a handheld, the newest.
_LENT = 200


def samples(connection: Connection) -> list[dict[str, Any]]:
    """Those that are on their way: taken, or handed over and not received yet, the newest first: {sample, inspection,
    material, lot, purpose, holder, to}. `holder` has it, `to` is whom it was handed to, null where it was not."""
    last = select(step.c.sample, func.max(step.c.idx).label("idx")).group_by(step.c.sample).subquery()
    query = select(sample.c.sample, inspection.c.material, inspection.c.lot)
    query = query.join(inspection, inspection.c.inspection == sample.c.inspection)
    query = query.join(last, last.c.sample == sample.c.sample, isouter=True)
    query = query.join(step, step.c.idx == last.c.idx, isouter=True)
    on_its_way = or_(step.c.step.is_(None), step.c.step == model.HANDED)
    query = query.where(sample.c.counts == 1, on_its_way).order_by(sample.c.idx.desc()).limit(_LENT)
    lots = {row.sample: (row.material, row.lot) for row in connection.execute(query)}
    steps = queries.steps_of(connection, lots)
    found = [(queries.find_sample(connection, number), about) for number, about in lots.items()]
    return [_lent(one, about, [each for of, each in steps if of == one.sample]) for one, about in found if one]


def _lent(one: Sample, about: tuple[str, str], steps: list[Step]) -> dict[str, Any]:
    """It is held by who took it, or received it last."""
    held = [one.taken_by, *(each.by for each in steps if each.step == model.RECEIVED)]
    said = {"sample": one.sample, "inspection": one.inspection, "material": about[0], "lot": about[1]}
    return {**said, "purpose": one.purpose, "holder": held[-1], "to": steps[-1].to if steps else None}
