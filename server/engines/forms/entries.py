"""The kinds of forms: a version is submitted by who designed it, and a flow approves it or gives it back."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import days, fields
from server.core.kinds import Entry, Kind, Ruling
from server.engines.forms import deciding, definitions, model, projection, queries
from server.engines.forms.checking import check
from server.identity import queries as identity
from server.identity import signing


class VersionSubmittedV1(Schema):
    """Before who prepared a form signed that: `sha256` names the definition by its bytes, which lie beside the log;
    `comment`: what has changed, and why."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    title = fields.nested(fields.TextPair)
    comment = fields.text(2000, none=True)


class VersionSubmitted(VersionSubmittedV1, signing.Signed):
    """The same, signed over all but the title, which stands in the definition."""

    meaning = signing.meaning(model.PREPARED["code"])


class VersionApprovedV1(signing.Signed):
    """Before a flow decided: the signature is over exactly these bytes, and the day from which they are used."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    effective_from = fields.day()
    reason = fields.text(2000, none=True)
    meaning = signing.meaning(model.MEANING["code"])


class VersionReturned(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


class VersionApproved(VersionReturned):
    """Stated of who signed the approval in the flow; `effective_from`: the day from which it is used."""

    effective_from = fields.day()


class VersionDecided(Schema):
    """A version that was rejected before a flow decided, or is taken out of use; what was filled in with it stays as
    it is."""

    form = fields.code()
    version = fields.whole(1, 10_000)
    reason = fields.text(2000)


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, of a definition that is here and without findings, signed by who prepared it."""
    given = entry.payload
    unsigned = signing.refusal(connection, entry, model.said_of_submission(given))
    refused = unsigned or _refused(connection, entry)
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


def decide_version(connection: Connection, entry: Entry) -> Ruling:
    """By somebody else than who prepared it, of the bytes that were submitted, from a day that is not past."""
    return _refused(connection, entry) or Ruling()


def decide_no_more(connection: Connection, entry: Entry) -> Ruling:
    """A flow decides on versions now, and who prepares one signs it."""
    return Ruling(refusal="kind_superseded", details={"kind": entry.kind})


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
    code = deciding.refused(entry.kind, given, entry.actor, days.captured(connection, entry), versions)
    return None if code is None else Ruling(refusal=code, details=_named(given))


def _named(given: model.Payload) -> dict[str, str | int]:
    return {"form": given["form"], "version": given["version"]}


_DESIGNS, _APPROVES = (model.DESIGNS,), (model.APPROVES,)
KINDS = (
    Kind(model.VERSION_SUBMITTED_V1, VersionSubmittedV1, "decision", decide_no_more, projection.submit, by=_DESIGNS),
    Kind(model.VERSION_SUBMITTED, VersionSubmitted, "decision", decide_submission, projection.submit, by=_DESIGNS),
    Kind(model.VERSION_APPROVED_V1, VersionApprovedV1, "decision", decide_no_more, projection.approve, by=_APPROVES),
    Kind(model.VERSION_REJECTED_V1, VersionDecided, "decision", decide_no_more, projection.reject, by=_APPROVES),
    Kind(model.VERSION_APPROVED, VersionApproved, "decision", decide_version, projection.approve, by=_APPROVES),
    Kind(model.VERSION_REJECTED, VersionReturned, "decision", decide_version, projection.reject, by=("server",)),
    Kind(
        model.VERSION_WITHDRAWN,
        VersionDecided,
        "decision",
        decide_withdrawal,
        projection.withdraw,
        by=(model.DESIGNS, model.APPROVES),
    ),
)
