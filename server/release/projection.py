"""The table of dispositions, and how a signature fills it."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert

from server.core.db import records
from server.core.kinds import Entry
from server.release.model import RELEASED_KIND

disposition = Table(
    "release_disposition",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("meaning_code", Text, nullable=False),
    Column("meaning_zh", Text, nullable=False),
    Column("meaning_en", Text, nullable=False),
    Column("signer", Text, nullable=False),
    Column("signer_name", Text, nullable=False),
    Column("signer_name_en", Text),
    Column("signed_at", Text, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("stream_seq", Integer, nullable=False),
    Column("stream_hash", Text, nullable=False),
    Column("reason", Text),
    Index("release_disposition_batch", "batch", "idx"),
)


def dispose(connection: Connection, entry: Entry) -> None:
    """The newest signature counts; earlier ones stay."""
    given = entry.payload
    meaning, signer = given["meaning"], given["signer"]
    connection.execute(
        insert(disposition).values(
            idx=entry.index,
            decision="released" if entry.kind == RELEASED_KIND else "rejected",
            meaning_code=meaning["code"],
            meaning_zh=meaning["zh"],
            meaning_en=meaning["en"],
            signer=signer["id"],
            signer_name=signer["name"],
            signer_name_en=signer["name_en"],
            **{
                name: given[name]
                for name in ("batch", "signed_at", "offset", "digest", "stream_seq", "stream_hash", "reason")
            },
        )
    )
