"""Reads of how long reviews took: figures for planning, no control of people or batches."""

from collections.abc import Collection
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from server.release.projection import review_time


def of_batches(connection: Connection, numbers: Collection[str]) -> dict[str, int]:
    """Of each batch of which any review was measured: seconds of all that were, production's and quality's together."""
    total = select(review_time.c.batch, func.sum(review_time.c.seconds).label("seconds")).group_by(review_time.c.batch)
    return {
        row.batch: int(row.seconds) for row in connection.execute(total.where(review_time.c.batch.in_(set(numbers))))
    }


def middle(connection: Connection) -> dict[str, Any]:
    """{seconds, batches}: the median over all batches that were measured; seconds are null where none was."""
    total = select(func.sum(review_time.c.seconds)).group_by(review_time.c.batch)
    found = [int(one) for one in connection.execute(total).scalars()]
    return {"seconds": round(median(found)) if found else None, "batches": len(found)}


def signed(connection: Connection, number: str) -> list[dict[str, Any]]:
    """{signed, seconds, by, at} of each signature of a batch that was measured; `by` is a person's id."""
    same = ("signed", "seconds", "by", "at")
    rows = connection.execute(select(review_time).where(review_time.c.batch == number).order_by(review_time.c.idx))
    return [{name: getattr(row, name) for name in same} for row in rows]
