"""Reads of in-process checks: which are late at this moment, for whom it is not too late to see to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from server.production import model
from server.production.controls import schedule
from server.production.controls.judging import course_of, marks_of, taken_of
from server.production.projection import batch


@dataclass(frozen=True, slots=True)
class Overdue:
    """A round of which a check is missing, later than its grace allows; `phase` is as the order has it."""

    batch: str
    phase: dict[str, Any]
    round: int


def overdue(connection: Connection, now: datetime) -> Iterator[Overdue]:
    """Of each phase that runs, as far as the log knows, the first such round."""
    query = select(batch.c.number, batch.c.phases).where(batch.c.status == model.IN_PROGRESS).order_by(batch.c.number)
    for row in connection.execute(query):
        for phase in orjson.loads(row.phases):
            if phase.get("schedule"):
                turn = _first(connection, row.number, phase, now)
                if turn is not None:
                    yield Overdue(row.number, phase, turn)


def _first(connection: Connection, number: str, phase: dict[str, Any], now: datetime) -> int | None:
    known = course_of(marks_of(connection, number, phase["id"]))
    if known.started is None or known.ended is not None or (known.holds and known.holds[-1][1] is None):
        return None
    taken = {(one.check, one.round) for one in taken_of(connection, number, phase["id"])}
    for turn in range(1, phase["rounds"] + 1):
        if not schedule.overdue(known, phase["schedule"], turn, now):
            return None
        if any((check["id"], turn) not in taken for check in phase["checks"]):
            return turn
    return None
