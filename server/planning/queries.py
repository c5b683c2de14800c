"""Reads of planning: what was set, and which units an item is counted in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from server.materials import queries as materials
from server.planning import model
from server.planning.days import Days
from server.planning.projection import calendar, demand, parameters, whole
from server.production import queries as batches
from server.recipes import queries as recipes


def units_of(connection: Connection, item: str) -> set[str]:
    """That of the register of materials; of what is only made, those that approved recipes say."""
    unit = materials.material_unit(connection, item)
    return {unit} if unit is not None else recipes.sizes(connection).get(item, set())


def plannable(connection: Connection) -> list[dict[str, Any]]:
    """Materials of the register and products that are made, {item, name, unit}, by code."""
    names, found = recipes.products(connection) | materials.all_names(connection), materials.units(connection)
    made = {code: min(units) for code, units in recipes.sizes(connection).items()}
    return [{"item": code, "name": names[code], "unit": unit} for code, unit in sorted((made | found).items())]


def find_demand(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(demand).where(demand.c.demand == name)).first()


def every_demand(connection: Connection) -> dict[str, Row[Any]]:
    """As each was set last, by its number; also those of which nothing is wanted any more."""
    return {row.demand: row for row in connection.execute(select(demand))}


def demands(connection: Connection) -> Sequence[Row[Any]]:
    """Those of which something is still wanted, the first due first."""
    rows = connection.execute(select(demand).order_by(demand.c.due, demand.c.demand))
    return [row for row in rows if row.quantity_value.strip("0.") != ""]


def all_parameters(connection: Connection) -> dict[str, Row[Any]]:
    return {row.item: row for row in connection.execute(select(parameters).order_by(parameters.c.item))}


def days(connection: Connection, code: str = model.SITE) -> Days:
    """Those of a calendar, as a rule the site's; every day where none is set."""
    row = connection.execute(select(calendar).where(calendar.c.calendar == code)).first()
    if row is None:
        return Days()
    return Days.of(whole(row.weekdays), map(str, whole(row.closed)))


def knows_calendar(connection: Connection, code: str) -> bool:
    """The site has one before it is set."""
    return code == model.SITE or code in calendars(connection)


def calendars(connection: Connection) -> dict[str, dict[str, Any]]:
    """As they were set, {calendar, weekdays, closed}, by code."""
    rows = connection.execute(select(calendar).order_by(calendar.c.calendar))
    return {
        row.calendar: {"calendar": row.calendar, "weekdays": whole(row.weekdays), "closed": whole(row.closed)}
        for row in rows
    }


def planned_orders(connection: Connection) -> Sequence[Row[Any]]:
    """Every batch order that was planned, whatever became of it."""
    return batches.all_orders(connection)
