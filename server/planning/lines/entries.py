"""The kinds of the schedule: a line with its shifts, and when a batch is made on it."""

from collections.abc import Mapping

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Project, Room, Ruling
from server.planning import model as planning
from server.planning import queries as calendars
from server.planning.lines import model, projection, queries, rules
from server.production.model import ORDER_WITHDREW


def _clock() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"))


class Shift(Schema):
    """HH:MM by the clock of the line's zone; an end that is not later than the start is that of the next day."""

    start = _clock()
    end = _clock()


class LineSet(Schema):
    """`rooms` and `equipment_class`: where and on what it works. `calendar`: on which days its shifts begin; without a
    shift it makes nothing. `zone`: IANA, by whose clock."""

    line = fields.code()
    name = fields.nested(fields.TextPair)
    equipment_class = fields.text(80, none=True)
    rooms = fields.words(most=50)
    calendar = fields.code()
    zone = fields.text(60)
    shifts = fields.many(Shift, most=6)
    reason = fields.text(2000, none=True)


class OrderScheduled(Schema):
    """From when to when a batch has its line, UTC; all three null: it is on none any more."""

    batch = fields.code()
    line = fields.code(none=True)
    start = fields.planned_time(none=True)
    end = fields.planned_time(none=True)
    reason = fields.text(2000, none=True)


def decide_line(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.line_refused(given, calendars.knows_calendar(connection, given["calendar"]))
    return Ruling() if code is None else Ruling(refusal=code, details={"line": given["line"]})


def decide_slot(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    on, taken = None, []
    if given["line"] is not None:
        on = queries.find_line(connection, given["line"])
        taken = queries.taken(connection, given["line"], given["batch"])
    code = rules.refused(given, on, queries.state_of(connection, given["batch"]), taken)
    if code is None:
        return Ruling()
    details = {name: given[name] for name in ("batch", "line", "start", "end")}
    if code == "planning_overlap":
        details["batches"] = rules.overlapping(given["line"], *rules.times(given), taken)
    return Ruling(refusal=code, details=details)


_BY = (planning.PLANS,)
KINDS = (
    Kind(model.LINE, LineSet, "decision", decide_line, projection.set_line, by=_BY),
    Kind(model.SCHEDULED, OrderScheduled, "decision", decide_slot, projection.schedule, by=_BY),
)
LISTENERS: Mapping[str, Project] = {ORDER_WITHDREW: projection.take_off}
ROOM = Room("planning", KINDS, LISTENERS)
