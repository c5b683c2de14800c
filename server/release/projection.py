"""The tables of dispositions, waivers and questions, and how entries fill them."""

import json
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.release.model import RELEASES


def signature_columns() -> list[Column[Any]]:
    """What an electronic signature shows (21 CFR 11.50): meaning, printed name, time with zone."""
    return [
        Column("meaning_code", Text, nullable=False),
        Column("meaning_zh", Text, nullable=False),
        Column("meaning_en", Text, nullable=False),
        Column("signer", Text, nullable=False),
        Column("signer_name", Text, nullable=False),
        Column("signer_name_en", Text),
        Column("signed_at", Text, nullable=False),
        Column("offset", Integer, nullable=False),
        # How it was proved, and by how many components; null in signatures from before that was said.
        Column("method", Text),
        Column("components", Integer),
    ]


disposition = Table(
    "release_disposition",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False),
    Column("decision", Text, nullable=False),
    *signature_columns(),
    Column("digest", Text, nullable=False),
    Column("stream_seq", Integer, nullable=False),
    Column("stream_hash", Text, nullable=False),
    # JSON: the heads of the devices; null where the signature is from before the seal named them.
    Column("devices", Text),
    Column("reason", Text),
    Index("release_disposition_batch", "batch", "idx"),
)
# Production's signatures under its record; columns as those of a disposition.
production_review = Table(
    "release_production_review",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False),
    Column("decision", Text, nullable=False),
    *signature_columns(),
    Column("digest", Text, nullable=False),
    Column("stream_seq", Integer, nullable=False),
    Column("stream_hash", Text, nullable=False),
    Column("devices", Text, nullable=False),
    Column("reason", Text),
    Index("release_production_review_batch", "batch", "idx"),
)
waiver = Table(
    "release_waiver",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("known", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
    *signature_columns(),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Index("release_waiver_batch", "batch", "idx"),
)

# What was said of a difference of a material; the newest counts as long as the difference is the same.
explained = Table(
    "release_explained",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("value", Text),
    Column("unit", Text),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("release_explained_batch", "batch", "material"),
)
# Filled forms about a batch that were opened in vain: its release does not wait for them.
set_aside = Table(
    "release_set_aside",
    records,
    Column("record", Text, primary_key=True),
    Column("batch", Text, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
# What the review asks the floor; the last three are null until somebody answers.
question = Table(
    "release_question",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text),
    # JSON: the ids of the entries it is about.
    Column("about", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", Text),
    Column("answer", Text),
    Index("ix_release_question_batch", "batch"),
    Index("ix_release_question_entry", "entry", unique=True),
)

# How long each review took that was signed: for planning.
review_time = Table(
    "release_review_time",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False, index=True),
    Column("signed", Text, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)


def time_review(connection: Connection, entry: Entry) -> None:
    row = {name: entry.payload[name] for name in ("batch", "signed", "seconds")}
    connection.execute(insert(review_time), row | {"idx": entry.index, "by": entry.actor, "at": entry.recorded_at})


def dispose(connection: Connection, entry: Entry) -> None:
    """The newest signature counts; earlier ones stay."""
    connection.execute(insert(disposition), _sealed(entry, "released" if entry.kind in RELEASES else "rejected"))


def review_production(connection: Connection, entry: Entry) -> None:
    """The newest counts here as well."""
    connection.execute(insert(production_review), _sealed(entry, "production_reviewed"))


def _sealed(entry: Entry, decision: str) -> dict[str, Any]:
    given = entry.payload
    same = ("batch", "digest", "stream_seq", "stream_hash", "reason")
    devices = given.get("devices")
    return {
        "idx": entry.index,
        "decision": decision,
        "devices": None if devices is None else orjson.dumps(devices, option=orjson.OPT_SORT_KEYS).decode(),
        **signature_of(entry),
        **{name: given[name] for name in same},
    }


def waive(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("batch", "device", "known", "delivered", "reason")
    row = {"idx": entry.index, "entry": entry.id, "recorded_at": entry.recorded_at, **signature_of(entry)}
    connection.execute(insert(waiver), row | {name: given[name] for name in same})


def explain(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"idx": entry.index, "by": entry.actor, "at": given["signed_at"]}
    row |= {name: given[name] for name in ("batch", "material", "reason")}
    row |= {name: None if given["difference"] is None else given["difference"][name] for name in ("value", "unit")}
    connection.execute(insert(explained), row)


def put_aside(connection: Connection, entry: Entry) -> None:
    row = {name: entry.payload[name] for name in ("record", "batch", "reason")}
    connection.execute(insert(set_aside), row | {"by": entry.actor, "at": entry.recorded_at})


def ask(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"idx": entry.index, "entry": entry.id, "about": json.dumps(given["about"])}
    row |= {name: given[name] for name in ("batch", "phase", "text")}
    connection.execute(insert(question), row | {"by": entry.actor, "at": entry.recorded_at})


def answer(connection: Connection, entry: Entry) -> None:
    said = {"answered_by": entry.actor, "answered_at": entry.recorded_at, "answer": entry.payload["text"]}
    connection.execute(update(question).where(question.c.entry == entry.payload["question"]).values(**said))


def signature_of(entry: Entry) -> dict[str, Any]:
    meaning, signer = entry.payload["meaning"], entry.payload["signer"]
    return {
        "meaning_code": meaning["code"],
        "meaning_zh": meaning["zh"],
        "meaning_en": meaning["en"],
        "signer": signer["id"],
        "signer_name": signer["name"],
        "signer_name_en": signer["name_en"],
        "signed_at": entry.payload["signed_at"],
        "offset": entry.payload["offset"],
        "method": entry.payload["method"] if "components" in entry.payload else None,
        "components": entry.payload.get("components"),
    }
