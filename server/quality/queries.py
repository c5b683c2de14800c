"""Reads of test results; what was corrected is not among them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from server.quality.model import Result
from server.quality.projection import result

_current = result.c.superseded_by.is_(None)


def results_of_batch(connection: Connection, batch: str) -> list[Result]:
    return _results(connection, result.c.batch == batch)


def results_of_lot(connection: Connection, material: str, lot: str) -> list[Result]:
    return _results(connection, (result.c.material == material) & (result.c.lot == lot))


def is_result_of(connection: Connection, entry: str, subject: tuple[str | None, str | None, str | None]) -> bool:
    """Whether an entry has recorded results of this (batch, material, lot)."""
    query = select(result.c.batch, result.c.material, result.c.lot).where(result.c.entry == entry).limit(1)
    row = connection.execute(query).first()
    return row is not None and tuple(row) == subject


def result_counts(connection: Connection, lots: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many results each lot has; a lot without any is missing."""
    wanted = list(lots)
    if not wanted:
        return {}
    # Spelled out, since SQLite scans the table for a list of pairs.
    among = or_(*(and_(result.c.material == material, result.c.lot == lot) for material, lot in wanted))
    query = select(result.c.material, result.c.lot, func.count().label("results")).where(among, _current)
    rows = connection.execute(query.group_by(result.c.material, result.c.lot))
    return {(row.material, row.lot): row.results for row in rows}


def _results(connection: Connection, where: ColumnElement[bool]) -> list[Result]:
    query = select(result).where(where, _current).order_by(result.c.idx, result.c.line)
    return [_result(row) for row in connection.execute(query)]


def _result(row: Row[Any]) -> Result:
    return Result(
        entry=row.entry,
        stage=row.stage,
        test=row.test,
        name=None if row.name_zh is None else {"zh": row.name_zh, "en": row.name_en},
        value=row.value,
        unit=row.unit,
        low=row.low,
        high=row.high,
        verdict=row.verdict,
    )
