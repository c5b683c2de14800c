"""The HTTP interface of planning: the plan as it comes out now, why each number, and what it is told."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import days, plant
from server.core.kinds import Fact
from server.core.tables import TableQuery, received
from server.identity.access import current_person, require
from server.planning import entries, importing, model, pages, queries

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("planning", __name__, url_prefix="/api/planning", description="What is needed until when")


@blueprint.get("")
@require("batch.read")
def overview() -> Answer:
    """Every item with what is asked, there, proposed and short, in its unit. PestleError `planning_bill_circular`."""
    with plant.current().engine.connect() as connection:
        return pages.Page(connection, days.today(connection)).overview()


@blueprint.get("/items")
@require("batch.read")
def plannable() -> Answer:
    """Everything that can be demanded: {item, name, unit}, by code."""
    with plant.current().engine.connect() as connection:
        return {"items": queries.plannable(connection)}


@blueprint.get("/items/<code>")
@require("batch.read")
def item(code: str) -> Answer:
    """Why the numbers of an item are what they are. PestleError `planning_item_unknown`."""
    with plant.current().engine.connect() as connection:
        return pages.Page(connection, days.today(connection)).item(code)


@blueprint.get("/orders/<batch>")
@require("batch.read")
def order(batch: str) -> Answer:
    """What an order needs of each item of its bill, and how much of it is there. PestleError
    `planning_bill_circular`."""
    with plant.current().engine.connect() as connection:
        return {"items": pages.Page(connection, days.today(connection)).order(batch)}


@blueprint.get("/demands")
@require("batch.read")
def demands() -> Answer:
    """What is demanded, the first due first."""
    with plant.current().engine.connect() as connection:
        return {"items": [_demand(row) for row in queries.demands(connection)]}


@blueprint.post("/demands")
@require(model.PLANS)
@blueprint.arguments(entries.DemandSet)
@blueprint.response(201)
def set_demand(body: Body) -> Answer:
    """Set a demand; with a quantity of nothing it is wanted no more. PestleError `planning_item_unknown`,
    `planning_unit_wrong`, `planning_item_changed`."""
    return _state(model.DEMAND, model.demand_stream(body["demand"]), body)


@blueprint.post("/demands/table")
@require(model.PLANS)
@blueprint.arguments(TableQuery, location="query")
def take_demands(query: Body) -> Answer:
    """Set the demands of a CSV or Excel file, the body, whole or not at all; a dry run only shows each line with what
    it would do and what is wrong with it. PestleError `table_unreadable`, `table_too_long`."""
    here = plant.current()
    return importing.take(here, received(), current_person().id, query["dry_run"]).payload()


@blueprint.post("/parameters")
@require(model.PLANS)
@blueprint.arguments(entries.ParametersSet)
@blueprint.response(201)
def set_parameters(body: Body) -> Answer:
    """Set how an item is planned. PestleError `planning_item_unknown`, `planning_unit_wrong`,
    `planning_numbers_wrong`."""
    return _state(model.PARAMETERS, model.parameters_stream(body["item"]), body)


@blueprint.post("/calendars")
@require(model.PLANS)
@blueprint.arguments(entries.CalendarSet)
@blueprint.response(201)
def set_calendar(body: Body) -> Answer:
    """Set on which days work is done; "site" counts lead times. PestleError `planning_no_working_day`."""
    return _state(model.CALENDAR, model.calendar_stream(body["calendar"]), body)


def _state(kind: str, stream: str, body: Body) -> Answer:
    plant.current().recorder.state(Fact(kind, stream, dict(body), subject=stream, actor=current_person().id))
    return dict(body)


def _demand(row: Any) -> Answer:
    quantity = {"value": row.quantity_value, "unit": row.quantity_unit}
    said = {name: getattr(row, name) for name in ("demand", "item", "due", "source", "set_at")}
    return said | {"quantity": quantity}
