"""The kinds of results by a specification: which is asked, what was found, and nothing that the specification says."""

from marshmallow import Schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import days, fields
from server.core.kinds import Entry, Kind, Ruling
from server.equipment import queries as equipment
from server.quality import model, projection, queries
from server.quality.entries import about
from server.quality.inspection import queries as inspections
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


class Reagent(Schema):
    """`kind`: a reagent or a standard; `lot` its own number, `expiry` the day that its label gives, if any."""

    kind = fields.choice("reagent", "standard")
    name = fields.text()
    lot = fields.number()
    expiry = fields.day(none=True)


class SpecifiedAnalysis(SpecifiedAnswer):
    """An answer with what it was found with: an instrument of the register, reagents and standards."""

    instrument = fields.code(none=True)
    reagents = fields.many(Reagent, 0, 20)


class ResultsAnalysed(ResultsAnswered):
    """`analyst` has tested it; `sample` as its label says; `retest_of`: the entry whose results are tested again."""

    results = fields.many(SpecifiedAnalysis, 1, 60)
    analyst = fields.code()
    inspection = fields.code(none=True)
    sample = fields.code(none=True)
    retest_of = fields.entry_id(none=True)


def judge_analysis(connection: Connection, entry: Entry) -> Ruling:
    """What was tested with something that was not fit for it is kept, and flagged (CN GMP 2010, 143 and 226)."""
    ruling, given, day = judge(connection, entry), entry.payload, days.captured(connection, entry)
    known = {one["instrument"]: one["instrument"] for one in given["results"] if one["instrument"] is not None}
    instruments = [equipment.find_equipment(connection, code) for code in known]
    flags = ["equipment_unknown"] if None in instruments else []
    due = [one.calibration_due for one in instruments if one is not None and one.calibration_due is not None]
    if any(each < day for each in due):
        flags.append("instrument_overdue")
    ends = [each["expiry"] for one in given["results"] for each in one["reagents"] if each["expiry"] is not None]
    if any(each < day for each in ends):
        flags.append("reagent_expired")
    of, subject = given["retest_of"], model.subject_of(entry.header.stream)
    if of is not None and not queries.is_result_of(connection, of, subject):
        flags.append("retest_unknown")
    _, material, lot = subject
    if given["sample"] is not None and material is not None and lot is not None:
        flags += ["sample_unfit"] if inspections.unfit(connection, material, lot, [given["sample"]]) else []
    return Ruling(flags=(*ruling.flags, *flags))


def judge(connection: Connection, entry: Entry) -> Ruling:
    """By the specification that is in force for what they are of; what does not answer it is flagged, and decides
    nothing."""
    lines, specification = entry.payload["results"], projection.answered(connection, entry)
    rows = [] if specification is None else projection.of_answers(specification, lines)
    flags = about(connection, entry, {row["test"] for row in rows})
    if specification is None:
        return Ruling(flags=(*flags, "specification_differs"))
    if projection.outdated(connection, entry, specification):
        flags.append("specification_differs")
    if not rules.all_fit(specification.tests, lines):
        flags.append("results_unfit")
    if any(row["verdict"] == "fail" for row in rows):
        flags.append("out_of_limits")
    return Ruling(flags=tuple(flags))


KINDS = (
    Kind(model.RESULTS_RECORDED_V2, ResultsAnswered, "observation", judge, projection.keep_answers),
    Kind(model.RESULTS_RECORDED_V3, ResultsAnalysed, "observation", judge_analysis, projection.keep_analysis),
)
