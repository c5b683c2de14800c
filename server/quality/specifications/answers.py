"""The kind of results by a specification: which is asked, what was found, and nothing that the specification says."""

from marshmallow import Schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.quality import model, projection
from server.quality.entries import about
from server.quality.specifications import rules


class SpecifiedAnswer(Schema):
    """What was found for a test of a specification: a number in its unit with all digits; the code of an option; or a
    text with whether it conforms."""

    test = fields.code()
    value = fields.decimal(none=True)
    text = fields.text(400, none=True)
    conforms = plain.Boolean(required=True, allow_none=True, truthy={True}, falsy={False})


class ResultsAnswered(Schema):
    """Results by a specification, which says names, units and limits."""

    stage = fields.choice(*model.STAGES)
    specification = fields.code()
    version = fields.whole(1, 9_999)
    results = fields.many(SpecifiedAnswer, 1, 60)


def judge(connection: Connection, entry: Entry) -> Ruling:
    """By the specification that is in force for what they are of; what does not answer it is flagged, and decides
    nothing."""
    flags, lines = about(connection, entry), entry.payload["results"]
    specification = projection.answered(connection, entry)
    if specification is None:
        return Ruling(flags=(*flags, "specification_differs"))
    if projection.outdated(connection, entry, specification):
        flags.append("specification_differs")
    if not rules.all_fit(specification.tests, lines):
        flags.append("results_unfit")
    if any(row["verdict"] == "fail" for row in projection.of_answers(specification, lines)):
        flags.append("out_of_limits")
    return Ruling(flags=tuple(flags))


KIND = Kind(model.RESULTS_RECORDED_V2, ResultsAnswered, "observation", judge, projection.keep_answers)
