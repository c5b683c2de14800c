"""A refused decision leaves an entry (PLT-16): this one, where the room that refused has nothing better to say."""

from marshmallow import Schema

from server.core import fields
from server.core.kinds import Entry, Fact, Kind, Room

REFUSED = "core.decision_refused.v1"


class DecisionRefused(Schema):
    """Kind and stream of the decision that was not taken, and the code of the catalogue that says why."""

    kind = fields.text()
    stream = fields.text()
    code = fields.code()


def refused(asked: Entry, code: str) -> Fact:
    """In the stream of the site, since what was not decided is no part of a batch's record; by who wanted it."""
    payload = {"kind": asked.kind, "stream": asked.header.stream, "code": code}
    return Fact(REFUSED, "site", payload, actor=asked.actor)


ROOM = Room("core", (Kind(REFUSED, DecisionRefused, "observation", by_server=True),))
