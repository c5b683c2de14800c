"""The table of signed reviews of the audit trail."""

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry
from server.release.projection import signature_columns, signature_of

audit_review = Table(
    "release_audit_review",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text),
    # JSON: all of the scope, as it was signed.
    Column("scope", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    *signature_columns(),
    Column("comment", Text),
    # JSON: [{entry, text, deviation}].
    Column("remarks", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Index("release_audit_review_batch", "batch", "idx"),
)


def review(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {
        "idx": entry.index,
        "entry": entry.id,
        "batch": given["scope"]["batch"],
        **{name: orjson.dumps(given[name], option=orjson.OPT_SORT_KEYS).decode() for name in ("scope", "remarks")},
        **signature_of(entry),
        "size": given["log_size"],
        **{name: given[name] for name in ("count", "digest", "comment")},
        "recorded_at": entry.recorded_at,
    }
    connection.execute(insert(audit_review), row)
