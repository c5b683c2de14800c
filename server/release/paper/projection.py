"""The tables of issued copies: what became of them, and each print of them."""

from sqlalchemy import Column, Connection, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry

blank = Table(
    "release_blank",
    records,
    Column("batch", Text, primary_key=True),
    Column("copy", Integer, primary_key=True, autoincrement=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text),
)


account_ = Table(
    "release_blank_account",
    records,
    Column("batch", Text, primary_key=True),
    Column("copy", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)


print_ = Table(
    "release_blank_print",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False, index=True),
    Column("copy", Integer, nullable=False),
    Column("lang", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text),
)


def issue(connection: Connection, entry: Entry) -> None:
    row = {name: entry.payload[name] for name in ("batch", "copy", "reason")}
    connection.execute(insert(blank), row | {"by": entry.actor, "at": entry.recorded_at})


def account(connection: Connection, entry: Entry) -> None:
    row = {name: entry.payload[name] for name in ("batch", "copy", "outcome", "reason")}
    connection.execute(insert(account_), row | {"by": entry.actor, "at": entry.recorded_at})


def print_out(connection: Connection, entry: Entry) -> None:
    row = {name: entry.payload[name] for name in ("batch", "copy", "lang", "reason")}
    connection.execute(insert(print_), row | {"idx": entry.index, "by": entry.actor, "at": entry.recorded_at})
