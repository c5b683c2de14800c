"""The HTTP interface of the schedule: lines, the chart over some days, and the slot of a batch."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields, plant
from server.core.kinds import Fact
from server.identity.access import current_person, require
from server.planning import model as planning
from server.planning import queries as calendars
from server.planning.lines import entries, model, pages, queries

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("lines", __name__, url_prefix="/api/planning", description="When which batch has which line")


class Whiles(Schema):
    """The chart from a moment on, for so many hours."""

    since = fields.planned_time()
    hours = plain.Integer(required=True, validate=validate.Range(1, 24 * 100))


class Wish(Schema):
    line = fields.code()
    start = fields.planned_time()


@blueprint.get("/lines")
@require("batch.read")
def lines() -> Answer:
    """Lines as they were set, by code; and the calendars that their shifts may follow."""
    with plant.current().engine.connect() as connection:
        known = list(calendars.calendars(connection).values())
        return {"items": queries.all_lines(connection), "calendars": known}


@blueprint.post("/lines")
@require(planning.PLANS)
@blueprint.arguments(entries.LineSet)
@blueprint.response(201)
def set_line(body: Body) -> Answer:
    """Set a line. PestleError `planning_line_wrong`."""
    return _state(model.LINE, model.line_stream(body["line"]), body)


@blueprint.get("/schedule")
@require("batch.read")
@blueprint.arguments(Whiles, location="query")
def chart(asked: Body) -> Answer:
    """Lines with working time and slots, what is short of each, and what waits for a line."""
    since = datetime.fromisoformat(asked["since"]).astimezone(UTC)
    with plant.current().engine.connect() as connection:
        return pages.chart(connection, since, since + timedelta(hours=asked["hours"]))


@blueprint.get("/schedule/<batch>/proposal")
@require("batch.read")
@blueprint.arguments(Wish, location="query")
def propose(asked: Body, batch: str) -> Answer:
    """From when to when the batch would have the line if it began then. PestleError `planning_line_unknown`,
    `planning_duration_unknown`."""
    with plant.current().engine.connect() as connection:
        return pages.proposal(connection, batch, asked["line"], datetime.fromisoformat(asked["start"]))


@blueprint.post("/schedule")
@require(planning.PLANS)
@blueprint.arguments(entries.OrderScheduled)
@blueprint.response(201)
def schedule(body: Body) -> Answer:
    """Give a batch a line for a while, or none. PestleError `planning_batch_unknown`, `planning_batch_done`,
    `planning_line_unknown`, `planning_times_wrong`, `planning_outside_hours`, `planning_overlap`."""
    return _state(model.SCHEDULED, model.slot_stream(body["batch"]), body)


def _state(kind: str, stream: str, body: Body) -> Answer:
    plant.current().recorder.state(Fact(kind, stream, dict(body), subject=stream, actor=current_person().id))
    return dict(body)
