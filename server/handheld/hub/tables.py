"""The hub's tables: what devices sent, in numbered changes. Workspace, not records: the record is the log."""

from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from server.core.db import workspace

_Big = BigInteger().with_variant(Integer, "sqlite")


class StoredChange(NamedTuple):
    """A change as it is passed on: number, hash and actor in hex, the chunk as it came."""

    n: int
    hash: str
    actor: str
    raw: bytes


# `n` is gapless from 1 in each document; change 1 is the server's and makes the maps. `hash` and `actor` in hex.
change = Table(
    "sync_change",
    workspace,
    Column("doc", Text, primary_key=True),
    Column("n", _Big, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("seq", _Big, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("doc", "hash"),
    UniqueConstraint("doc", "actor", "seq"),
)

# An actor belongs for ever to the device that first wrote under it.
actor = Table(
    "sync_actor",
    workspace,
    Column("actor", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# Entries that stand in a document and have no receipt there yet: written with their change, removed with the receipt.
pending = Table(
    "sync_pending",
    workspace,
    Column("doc", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("device", Text, nullable=False, index=True),
    Column("seq", _Big, nullable=False),
)

# What each device said of itself when it last came: clock, chain, actor.
device_state = Table(
    "sync_device_state",
    workspace,
    Column("device", Text, primary_key=True),
    Column("skew_ms", _Big, nullable=False),
    Column("seq", _Big, nullable=False),
    Column("hash", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("mono", _Big, nullable=False),
    Column("seen_at", Text, nullable=False),
    # The version of its app, where it says that.
    Column("app", Text),
)
