"""The kinds of planning: how an item is planned, what is demanded, on which days work is done."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.planning import deciding, model, projection, queries


class ParametersSet(Schema):
    """Of an item in its `unit`. `lead_days` are working days; `step`: the smallest amount that is ordered;
    `shelf_days`: how long it keeps from when it comes, null where it keeps."""

    item = fields.code()
    unit = fields.text(20)
    lead_days = fields.whole(0, 1_000)
    policy = fields.choice(*model.POLICIES)
    size = fields.decimal(none=True)
    minimum = fields.decimal(none=True)
    multiple = fields.decimal(none=True)
    period_days = fields.whole(1, 366, none=True)
    safety = fields.decimal()
    yield_percent = fields.decimal()
    step = fields.decimal()
    shelf_days = fields.whole(1, 10_000, none=True)
    reason = fields.text(2000, none=True)


class DemandSet(Schema):
    """A line of the master production schedule; nothing of it any more where the quantity is nothing. `source`: the
    order, forecast or decision that it comes from."""

    demand = fields.code()
    item = fields.code()
    quantity = fields.nested(fields.FoundShape)
    due = fields.planned_day()
    source = fields.text(200)
    reason = fields.text(2000, none=True)


class CalendarSet(Schema):
    """`weekdays` from Monday = 0; `closed`: days on which nothing is done."""

    calendar = fields.code()
    weekdays = plain.List(fields.whole(0, 6), required=True, validate=validate.Length(0, 7))
    closed = plain.List(fields.day(), required=True, validate=validate.Length(0, 1000))
    reason = fields.text(2000, none=True)


def decide_parameters(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    return _ruling(deciding.parameters_refused(given, queries.units_of(connection, given["item"])), entry)


def decide_demand(connection: Connection, entry: Entry) -> Ruling:
    given, before = entry.payload, queries.find_demand(connection, entry.payload["demand"])
    known = queries.units_of(connection, given["item"])
    return _ruling(deciding.demand_refused(given, known, None if before is None else before.item), entry)


def decide_calendar(connection: Connection, entry: Entry) -> Ruling:
    return _ruling(deciding.calendar_refused(entry.payload), entry)


def _ruling(code: str | None, entry: Entry) -> Ruling:
    if code is None:
        return Ruling()
    about = {name: entry.payload[name] for name in ("item", "demand", "calendar") if name in entry.payload}
    return Ruling(refusal=code, details=about)


_BY = (model.PLANS,)
KINDS = (
    Kind(model.PARAMETERS, ParametersSet, "decision", decide_parameters, projection.set_parameters, by=_BY),
    Kind(model.DEMAND, DemandSet, "decision", decide_demand, projection.set_demand, by=_BY),
    Kind(model.CALENDAR, CalendarSet, "decision", decide_calendar, projection.set_calendar, by=_BY),
)
ROOM = Room("planning", KINDS)
