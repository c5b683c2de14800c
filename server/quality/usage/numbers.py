"""Reads of the numbers by which a lot is weighed: those that somebody else than their author has checked, found in a
sample that stands for the lot (QUA-02, QUA-03)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, select

from server.core.outcomes import SERVER
from server.quality.inspection import queries as inspections
from server.quality.model import NO_NUMBER
from server.quality.projection import analysis, result
from server.quality.usage.model import STAGE
from server.quality.usage.projection import aside, check
from sync.log import reading


def numbers_of_lot(connection: Connection, material: str, lot: str) -> dict[str, dict[str, str]]:
    """By test, the newest number of a lot at receipt that was checked: {value: as it is reported, entry}."""
    rows = [row for row, checked in _standing(connection, material, lot) if checked]
    return {row.test: {"value": row.reported or row.value, "entry": row.entry} for row in rows}


def unchecked_of_lot(connection: Connection, material: str, lot: str) -> set[str]:
    """The tests of which the newest number of a lot waits for its check, so that it counts for nothing yet."""
    newest = {row.test: checked for row, checked in _standing(connection, material, lot)}
    return {test for test, checked in newest.items() if not checked}


def _standing(connection: Connection, material: str, lot: str) -> Iterable[tuple[Any, bool]]:
    """The numbers that stand, in the order of the log, each with whether it was checked; what an import brought was so
    by whoever signed it then. What somebody has recorded who may not record results is none, nor what corrects nothing,
    or states other limits or another unit than the specification's, or was set aside; nor what was found in a sample
    that was taken back, lost, or is of another lot."""
    c = result.c
    here = (c.material == material) & (c.lot == lot) & (c.stage == STAGE) & (c.unit != "") & c.superseded_by.is_(None)
    columns = (c.idx, c.test, c.value, c.reported, c.entry, check.c.of.label("checked"), analysis.c.sample)
    query = select(*columns)
    query = query.join(check, check.c.of == c.entry, isouter=True)
    query = query.join(aside, and_(aside.c.of == c.entry, aside.c.test == c.test), isouter=True)
    query = query.join(analysis, and_(analysis.c.entry == c.entry, analysis.c.test == c.test), isouter=True)
    rows: list[Any] = list(connection.execute(query.where(here, aside.c.of.is_(None)).order_by(c.idx, c.line)))
    unfit = inspections.unfit(connection, material, lot, (row.sample for row in rows if row.sample is not None))
    rows = [row for row in rows if row.sample not in unfit]
    stored = reading.at(connection, sorted({row.idx for row in rows}))
    good = {one.index: one.head for one in stored if NO_NUMBER.isdisjoint(one.stamp.flags)}
    found = [(row, good[row.idx]) for row in rows if row.idx in good]
    return [(row, row.checked is not None or head.actor == head.device == SERVER) for row, head in found]
