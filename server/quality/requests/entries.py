"""The kinds by which a sampling request is answered, and by which somebody says why what was drawn is not tested; the
request itself is production's, and heard here."""

from collections.abc import Mapping

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Project, Room, Ruling
from server.quality.requests import model, projection, queries, rules


class RequestAnswered(Schema):
    """`request` is the entry that asked. `sample` is the number of what was drawn, `amount` how much; or `reason` why
    nothing was."""

    batch = fields.code()
    request = fields.entry_id()
    sample = fields.text(100, none=True)
    amount = fields.nested(fields.AmountShape, none=True)
    reason = fields.text(2000, none=True)
    comment = fields.text(2000, none=True)


def decide_answer(connection: Connection, entry: Entry) -> Ruling:
    """Once, by the laboratory or by QA; a sample has the next number of its batch."""
    given = entry.payload
    asked, drawn = queries.find(connection, given["request"]), queries.drawn(connection, given["batch"])
    code = rules.refused(asked, given, entry.actor, drawn)
    return Ruling() if code is None else Ruling(refusal=code, details={"request": given["request"]})


class SampleUntested(Schema):
    """Why the sample that was drawn for `request`, the entry that asked, is not tested: it is retained, say."""

    batch = fields.code()
    request = fields.entry_id()
    reason = fields.text(2000)


def decide_untested(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.untested_refused(queries.find(connection, given["request"]), given, entry.actor)
    return Ruling() if code is None else Ruling(refusal=code, details={"request": given["request"]})


_ANSWERS = (model.TAKES, model.RECORDS, model.REVIEWS)
KINDS = (
    Kind(model.ANSWERED, RequestAnswered, "decision", decide_answer, projection.answer, by=_ANSWERS),
    Kind(model.UNTESTED, SampleUntested, "decision", decide_untested, projection.leave_untested, by=_ANSWERS),
)
LISTENERS: Mapping[str, Project] = {model.REQUESTED: projection.ask}
ROOM = Room("quality", KINDS, LISTENERS)
