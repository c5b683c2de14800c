"""The tables of training, and how entries fill them. Requirements are replaced, all else is only added to."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.core.steps import step
from server.training import rules
from server.training.model import READING, REVOKED, TRAINING, Version, until_text
from sync import canonical

DIGEST_DOMAIN = b"pestle/training/v1\n"
version = Table(
    "training_version",
    records,
    Column("document", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, nullable=False),
    Column("entry", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("effective_from", Text, nullable=False),
    Column("demands", Text, nullable=False),
    Column("within_days", Integer, nullable=False),
    Column("valid_days", Integer),
    Column("text", Text),
    Column("file", Text),
    Column("file_name", Text),
    Column("digest", Text, nullable=False),
    Column("published_at", Text, nullable=False),
    Column("published_by", Text, nullable=False),
)
proof = Table(
    "training_proof",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("ends_at", Text),
    Column("evidence", Text),
    Column("file", Text),
    Column("file_name", Text),
    Column("made_by", Text, nullable=False),
    Index("training_proof_person", "person", "document"),
)
requirement = Table(
    "training_requirement",
    records,
    Column("step", Text, primary_key=True),
    Column("document", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
)


def digest_of(payload: Mapping[str, Any]) -> str:
    """What a reader signs: SHA-256 over all that the version's entry says, in hexadecimal. A file is in it by its
    own digest."""
    return hashlib.sha256(DIGEST_DOMAIN + canonical.encode(payload)).hexdigest()


def publish(connection: Connection, entry: Entry) -> None:
    given, file = entry.payload, entry.payload["file"]
    same = ("document", "version", "type", "effective_from", "demands", "within_days", "valid_days", "text")
    values = {
        **{name: given[name] for name in same},
        "idx": entry.index,
        "entry": entry.id,
        "title_zh": given["title"]["zh"],
        "title_en": given["title"]["en"],
        "file": file and file["sha256"],
        "file_name": file and file["name"],
        "digest": digest_of(given),
        "published_at": entry.recorded_at,
        "published_by": entry.actor,
    }
    connection.execute(insert(version), values)


def grant(connection: Connection, entry: Entry) -> None:
    given, file = entry.payload, entry.payload["file"]
    about = {"evidence": given["evidence"], "file": file and file["sha256"], "file_name": file and file["name"]}
    _prove(connection, entry, given["person"], TRAINING, given["expires_on"], about)


def read(connection: Connection, entry: Entry) -> None:
    _prove(connection, entry, entry.actor, READING, None, {"evidence": None, "file": None, "file_name": None})


def withdraw(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"version": 0, "ends_at": None, "evidence": given["reason"], "file": None, "file_name": None}
    _insert(connection, entry, given["person"], REVOKED, row)


def require(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    name = step(given["on"], given["name"])
    connection.execute(delete(requirement).where(requirement.c.step == name))
    rows = [{"step": name, "document": code, "idx": entry.index} for code in dict.fromkeys(given["documents"])]
    if rows:
        connection.execute(insert(requirement), rows)


def _prove(
    connection: Connection, entry: Entry, person: str, what: str, day: str | None, about: Mapping[str, str | None]
) -> None:
    number = entry.payload["version"]
    here = (version.c.document == entry.payload["document"]) & (version.c.version == number)
    found = connection.execute(select(version).where(here)).first()
    assert found is not None, "the rule lets no unknown version through"
    ends = rules.ends_of(version_of(found), datetime.fromisoformat(entry.recorded_at), day)
    _insert(connection, entry, person, what, {"version": number, "ends_at": until_text(ends), **about})


def _insert(connection: Connection, entry: Entry, person: str, what: str, row: Mapping[str, Any]) -> None:
    same = {"entry": entry.id, "idx": entry.index, "person": person, "document": entry.payload["document"]}
    made = {"what": what, "made_at": entry.recorded_at, "made_by": entry.actor}
    connection.execute(insert(proof), {**same, **made, **row})


def version_of(row: Any) -> Version:
    same = ("document", "type", "effective_from", "demands", "within_days", "valid_days", "text", "file", "file_name")
    return Version(
        number=row.version,
        title={"zh": row.title_zh, "en": row.title_en},
        digest=row.digest,
        published_at=datetime.fromisoformat(row.published_at),
        published_by=row.published_by,
        **{name: getattr(row, name) for name in same},
    )
