"""The kinds of the usage decision, and what it asks of the status of a lot before anybody's signature stands."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from sqlalchemy import Connection

from server.core import days, fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import signing
from server.materials import queries as materials
from server.materials.model import STATUS_CHANGED, STATUS_CHANGES
from server.quality.model import subject_of
from server.quality.usage import batches, certificates, model, outcomes, projection, queries, rules


class ResultsChecked(signing.Signed):
    """`entry` recorded the results; `digest` is the SHA-256 of its header, which covers all that it says."""

    entry = fields.entry_id()
    digest = fields.sha256()
    comment = fields.text(2000, none=True)
    meaning = signing.meaning(model.CHECK_MEANING["code"])


class ResultSetAside(signing.Signed):
    """The result of `test` in `entry` does not count, that in `instead` does; `reason`: what was found about it."""

    entry = fields.entry_id()
    test = fields.code()
    instead = fields.entry_id()
    reason = fields.text(4000)
    meaning = signing.meaning(model.ASIDE_MEANING["code"])


class SamplingResumed(signing.Signed):
    """Lots of `material` from `supplier`, as it was named at receipt, are sampled again, tightened; `reason`: what the
    supplier has done, and why it will help."""

    material = fields.code()
    supplier = fields.text()
    reason = fields.text(4000)
    meaning = signing.meaning(model.RESUME_MEANING["code"])


class CertificateLine(Schema):
    """What it says of a test: a number in its unit, or words; `name` where our specification has no such test."""

    test = fields.code()
    name = fields.text(none=True)
    value = fields.decimal(none=True)
    unit = fields.text(20, none=True)
    text = fields.text(400, none=True)

    @validates_schema
    def check_content(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if (data["value"] is None) == (data["text"] is None) or (data["value"] is None) != (data["unit"] is None):
            raise ValidationError("a number with its unit, or words", "value")


class CertificateFile(Schema):
    sha256 = fields.sha256()
    name = fields.text()


class CertificateRecorded(Schema):
    """What the certificate of analysis says that came with a lot. `number` and `issued` (a day) as it bears them."""

    material = fields.code()
    lot = fields.number()
    number = fields.text(80, none=True)
    issued = fields.day(none=True)
    file = fields.nested(CertificateFile, none=True)
    lines = fields.many(CertificateLine, 1, 60)


def decide_certificate(connection: Connection, entry: Entry) -> Ruling:
    """Of a lot that is known; what it says is the supplier's word, and judged by nobody here but by looking at it."""
    given = entry.payload
    known = materials.find_lot(connection, given["material"], given["lot"])
    if known is None or entry.header.stream != queries.stream(given["material"], given["lot"]):
        return Ruling(refusal="lot_unknown", details={"lot": f"{given['material']}/{given['lot']}"})
    return Ruling()


def judge_status(connection: Connection, entry: Entry) -> Ruling:
    """On exactly what was shown, and nothing is released that something stands against (CN GMP 2010, 106 and 223)."""
    given = entry.payload
    found = queries.facts(connection, given["material"], given["lot"], days.captured(connection, entry))
    if found is None:
        return Ruling()
    code = rules.refused(given, found, entry.actor)
    return Ruling() if code is None else Ruling(refusal=code[0], details=code[1])


def decide_check(connection: Connection, entry: Entry) -> Ruling:
    """Results of a lot or of a batch, by somebody else than who recorded them, of exactly what stands there."""
    given = entry.payload
    batch, material, lot = subject_of(entry.header.stream)
    if batch is not None:
        found = batches.lines(connection, batch)
    elif material is not None and lot is not None:
        found = queries.lines(connection, material, lot)
    else:
        return Ruling(refusal="not_found", details={"entry": given["entry"]})
    lines = [one for one in found if one.entry == given["entry"]]
    code = rules.check_refused(lines, entry.actor)
    if code is None and queries.digest_of(connection, given["entry"]) != given["digest"]:
        code = "digest_stale"
    if code is not None:
        return Ruling(refusal=code, details={"entry": given["entry"]})
    return signing.refusal(connection, entry, model.said_of_check(given)) or Ruling()


def decide_aside(connection: Connection, entry: Entry) -> Ruling:
    """QA, after a retest: the original does not count, and stays where it is (QUA-03)."""
    given = entry.payload
    _, material, lot = subject_of(entry.header.stream)
    found = (
        None
        if material is None or lot is None
        else queries.facts(connection, material, lot, days.captured(connection, entry))
    )
    code = "not_found" if found is None else rules.aside_refused(given, found, entry.actor)
    if code is not None:
        return Ruling(refusal=code, details={"entry": given["entry"], "test": given["test"]})
    return signing.refusal(connection, entry, model.said_of_aside(given)) or Ruling()


def decide_resuming(connection: Connection, entry: Entry) -> Ruling:
    """QA, of a supplier of whose lots five were not accepted under tightened inspection."""
    given = entry.payload
    code = rules.resuming_refused(outcomes.standing(connection, given["material"], given["supplier"]))
    if code is None and entry.header.stream != model.supply(given["material"], given["supplier"]):
        code = "not_found"
    if code is not None:
        return Ruling(refusal=code, details={"material": given["material"], "supplier": given["supplier"]})
    return signing.refusal(connection, entry, model.said_of_resuming(given)) or Ruling()


KINDS = (
    Kind(model.CHECKED, ResultsChecked, "decision", decide_check, projection.keep_check, by=(model.RECORDS,)),
    Kind(
        certificates.RECORDED,
        CertificateRecorded,
        "decision",
        decide_certificate,
        projection.keep_certificate,
        by=("server", *model.KEEPS_CERTIFICATES),
    ),
    Kind(model.RESUMED, SamplingResumed, "decision", decide_resuming, projection.resume, by=(model.DECIDES,)),
    Kind(model.SET_ASIDE, ResultSetAside, "decision", decide_aside, projection.set_aside, by=(model.DECIDES,)),
)
ROOM = Room(
    "quality",
    KINDS,
    listeners=dict.fromkeys(STATUS_CHANGES, projection.keep_decision),
    judges={STATUS_CHANGED: judge_status},
)
