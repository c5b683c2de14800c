"""The kind of a signed review of the audit trail: who looked at which entries, and what they marked (IDN-10)."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.identity import signing
from server.production import queries as batches
from server.quality import queries as quality
from server.release.audit import model, projection, queries, rules
from server.release.audit.model import Scope
from server.release.queries import log_size


def part(longest: int = 200) -> plain.String:
    """The name of a stream or a kind, or what such names begin with; as it is compared, without what ends it."""
    bounds = (validate.Length(1, longest), validate.Regexp(r"[^\s/\x00]([^\x00]*[^\s/\x00])?\Z"))
    return plain.String(required=True, allow_none=True, validate=bounds)


class AuditScope(Schema):
    """A scope as it is signed; null: all. Of a batch its stream is named by the batch."""

    batch = fields.code(none=True)
    stream = part()
    kind = part()
    person = fields.code(none=True)
    device = fields.code(none=True)
    since = fields.time(none=True)
    until = fields.time(none=True)


class AuditRemark(Schema):
    """What the reviewer says of an entry of the scope; `deviation`: the one that was opened for it."""

    entry = fields.entry_id()
    text = fields.text(2000)
    deviation = fields.code(none=True)


class AuditReviewed(signing.Signed):
    """`digest`: SHA-256 over the leaf hashes of the `count` entries of the scope that stood before `log_size`."""

    scope = fields.nested(AuditScope)
    log_size = fields.sequence()
    count = fields.whole(1, 2**31 - 1)
    digest = fields.sha256()
    meaning = signing.meaning(*model.MEANINGS)
    comment = fields.text(4000, none=True)
    remarks = fields.many(AuditRemark, 0, model.MOST_REMARKS)


def decide(connection: Connection, entry: Entry) -> Ruling:
    given, scope = entry.payload, Scope(**entry.payload["scope"])
    unsigned = signing.refusal(connection, entry, model.said(given))
    if unsigned is not None:
        return unsigned
    if scope.batch is not None and (scope.stream is not None or batches.batch_line(connection, scope.batch) is None):
        return Ruling(refusal="not_found", details={"batch": scope.batch})
    code = rules.refusal(
        given,
        entry.recorded_at,
        log_size(connection),
        lambda: queries.measure(connection, scope, given["log_size"]),
        lambda: queries.grown(connection, scope, given["log_size"]),
        lambda: queries.worked(connection, scope, given["log_size"], entry.actor),
    )
    if code is not None:
        return Ruling(refusal=code, details={"count": given["count"], "log_size": given["log_size"]})
    return _decide_remarks(connection, scope, given)


def _decide_remarks(connection: Connection, scope: Scope, given: Any) -> Ruling:
    """Each is about another entry of the scope, and names a deviation that there is."""
    remarks = given["remarks"]
    found = queries.known(connection, scope, given["log_size"], [one["entry"] for one in remarks])
    for one in remarks:
        if one["entry"] not in found or rules.marked_twice(remarks):
            return Ruling(refusal="not_found", details={"entry": one["entry"]})
        if one["deviation"] is not None and quality.find_deviation(connection, one["deviation"]) is None:
            return Ruling(refusal="not_found", details={"deviation": one["deviation"]})
    return Ruling()


def rooms_of_scope(connection: Connection, entry: Entry) -> list[str]:
    """Whoever reviews all of a batch answers for it, whatever room it was made in."""
    number = entry.payload["scope"]["batch"]
    batch = None if number is None else batches.find_batch(connection, number)
    return [] if batch is None else batches.rooms_of(batch.phases)


KINDS = (
    Kind(
        model.REVIEWED_KIND,
        AuditReviewed,
        "decision",
        decide,
        projection.review,
        by=("batch.review",),
        places=rooms_of_scope,
    ),
)
