"""The kinds of forms: a version is submitted by who designed it, and approved or rejected by somebody else."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.engines.forms import deciding, definitions, model, projection, queries
from server.engines.forms.checking import check
from server.identity import queries as identity
from server.identity import signing


class VersionSubmitted(Schema):
    """`sha256` names the definition by its bytes, which lie beside the log; `comment`: what has changed, and why."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    title = fields.nested(fields.TextPair)
    comment = fields.text(2000, none=True)


class VersionApproved(signing.Signed):
    """The signature is over exactly these bytes, and the day from which they are used."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    effective_from = fields.day()
    reason = fields.text(2000, none=True)
    meaning = signing.meaning(model.MEANING["code"])


class VersionDecided(Schema):
    """A version that is rejected, or taken out of use; what was filled in with it stays as it is."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    reason = fields.text(2000)


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, of a definition that is here and without findings."""
    given = entry.payload
    refused = _refused(connection, entry)
    if refused is not None:
        return refused
    definition = definitions.definition(connection, given["sha256"])
    said = None if definition is None else (definition.get("code"), definition.get("title"))
    if said != (given["form"], given["title"]) or entry.header.stream != model.form_stream(given["form"]):
        return Ruling(refusal="form_definition_unknown", details=_named(given))
    found = check(definition)
    if found:
        return Ruling(refusal="form_faulty", details={"findings": [one.payload() for one in found[:100]]})
    return Ruling()


def decide_approval(connection: Connection, entry: Entry) -> Ruling:
    """By somebody else than who prepared it, of the bytes that were shown, from a day that is not past."""
    unsigned = signing.refusal(connection, entry, model.said(entry.payload))
    return unsigned or _refused(connection, entry) or Ruling()


def decide_rejection(connection: Connection, entry: Entry) -> Ruling:
    return _refused(connection, entry) or Ruling()


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """What waits, its designers may take back; what is approved, only who approves takes out of use."""
    given = entry.payload
    refused = _refused(connection, entry)
    if refused is not None:
        return refused
    version = queries.versions_of(connection, given["form"])[given["version"] - 1]
    if version.state == deciding.APPROVED and not identity.permitted(connection, entry.actor, model.APPROVES):
        return Ruling(refusal="not_permitted", details={"permission": model.APPROVES})
    return Ruling()


def _refused(connection: Connection, entry: Entry) -> Ruling | None:
    given = entry.payload
    versions = queries.versions_of(connection, given["form"])
    code = deciding.refused(entry.kind, given, entry.actor, entry.header.captured_at[:10], versions)
    return None if code is None else Ruling(refusal=code, details=_named(given))


def _named(given: model.Payload) -> dict[str, str | int]:
    return {"form": given["form"], "version": given["version"]}


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
