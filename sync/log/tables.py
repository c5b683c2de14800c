"""The tables of the log: the leaves with what finds them, their payloads, the tree's hashes, its head, checkpoints,
and the further signatures of those that were published.

Only the exact bytes (header, signatures, receipt, salt, payload) are evidence; the other columns repeat what
stands in them, so that the database can find and constrain.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, SmallInteger, Table, Text, UniqueConstraint

metadata = MetaData()

# On SQLite only INTEGER names the row itself, which keeps entries in the order of the log on disk.
Index = BigInteger().with_variant(Integer, "sqlite")

log_entry = Table(
    "log_entry",
    metadata,
    Column("idx", Index, primary_key=True, autoincrement=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, index=True),
    Column("stream", Text, nullable=False),
    Column("stream_seq", Index, nullable=False),
    Column("device", Text, nullable=False),
    Column("seq", Index, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("signatures", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    UniqueConstraint("device", "seq"),
    UniqueConstraint("stream", "stream_seq"),
)

log_payload = Table(
    "log_payload",
    metadata,
    Column("idx", Index, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary),
    Column("payload", LargeBinary),
)

# Level n holds the hashes of full subtrees of 256^n leaves, the rows of tile/<n>; level 0 is log_entry.leaf_hash.
log_hash = Table(
    "log_hash",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("idx", Index, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# One row, and whoever appends locks it. `size` and `edge` are those of the last checkpoint.
log_head = Table(
    "log_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("size", Index, nullable=False),
    Column("edge", LargeBinary, nullable=False),
)

log_checkpoint = Table(
    "log_checkpoint",
    metadata,
    Column("size", Index, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)

# The signature lines beside that of `log_checkpoint.note`: the log's own by ML-DSA-44, and those of its witnesses.
# `key` is the id of the signer's key in hex (C2SP signed-note).
log_cosignature = Table(
    "log_cosignature",
    metadata,
    Column("size", Index, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("line", LargeBinary, nullable=False),
)
