"""The tables of planning: parameters, demands, calendars as they were set last."""

import orjson
from sqlalchemy import Column, Connection, Integer, Table, Text

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from sync import canonical

_PLAIN = ("lead_days", "policy", "size", "minimum", "multiple", "period_days", "safety", "yield_percent", "step")

parameters = Table(
    "planning_parameters",
    records,
    Column("item", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("lead_days", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("size", Text),
    Column("minimum", Text),
    Column("multiple", Text),
    Column("period_days", Integer),
    Column("safety", Text, nullable=False),
    Column("yield_percent", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("shelf_days", Integer),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
demand = Table(
    "planning_demand",
    records,
    Column("demand", Text, primary_key=True),
    Column("item", Text, nullable=False),
    Column("quantity_value", Text, nullable=False),
    Column("quantity_unit", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
calendar = Table(
    "planning_calendar",
    records,
    Column("calendar", Text, primary_key=True),
    Column("weekdays", Text, nullable=False),
    Column("closed", Text, nullable=False),
)


def set_parameters(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("item", "unit", *_PLAIN, "shelf_days")}
    db.put(connection, parameters, values | _set(entry))


def set_demand(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("demand", "item", "due", "source")}
    values |= {"quantity_value": given["quantity"]["value"], "quantity_unit": given["quantity"]["unit"]}
    db.put(connection, demand, values | _set(entry))


def set_calendar(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: canonical.encode(given[name]).decode() for name in ("weekdays", "closed")}
    db.put(connection, calendar, {"calendar": given["calendar"], **values})


def whole(text: str) -> list[int]:
    found: list[int] = orjson.loads(text)
    return found


def _set(entry: Entry) -> dict[str, str]:
    return {"set_by": entry.actor, "set_at": entry.header.captured_at}
