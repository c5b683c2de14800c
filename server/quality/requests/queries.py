"""Reads of sampling requests: of a batch, those that wait for the laboratory, and what their samples have given."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from server.quality.projection import analysis, result
from server.quality.requests import rules
from server.quality.requests.model import Request
from server.quality.requests.projection import request

_MOST = 200
# What a batch's recipe calls a planned sample, by batch, phase and the sample's id: {zh, en}, or None.
PLANNED: list[Callable[[Connection, str, str, str], dict[str, str] | None]] = []


def of_batch(connection: Connection, batch: str) -> list[Request]:
    """In the order of the log."""
    rows = connection.execute(select(request).where(request.c.batch == batch).order_by(request.c.idx))
    return [_request(row) for row in rows]


def holding(connection: Connection, batch: str, signed: bool) -> list[str]:
    """Those that hold the release of a batch; a signature that stands, maybe from before this was asked, is not asked
    for results."""
    asked = of_batch(connection, batch)
    tested = results(connection, batch) if any(one.number is not None for one in asked) else {}
    return [one.entry for one in asked if rules.holds(one, signed or one.number in tested)]


def find(connection: Connection, entry: str) -> Request | None:
    row = connection.execute(select(request).where(request.c.entry == entry)).first()
    return None if row is None else _request(row)


def waiting(connection: Connection) -> list[Request]:
    """Those that nobody has answered, the first one first."""
    open_ones = select(request).where(request.c.answered_by.is_(None)).order_by(request.c.idx).limit(_MOST)
    return [_request(row) for row in connection.execute(open_ones)]


def planned(connection: Connection, one: Request) -> dict[str, str] | None:
    """What was asked for in both languages, where the recipe plans it: the request says it in its writer's."""
    if one.phase is None or one.sample is None:
        return None
    names = (name(connection, one.batch, one.phase, one.sample) for name in PLANNED)
    return next((name for name in names if name is not None), None)


def open_entries(connection: Connection) -> list[str]:
    return list(connection.execute(select(request.c.entry).where(request.c.answered_by.is_(None))).scalars())


def drawn(connection: Connection, batch: str) -> int:
    """How many samples of a batch were drawn on request."""
    query = select(func.count()).where(request.c.batch == batch, request.c.number.is_not(None))
    return connection.execute(query).scalar_one()


def results(connection: Connection, batch: str) -> dict[str, list[dict[str, Any]]]:
    """By the number of its sample what was found: {test, value, unit, verdict} of results that were not corrected."""
    columns = [result.c[name] for name in ("test", "value", "unit", "verdict")]
    query = select(analysis.c.sample, *columns).join(
        result, (result.c.entry == analysis.c.entry) & (result.c.test == analysis.c.test)
    )
    query = query.where(result.c.batch == batch, result.c.superseded_by.is_(None), analysis.c.sample.is_not(None))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query.order_by(result.c.idx, result.c.line)):
        found.setdefault(row.sample, []).append(
            {name: getattr(row, name) for name in ("test", "value", "unit", "verdict")}
        )
    return found


def _request(row: Row[Any]) -> Request:
    said = {name: value for name, value in row._mapping.items() if name != "idx"}
    for name in ("amount", "drawn"):
        said[name] = None if said[name] is None else orjson.loads(said[name])
    return Request(**said)
