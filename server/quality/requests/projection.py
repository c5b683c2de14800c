"""The table of sampling requests, and how entries of the floor and of the laboratory fill it."""

from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Connection, Index, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.quality.requests.model import answer_of

# `amount` and `drawn`: {value, unit} as JSON.
request = Table(
    "quality_request",
    records,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text),
    Column("sample", Text),
    Column("what", Text, nullable=False),
    Column("amount", Text),
    Column("reason", Text),
    Column("comment", Text),
    Column("by", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("number", Text),
    Column("drawn", Text),
    Column("declined", Text),
    Column("remark", Text),
    Column("answered_by", Text),
    Column("answered_at", Text),
    Column("untested", Text),
    Column("untested_by", Text),
    Column("untested_at", Text),
    Index("ix_quality_request_batch", "batch"),
    Index("ix_quality_request_entry", "entry", unique=True),
)


def ask(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("batch", "phase", "sample", "what", "reason", "comment")
    row = {"idx": entry.index, "entry": entry.id, "amount": _text(given["amount"])}
    row |= {"by": entry.actor, "device": entry.header.device, "at": entry.header.captured_at}
    connection.execute(insert(request).values(row | {name: given[name] for name in same}))


def answer(connection: Connection, entry: Entry) -> None:
    said = answer_of(entry.payload)
    said |= {"drawn": _text(said["drawn"]), "answered_by": entry.actor, "answered_at": entry.recorded_at}
    connection.execute(update(request).where(request.c.entry == entry.payload["request"]).values(**said))


def leave_untested(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    said = {"untested": given["reason"], "untested_by": entry.actor, "untested_at": entry.recorded_at}
    connection.execute(update(request).where(request.c.entry == given["request"]).values(**said))


def _text(amount: Any) -> str | None:
    return None if amount is None else orjson.dumps(dict(amount)).decode()
