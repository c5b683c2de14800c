"""The kind of alerts: that somebody has taken notice of one, which is a record as the alert is about records."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.alerts import model, projection, queries
from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling


class Acknowledged(Schema):
    """`alert` is its id, the first half of a SHA-256 in hexadecimal; `code` and `about` (the address of the screen)
    say what it was, since alerts themselves are no records."""

    alert = plain.String(required=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))
    code = fields.code()
    about = fields.text(500)
    raised_at = fields.time()
    comment = fields.text(2000, none=True)


def decide(connection: Connection, entry: Entry) -> Ruling:
    """By somebody who was told of it, once, and as it was told."""
    given = entry.payload
    found = queries.find(connection, given["alert"], entry.actor)
    if found is None or (found.code, found.link, found.raised_at) != (
        given["code"],
        given["about"],
        given["raised_at"],
    ):
        return Ruling(refusal="alert_unknown", details={"alert": given["alert"]})
    if found.acknowledged is not None:
        return Ruling(refusal="alert_acknowledged", details={"alert": given["alert"], "by": found.acknowledged.person})
    return Ruling()


KINDS = (Kind(model.ACKNOWLEDGED, Acknowledged, "decision", decide, projection.acknowledge),)
ROOM = Room("alerts", KINDS)
