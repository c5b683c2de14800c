"""The kinds of training: versions published, qualifications granted and withdrawn, documents read, needs set."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Decide, Entry, Kind, Room, Ruling
from server.core.qualifications import missing_by_clock
from server.core.steps import NOT_QUALIFIED, action
from server.identity import queries as identity
from server.identity import signing
from server.identity.model import SERVER
from server.training import model, projection, queries, rules

LONGEST = 12_000


class FileShape(Schema):
    """A file that is kept beside the log under its SHA-256."""

    sha256 = fields.sha256()
    name = fields.text()
    size = fields.whole(1)


def days(*, none: bool = False) -> fields.Whole:
    return fields.whole(0 if not none else 1, 36_500, none=none)


class VersionPublished(Schema):
    """`demands`: what it asks of those who hold the version before it, within so many days of `effective_from`;
    `valid_days`: how long a reading or a training is good for, null for as long as no version asks anew."""

    document = fields.code()
    version = fields.whole(1, 10_000)
    type = fields.choice(*model.TYPES)
    title = fields.nested(fields.TextPair)
    effective_from = fields.day()
    demands = fields.choice(*model.DEMANDS)
    within_days = days()
    valid_days = days(none=True)
    text = fields.text(LONGEST, none=True)
    file = fields.nested(FileShape, none=True)


class QualificationGranted(Schema):
    """`expires_on` is the last day that it is good for."""

    document = fields.code()
    version = fields.whole(1, 10_000)
    person = fields.code()
    evidence = fields.text(4000)
    file = fields.nested(FileShape, none=True)
    expires_on = fields.day(none=True)


class QualificationWithdrawn(Schema):
    document = fields.code()
    person = fields.code()
    reason = fields.text(2000)


class DocumentRead(signing.Signed):
    """The person's own electronic signature over exactly the version that was shown: `digest` is that of it."""

    document = fields.code()
    version = fields.whole(1, 10_000)
    digest = fields.sha256()
    meaning = signing.meaning(model.MEANING["code"])


def _codes() -> plain.List[Any]:
    one = plain.String(validate=fields.IS_CODE)
    return plain.List(one, required=True, validate=validate.Length(0, 50))


class RequirementSet(Schema):
    """All that a step needs from now on; an empty list: nothing."""

    on = fields.choice(*model.ON)
    name = fields.code()
    documents = _codes()
    reason = fields.text(2000)


def decide_version(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    before = queries.versions_of(connection, given["document"])
    problem = rules.publishing_refused(given, before[-1] if before else None, entry.header.captured_at[:10])
    return Ruling(refusal="version_wrong", details={"field": problem}) if problem is not None else Ruling()


def decide_grant(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    if identity.find_person(connection, given["person"]) is None:
        return Ruling(refusal="person_unknown", details={"person": given["person"]})
    versions = queries.versions_of(connection, given["document"])
    at = model.moment(entry.header.captured_at)
    return _refused(rules.granting_refused(given, entry.actor, versions, at), given["document"])


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """Of what the person holds now, or will hold again with nothing more done; nobody else's word is needed."""
    given = entry.payload
    proofs = queries.proofs_of(connection, given["person"], given["document"])
    counts = bool(proofs) and proofs[-1].what != model.REVOKED
    return _refused(None if counts else "qualification_unknown", given["document"])


def decide_reading(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    unsigned = signing.refusal(connection, entry, model.said(given))
    if unsigned is not None:
        return unsigned
    versions = queries.versions_of(connection, given["document"])
    code = rules.reading_refused(given, entry.actor, versions[-1] if versions else None)
    return _refused(code, given["document"])


def decide_requirement(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    if not rules.step_is_known(given["on"], given["name"]):
        return Ruling(refusal="step_unknown", details={"on": given["on"], "name": given["name"]})
    person = identity.find_person(connection, entry.actor)
    if person is not None and rules.is_own(given["on"], given["name"], person.permissions):
        return Ruling(refusal="requirement_own", details={"on": given["on"], "name": given["name"]})
    unknown = [code for code in given["documents"] if not queries.is_document(connection, code)]
    return _refused("procedure_unknown" if unknown else None, ", ".join(unknown))


def _refused(code: str | None, document: str) -> Ruling:
    return Ruling() if code is None else Ruling(refusal=code, details={"document": document})


def judging(permission: str) -> Decide:
    """A judge of another room's observation: it is kept, and says that who made it was not qualified to."""

    def judge(connection: Connection, entry: Entry) -> Ruling:
        if entry.actor == entry.header.device == SERVER:
            return Ruling()
        lacking = missing_by_clock(connection, entry.actor, [action(permission)], entry.header.captured_at)
        return Ruling(flags=(NOT_QUALIFIED,)) if lacking else Ruling()

    return judge


# Who publishes and says what work needs does not give leave for it, and the other way round is a permission apart.
_MANAGES, _TRAINS, _READS = ("training.manage",), ("training.grant",), ("training.read",)
KINDS = (
    Kind(model.PUBLISHED, VersionPublished, "decision", decide_version, projection.publish, by=_MANAGES),
    Kind(model.GRANTED, QualificationGranted, "decision", decide_grant, projection.prove, by=_TRAINS),
    Kind(model.WITHDRAWN, QualificationWithdrawn, "decision", decide_withdrawal, projection.prove, by=_TRAINS),
    Kind(model.READ, DocumentRead, "decision", decide_reading, projection.prove, by=_READS),
    Kind(model.REQUIRED, RequirementSet, "decision", decide_requirement, projection.require, by=_MANAGES),
)
# Observations of other rooms that are flagged where what this permission needs was missing.
FLAGGED = {
    "materials.lot_received.v1": "lot.receive",
    "materials.containers_received.v1": "lot.receive",
    "materials.lot_received.v2": "lot.receive",
    "materials.containers_received.v2": "lot.receive",
    "quality.sample_taken.v1": "sample.take",
    "quality.results_recorded.v1": "results.record",
    "quality.results_recorded.v2": "results.record",
    "quality.results_recorded.v3": "results.record",
}
ROOM = Room("training", KINDS, judges={name: judging(permission) for name, permission in FLAGGED.items()})
