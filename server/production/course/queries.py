"""Reads of how batches go: time limits that run, and batches in which nothing happens."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from server.core import clock
from server.production import model, queries
from server.production.course import rules
from server.production.course.pace import QUIET_HOURS
from server.production.course.projection import quiet
from server.production.course.rules import Mark
from server.production.projection import batch, entry_
from server.recipes.model import find_phase

_HEARD = (*model.WORK, *model.COURSE)


def limits_running(connection: Connection, until: datetime) -> list[tuple[str, dict[str, Any], datetime]]:
    """(batch, phase, time) of every phase of a batch in progress that must begin or end by then, and has not."""
    found = []
    for number in connection.execute(_in_progress().order_by(batch.c.number)).scalars():
        known = queries.find_batch(connection, number)
        concerned = set() if known is None else rules.timed(known.phases)
        if known is None or not concerned:
            continue
        for phase, at in rules.running(known.phases, marks_of(connection, number, concerned)):
            planned = find_phase(known.phases, phase)
            if planned is not None and at <= until:
                found.append((number, dict(planned), at))
    return found


def marks_of(connection: Connection, number: str, phases: set[str]) -> list[Mark]:
    c = entry_.c
    here = (c.batch == number) & c.phase.in_(sorted(phases)) & c.kind.in_(_HEARD)
    return [Mark(*row) for row in connection.execute(select(c.kind, c.phase, c.captured_at).where(here))]


def quiet_set(connection: Connection) -> Row[Any] | None:
    """What the plant has said of it: hours, reason, set_by, set_at; None where nobody has."""
    return connection.execute(select(quiet)).first()


def quiet_for(connection: Connection) -> timedelta:
    """After what silence a batch stands still."""
    said = quiet_set(connection)
    return timedelta(hours=QUIET_HOURS if said is None else said.hours)


def standing_still(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(batch, time) of those in progress of which the log has heard nothing for longer than the plant says."""
    since = now - quiet_for(connection)
    query = select(batch.c.number, batch.c.updated_at).where(
        batch.c.status == model.IN_PROGRESS, batch.c.updated_at < clock.text(since)
    )
    return [(row.number, row.updated_at) for row in connection.execute(query.order_by(batch.c.number))]


def _in_progress() -> Any:
    return select(batch.c.number).where(batch.c.status == model.IN_PROGRESS)
