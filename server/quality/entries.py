"""The kinds of quality: results recorded, of a lot or of a batch; deviations opened and closed."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Decide, Entry, Kind, Project, Room, Ruling
from server.engines.forms.records import model as records
from server.identity import queries as identity
from server.quality import carrying, model, projection, queries, rules
from server.quality.specifications.rules import same_limits


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

    Where a specification is in force its limits count, after rounding; other limits than its own are flagged too. So is
    who may not record results, and a correction of what is no result of this batch or lot: see `TAKES_NO_PLACE`.
    """
    lines, specification = entry.payload["results"], projection.judging(connection, entry)
    flags = about(connection, entry, {line["test"] for line in lines})
    tests = [None if specification is None else specification.test(line["test"]) for line in lines]
    if any(test is not None and not same_limits(test, line) for test, line in zip(tests, lines, strict=True)):
        flags.append("limits_differ")
    if projection.outdated(connection, entry, specification):
        flags.append("specification_differs")
    judged = [projection.of_stated(line, test)["verdict"] for test, line in zip(tests, lines, strict=True)]
    if judged != [line["verdict"] for line in lines]:
        flags.append("verdict_differs")
    if "fail" in judged:
        flags.append("out_of_limits")
    return Ruling(flags=tuple(flags))


def about(connection: Connection, entry: Entry, answered: Collection[str]) -> list[str]:
    """What is wrong with who records results, of what, and instead of which; `answered`: the tests that they answer."""
    flags = []
    subject = model.subject_of(entry.header.stream)
    if subject == (None, None, None):
        flags.append("subject_mismatch")
    imported = entry.actor == entry.header.device == "server"
    if not imported and not identity.permitted(connection, entry.actor, "results.record"):
        flags.append("person_not_permitted")
    corrects = entry.header.corrects
    if corrects is not None and not (
        entry.header.reason
        and queries.is_result_of(connection, corrects, subject)
        and not queries.talks_away(connection, corrects, entry.payload["stage"], answered)
    ):
        flags.append("correction_unknown")
    return flags


def _number() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(r"DEV-[0-9]{4}-[0-9]{4,9}\Z"))


class DeviationOpened(Schema):
    """`entry` is the one that it was opened for, `device` what delivered that; `summary` is a person's, or null."""

    deviation = _number()
    batch = fields.code()
    code = fields.code()
    entry = fields.entry_id(none=True)
    device = fields.code(none=True)
    summary = fields.text(4000, none=True)


class DeviationClosedV1(Schema):
    """By hand. `entries`: how many entries QA had before them when they concluded."""

    deviation = _number()
    batch = fields.code()
    entries = fields.whole()
    conclusion = fields.text(4000)
    reason = fields.text(2000)


class DeviationClosed(Schema):
    """By the end of the flow that carried it: `instance`; `reason` is what its last signer has added, or null."""

    deviation = _number()
    batch = fields.code()
    entries = fields.whole()
    instance = fields.code()
    conclusion = fields.text(4000)
    reason = fields.text(2000, none=True)


def decide_opening(connection: Connection, entry: Entry) -> Ruling:
    """By the server, for what it finds, or by who works on batches or reviews them; the next number of the year. Where
    the plant has put it to use, a flow begins with it."""
    given, last = entry.payload, 0
    parsed = model.parse_number(given["deviation"])
    if parsed is not None:
        last = queries.last_number(connection, parsed[0])
    if not rules.number_is_next(given["deviation"], entry.header.captured_at, last):
        return Ruling(refusal="deviation_number_wrong", details={"deviation": given["deviation"]})
    return Ruling(consequences=carrying.begun(connection, given, entry.actor))


def decide_closing(connection: Connection, entry: Entry) -> Ruling:
    """QA concludes, with a reason, having seen every entry that the deviation is about; or the flow that carries it."""
    given = entry.payload
    found = queries.find_deviation(connection, given["deviation"])
    code = rules.closing_refused(found, given["batch"], given["entries"])
    if code is None and entry.kind == model.DEVIATION_CLOSED:
        code = carrying.refused(connection, given, entry.actor)
    elif code is None and carrying.is_carried(connection, given["deviation"]):
        code = "deviation_in_flow"
    return Ruling(refusal=code, details={"deviation": given["deviation"]}) if code is not None else Ruling()


def judge_after_seal(connection: Connection, entry: Entry) -> Ruling:
    """An entry that came after the seal of its batch opens a deviation (21 CFR 211.192; CN 2010, 250)."""
    if model.POST_SEAL not in entry.flags:
        return Ruling()
    return Ruling(consequences=queries.after_seal(connection, entry))


def judge_reported(connection: Connection, entry: Entry) -> Ruling:
    """An exception that somebody reports, who may ask for a deviation at once, also without a network (QUA-05)."""
    facts = list(judge_after_seal(connection, entry).consequences)
    if rules.is_opened(entry.payload["deviation"], entry.flags, queries.is_told(connection, entry.header.corrects)):
        facts.append(queries.reported(connection, entry, sum(one.kind == model.DEVIATION_OPENED for one in facts)))
    return Ruling(consequences=facts)


def _closed(name: str, shape: type[Schema]) -> Kind:
    return Kind(name, shape, "decision", decide_closing, projection.close_deviation, by=_CLOSES)


_OPENS, _CLOSES = ("server", "batch.review", "batch.work"), ("batch.review",)
KINDS = (
    Kind(model.RESULTS_RECORDED, ResultsRecorded, "observation", judge_results, projection.keep_results),
    Kind(model.DEVIATION_OPENED, DeviationOpened, "decision", decide_opening, projection.open_deviation, by=_OPENS),
    _closed(model.DEVIATION_CLOSED_V1, DeviationClosedV1),
    _closed(model.DEVIATION_CLOSED, DeviationClosed),
)
# What the room of production flags as come after the seal.
_OF_BATCHES = (
    "production.phase_started.v1",
    "production.line_cleared.v1",
    "production.material_weighed.v1",
    "production.material_dispensed.v1",
    "production.rest_weighed.v1",
    "production.parameter_recorded.v1",
    "production.parameter_recorded.v2",
    "production.check_recorded.v1",
    "production.yield_recorded.v1",
    "production.material_balanced.v1",
    "production.specimen_kept.v1",
    "production.phase_completed.v1",
    "production.phase_held.v1",
    "production.phase_resumed.v1",
    "production.phase_aborted.v1",
    "production.phase_skipped.v1",
    "production.equipment_identified.v1",
    "production.equipment_cleaned.v1",
    "production.cleaning_checked.v1",
    "production.alarm_raised.v1",
    "production.paper_begun.v1",
    "production.paper_ended.v1",
    "production.remark_added.v1",
    "production.sample_requested.v1",
    "production.photo_attached.v1",
    "production.exception_raised.v1",
    model.REPORT,
)
LISTENERS: Mapping[str, Project] = dict.fromkeys(
    (*_OF_BATCHES, model.RESULTS_RECORDED, *records.WORK), projection.join_deviation
)
JUDGES: Mapping[str, Decide] = {
    **dict.fromkeys(_OF_BATCHES, judge_after_seal),
    model.REPORT: judge_reported,
    **carrying.JUDGES,
}
ROOM = Room("quality", KINDS, LISTENERS, JUDGES)
