"""The kinds of forms: a version is submitted by who designed it, and approved or rejected by somebody else."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.engines.forms import definitions, model, projection, queries
from server.engines.forms.checking import check
from server.engines.forms.queries import Version
from server.identity import queries as identity
from server.identity import signing


class VersionSubmitted(Schema):
    """`sha256` names the definition by its bytes, which lie beside the log; `comment`: what has changed, and why."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    title = fields.nested(fields.TextPair)
    comment = fields.text(2000, none=True)


class Meaning(Schema):
    code = fields.choice(model.MEANING["code"])
    zh = fields.text()
    en = fields.text()


class VersionApproved(signing.Signed):
    """The signature is over exactly these bytes, and the day from which they are used."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    effective_from = fields.day()
    reason = fields.text(2000, none=True)
    meaning = fields.nested(Meaning)


class VersionDecided(Schema):
    """A version that is rejected, or taken out of use; what was filled in with it stays as it is."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    reason = fields.text(2000)


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, of a definition that is here and without findings."""
    given = entry.payload
    versions = queries.versions_of(connection, given["form"])
    if queries.waiting(versions) is not None:
        return _refused("form_waiting", given)
    if given["version"] != len(versions) + 1:
        return _refused("form_version_wrong", given)
    definition = definitions.definition(connection, given["sha256"])
    if definition is None or entry.header.stream != model.form_stream(given["form"]):
        return _refused("form_definition_unknown", given)
    if definition.get("code") != given["form"] or definition.get("title") != given["title"]:
        return _refused("form_definition_unknown", given)
    found = check(definition)
    if found:
        return Ruling(refusal="form_faulty", details={"findings": [one.payload() for one in found[:100]]})
    return Ruling()


def decide_approval(connection: Connection, entry: Entry) -> Ruling:
    """By somebody else than who prepared it, of the bytes that were shown, from a day that is not past."""
    given = entry.payload
    unsigned = signing.refusal(connection, entry, model.said(given))
    if unsigned is not None:
        return unsigned
    versions = queries.versions_of(connection, given["form"])
    refused = _decision_refused(versions, entry)
    if refused is not None:
        return refused
    if dict(given["meaning"]) != model.MEANING or versions[given["version"] - 1].sha256 != given["sha256"]:
        return _refused("form_version_stale", given)
    earlier = [one.effective_from for one in versions if one.state == projection.APPROVED and one.effective_from]
    if given["effective_from"] < max([entry.header.captured_at[:10], *earlier]):
        return _refused("form_day_past", given)
    return Ruling()


def decide_rejection(connection: Connection, entry: Entry) -> Ruling:
    versions = queries.versions_of(connection, entry.payload["form"])
    return _decision_refused(versions, entry) or Ruling()


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """What waits, its designers may take back; what is approved, only who approves takes out of use."""
    given = entry.payload
    version = _version(queries.versions_of(connection, given["form"]), given["version"])
    if version is None or version.state not in (projection.SUBMITTED, projection.APPROVED):
        return _refused("form_version_stale", given)
    if version.state == projection.APPROVED and not identity.permitted(connection, entry.actor, model.APPROVES):
        return Ruling(refusal="not_permitted", details={"permission": model.APPROVES})
    return Ruling()


def _decision_refused(versions: list[Version], entry: Entry) -> Ruling | None:
    """Why a version cannot be decided on by this person now."""
    version = _version(versions, entry.payload["version"])
    if version is None or version.state != projection.SUBMITTED:
        return _refused("form_version_stale", entry.payload)
    return _refused("form_own", entry.payload) if version.submitted_by == entry.actor else None


def _version(versions: list[Version], number: int) -> Version | None:
    return versions[number - 1] if number <= len(versions) else None


def _refused(code: str, given: model.Payload) -> Ruling:
    return Ruling(refusal=code, details={"form": given["form"], "version": given["version"]})


_DESIGNS, _APPROVES = (model.DESIGNS,), (model.APPROVES,)
KINDS = (
    Kind(model.VERSION_SUBMITTED, VersionSubmitted, "decision", decide_submission, projection.submit, by=_DESIGNS),
    Kind(model.VERSION_APPROVED, VersionApproved, "decision", decide_approval, projection.approve, by=_APPROVES),
    Kind(model.VERSION_REJECTED, VersionDecided, "decision", decide_rejection, projection.reject, by=_APPROVES),
    Kind(
        model.VERSION_WITHDRAWN,
        VersionDecided,
        "decision",
        decide_withdrawal,
        projection.withdraw,
        by=(model.DESIGNS, model.APPROVES),
    ),
)
