"""Reads of the schedule: lines with their working time, slots, and what may be scheduled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, select

from server.planning import queries as planning
from server.planning.lines import rules
from server.planning.lines.model import DONE, OPEN, Line, Slot
from server.planning.lines.projection import line, slot
from server.production import model as production
from server.production import queries as batches

_DONE = (production.RELEASED, production.REJECTED, production.HISTORICAL, *production.GONE)


def all_lines(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """As they were set, by code."""
    return [_line(row) for row in connection.execute(select(line).order_by(line.c.line))]


def find_line(connection: Connection, code: str) -> Line | None:
    row = connection.execute(select(line).where(line.c.line == code)).first()
    return None if row is None else working(connection, _line(row))


def working(connection: Connection, given: Mapping[str, Any]) -> Line:
    """A line with the days of its calendar as they are now."""
    return rules.line(given, planning.days(connection, given["calendar"]))


def slots(connection: Connection) -> dict[str, Slot]:
    """By batch."""
    rows = connection.execute(select(slot).order_by(slot.c.begins, slot.c.batch))
    return {row.batch: _slot(row) for row in rows}


def taken(connection: Connection, code: str, batch: str) -> list[Slot]:
    """What other batches have of a line, except those that are done."""
    rows = connection.execute(select(slot).where(slot.c.line == code, slot.c.batch != batch).order_by(slot.c.begins))
    return [_slot(row) for row in rows if state_of(connection, row.batch) != DONE]


def days_of(connection: Connection) -> dict[str, tuple[int, int]]:
    """Of each batch that has a slot the days on which it begins and ends, by the clock of its line."""
    zones = {one["line"]: ZoneInfo(one["zone"]) for one in all_lines(connection)}
    return {
        batch: (one.start.astimezone(zones[one.line]).toordinal(), one.end.astimezone(zones[one.line]).toordinal())
        for batch, one in slots(connection).items()
    }


def state_of(connection: Connection, number: str) -> str | None:
    """OPEN, DONE, or None for a batch that is neither ordered nor planned."""
    found = batches.batch_line(connection, number)
    if found is not None:
        return DONE if found.status in _DONE else OPEN
    waits = any(row.batch == number and row.state == production.PLANNED for row in batches.all_orders(connection))
    return OPEN if waits else None


def _line(row: Row[Any]) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("line", "equipment_class", "calendar", "zone")}
    said |= {"name": {"zh": row.name_zh, "en": row.name_en}}
    return said | {"rooms": orjson.loads(row.rooms), "shifts": orjson.loads(row.shifts)}


def _slot(row: Row[Any]) -> Slot:
    return Slot(row.batch, row.line, datetime.fromisoformat(row.begins), datetime.fromisoformat(row.ends))
