"""The tables of decisions about lots, of checks, of results set aside, of certificates; and how entries fill them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry
from sync import canonical

decision = Table(
    "quality_usage",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("conditions", Text),
    Column("retest", Text),
    Column("digest", Text),
    Index("quality_usage_lot", "material", "lot"),
)
check = Table(
    "quality_check",
    records,
    Column("of", Text, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("comment", Text),
)
aside = Table(
    "quality_set_aside",
    records,
    Column("of", Text, primary_key=True),
    Column("test", Text, primary_key=True),
    Column("instead", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
resumed = Table(
    "quality_sampling_resumed",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("quality_sampling_resumed_supply", "material", "supplier"),
)
certificate = Table(
    "quality_certificate",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("number", Text),
    Column("issued", Text),
    Column("file", Text),
    Column("lines", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("quality_certificate_lot", "material", "lot"),
)


def keep_certificate(connection: Connection, entry: Entry) -> None:
    """Each stands beside the others."""
    given = entry.payload
    row = {name: given[name] for name in ("material", "lot", "number", "issued")}
    row |= {"file": given["file"] and canonical.encode(given["file"]).decode()}
    said = {"entry": entry.id, "idx": entry.index, "by": entry.actor, "at": entry.header.captured_at}
    connection.execute(insert(certificate), {**row, **said, "lines": canonical.encode(given["lines"]).decode()})


def keep_decision(connection: Connection, entry: Entry) -> None:
    """Hears what becomes of lots, signed or not."""
    given = entry.payload
    row = {name: given[name] for name in ("material", "lot", "status", "reason")}
    row |= {name: given.get(name) for name in ("conditions", "retest", "digest")}
    said = {"idx": entry.index, "entry": entry.id, "by": entry.actor, "at": entry.header.captured_at}
    connection.execute(insert(decision), row | said)


def keep_check(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"of": given["entry"], "entry": entry.id, "by": entry.actor, "at": entry.header.captured_at}
    connection.execute(insert(check), {**row, "comment": given["comment"]})


def resume(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"idx": entry.index, "entry": entry.id, "by": entry.actor, "at": entry.header.captured_at}
    connection.execute(insert(resumed), {**row, **{name: given[name] for name in ("material", "supplier", "reason")}})


def set_aside(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"of": given["entry"], "entry": entry.id, "by": entry.actor, "at": entry.header.captured_at}
    connection.execute(insert(aside), {**row, **{name: given[name] for name in ("test", "instead", "reason")}})
