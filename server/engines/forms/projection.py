"""The tables of forms: versions from the log, and what designers are still working on, which is no record."""

from sqlalchemy import Column, Connection, Integer, Table, Text, and_, insert, update

from server.core.db import records, workspace
from server.core.kinds import Entry
from server.engines.forms.deciding import APPROVED, REJECTED, SUBMITTED, WITHDRAWN

version = Table(
    "form_version",
    records,
    Column("form", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, nullable=False),
    Column("entry", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("comment", Text),
    Column("state", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("effective_from", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("reason", Text),
)
# What one designer saved; `revision` counts, so that nobody writes over what somebody else has saved meanwhile.
draft = Table(
    "form_draft",
    workspace,
    Column("form", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)


def submit(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("form", "version", "sha256", "comment")} | {
        "idx": entry.index,
        "entry": entry.id,
        "title_zh": given["title"]["zh"],
        "title_en": given["title"]["en"],
        "state": SUBMITTED,
        "submitted_by": entry.actor,
        "submitted_at": entry.header.captured_at,
    }
    connection.execute(insert(version), values)


def approve(connection: Connection, entry: Entry) -> None:
    _decide(connection, entry, APPROVED, effective_from=entry.payload["effective_from"])


def reject(connection: Connection, entry: Entry) -> None:
    _decide(connection, entry, REJECTED)


def withdraw(connection: Connection, entry: Entry) -> None:
    _decide(connection, entry, WITHDRAWN)


def _decide(connection: Connection, entry: Entry, state: str, **more: str) -> None:
    given = entry.payload
    here = and_(version.c.form == given["form"], version.c.version == given["version"])
    decided = {"decided_by": entry.actor, "decided_at": entry.header.captured_at, "reason": given["reason"]}
    connection.execute(update(version).where(here).values(state=state, **decided, **more))
