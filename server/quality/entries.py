"""The kind of quality: results recorded, of a lot or of a batch."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import queries as identity
from server.quality import model, projection, queries, rules


class _Result(Schema):
    test = fields.code()
    name = fields.nested(fields.TextPair, none=True)
    value = fields.nested(fields.QuantityShape)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    verdict = fields.choice(*model.VERDICTS)

    @validates_schema
    def check_range(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if not fields.ordered(data["low"], data["high"]):
            raise ValidationError("low is above high", "low")


class _Source(Schema):
    """The line of the file that results were imported from."""

    file = fields.text()
    line = fields.whole(1)
    mapping = fields.text()


class ResultsRecorded(Schema):
    stage = fields.choice(*model.STAGES)
    results = fields.many(_Result, 1)
    source = fields.nested(_Source, none=True)


def judge_results(connection: Connection, entry: Entry) -> Ruling:
    """The stated verdict is kept as it was stated; where the limits say otherwise, the entry is flagged.

    So is who may not record results, and a correction of what is no result of this batch or lot: see `TAKES_NO_PLACE`.
    """
    flags = []
    subject = model.subject_of(entry.header.stream)
    if subject == (None, None, None):
        flags.append("subject_mismatch")
    imported = entry.actor == entry.header.device == "server"
    if not imported and not identity.permitted(connection, entry.actor, "results.record"):
        flags.append("person_not_permitted")
    corrects = entry.header.corrects
    if corrects is not None and not (entry.header.reason and queries.is_result_of(connection, corrects, subject)):
        flags.append("correction_unknown")
    lines = entry.payload["results"]
    judged = [rules.verdict(line["value"]["value"], line["low"], line["high"]) for line in lines]
    if judged != [line["verdict"] for line in lines]:
        flags.append("verdict_differs")
    if "fail" in judged:
        flags.append("out_of_limits")
    return Ruling(flags=tuple(flags))


KINDS = (Kind("quality.results_recorded.v1", ResultsRecorded, "observation", judge_results, projection.keep_results),)
ROOM = Room("quality", KINDS)
