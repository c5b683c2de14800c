"""Which lot went into which batch, and what became of it: the edges of the genealogy and walks along them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from server.production.projection import batch, lot

Lots = set[tuple[str, str]]
# One statement takes at most 32,766 parameters on SQLite.
_PART = 10_000


def batches_using(connection: Connection, material: str, name: str) -> list[str]:
    query = select(lot.c.batch).where(lot.c.material == material, lot.c.lot == name).order_by(lot.c.batch)
    return list(connection.execute(query).scalars())


def use_counts(connection: Connection, lots: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many batches each lot went into, or is allocated to; a lot that is in none is missing."""
    query = select(lot.c.material, lot.c.lot, func.count().label("batches")).group_by(lot.c.material, lot.c.lot)
    return {(row.material, row.lot): row.batches for row in _of_lots(connection, query, set(lots))}


def trace_lot(connection: Connection, material: str, name: str, direction: str) -> dict[str, list[str]]:
    """The genealogy of a lot, over all stages: {batches, lots}, both sorted; `direction` is forward or backward.

    Forward: the batches that it went into, directly or through what they made, and the lots these made. Backward:
    the batch that made it, the lots that went into that, and so on. A batch makes the lot `product/number`. Lots
    that are only allocated count too: for a recall it is better to look once too often.
    """
    step: Callable[[Connection, Lots], tuple[set[str], Lots]] = _forward if direction == "forward" else _backward
    batches: set[str] = set()
    lots: Lots = set()
    edge = {(material, name)}
    while edge:
        more, found = step(connection, edge)
        batches |= more
        edge = found - lots - {(material, name)}
        lots |= edge
    return {"batches": sorted(batches), "lots": sorted(f"{code}/{number}" for code, number in lots)}


def _forward(connection: Connection, edge: Lots) -> tuple[set[str], Lots]:
    query = select(lot.c.batch, batch.c.product_code)
    rows = list(_of_lots(connection, query.select_from(lot.outerjoin(batch, batch.c.number == lot.c.batch)), edge))
    made = {(row.product_code, row.batch) for row in rows if row.product_code is not None}
    return {row.batch for row in rows}, made


def _backward(connection: Connection, edge: Lots) -> tuple[set[str], Lots]:
    makers: set[str] = set()
    for names in _parts({name for _, name in edge}):
        made = select(batch.c.number, batch.c.product_code).where(batch.c.number.in_(names))
        makers |= {row.number for row in connection.execute(made) if (row.product_code, row.number) in edge}
    used: Lots = set()
    for numbers in _parts(makers):
        rows = connection.execute(select(lot.c.material, lot.c.lot).where(lot.c.batch.in_(numbers)))
        used |= {(row.material, row.lot) for row in rows}
    return makers, used


def _of_lots(connection: Connection, query: Select[*tuple[Any, ...]], lots: Lots) -> Iterator[Row[*tuple[Any, ...]]]:
    """One material at a time, by the index over (material, lot): SQLite scans the table for a list of pairs."""
    for code in sorted({material for material, _ in lots}):
        for names in _parts({name for material, name in lots if material == code}):
            yield from connection.execute(query.where(lot.c.material == code, lot.c.lot.in_(names)))


def _parts(names: set[str]) -> Iterator[list[str]]:
    every = sorted(names)
    return (every[start : start + _PART] for start in range(0, len(every), _PART))
