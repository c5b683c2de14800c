"""The tables of training, and how entries fill them. Requirements are replaced, all else is only added to."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.core.steps import step
from server.training import rules
from server.training.model import (
    ALWAYS,
    GRANTED,
    READ,
    READING,
    REVOKED,
    TRAINING,
    Proof,
    Version,
    moment,
    until_text,
)
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


def version_in(payload: Mapping[str, Any], published_at: str, by: str) -> Version:
    """The version that an entry publishes; `published_at` by the server's clock when it stated it."""
    file = payload["file"]
    same = ("document", "type", "title", "effective_from", "demands", "within_days", "valid_days", "text")
    return Version(
        number=payload["version"],
        file=file and file["sha256"],
        file_name=file and file["name"],
        digest=digest_of(payload),
        published_at=moment(published_at),
        published_by=by,
        **{name: payload[name] for name in same},
    )


def proof_of(kind: str, payload: Mapping[str, Any], of: Version | None, made: tuple[str, int, str, str]) -> Proof:
    """What an entry says of somebody; `made`: id and index of the entry, when it was
    stated by the clock of the server, which states all of these itself, and by whom."""
    entry, index, at, by = made
    file, what = payload.get("file"), {READ: READING, GRANTED: TRAINING}.get(kind, REVOKED)
    return Proof(
        entry=entry,
        index=index,
        person=by if kind == READ else payload["person"],
        document=payload["document"],
        version=payload.get("version", 0),
        what=what,
        made_at=moment(at),
        ends=ALWAYS if of is None else rules.ends_of(of, moment(at), payload.get("expires_on")),
        evidence=payload.get("evidence", payload.get("reason")),
        file=file and file["sha256"],
        file_name=file and file["name"],
        made_by=by,
    )


def step_of(payload: Mapping[str, Any]) -> str:
    return step(payload["on"], payload["name"])


def publish(connection: Connection, entry: Entry) -> None:
    made = version_in(entry.payload, entry.header.captured_at, entry.actor)
    same = ("document", "type", "effective_from", "demands", "within_days", "valid_days", "text", "file", "file_name")
    values = {
        **{name: getattr(made, name) for name in (*same, "digest", "published_by")},
        "version": made.number,
        "idx": entry.index,
        "entry": entry.id,
        "title_zh": made.title["zh"],
        "title_en": made.title["en"],
        "published_at": entry.header.captured_at,
    }
    connection.execute(insert(version), values)


def prove(connection: Connection, entry: Entry) -> None:
    """A grant, a reading, a withdrawal."""
    given = entry.payload
    here = (version.c.document == given["document"]) & (version.c.version == given.get("version", 0))
    row = connection.execute(select(version).where(here)).first()
    of = None if row is None else version_of(row)
    made = proof_of(entry.kind, given, of, (entry.id, entry.index, entry.header.captured_at, entry.actor))
    same = ("entry", "person", "document", "version", "what", "evidence", "file", "file_name", "made_by")
    values = {
        **{name: getattr(made, name) for name in same},
        "idx": entry.index,
        "made_at": entry.header.captured_at,
        "ends_at": until_text(made.ends),
    }
    connection.execute(insert(proof), values)


def require(connection: Connection, entry: Entry) -> None:
    name = step_of(entry.payload)
    connection.execute(delete(requirement).where(requirement.c.step == name))
    codes = dict.fromkeys(entry.payload["documents"])
    if codes:
        rows = [{"step": name, "document": code, "idx": entry.index} for code in codes]
        connection.execute(insert(requirement), rows)


def version_of(row: Any) -> Version:
    same = ("document", "type", "effective_from", "demands", "within_days", "valid_days", "text", "file", "file_name")
    return Version(
        number=row.version,
        title={"zh": row.title_zh, "en": row.title_en},
        digest=row.digest,
        published_at=moment(row.published_at),
        published_by=row.published_by,
        **{name: getattr(row, name) for name in same},
    )
