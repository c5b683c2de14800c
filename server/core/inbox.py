"""Input that is not in the log: held entries that miss their predecessor, and what was quarantined, whole (PLT-14)."""

import hashlib
import uuid
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text, delete, insert, select

from server.core import clock
from server.core.db import workspace
from sync.entry import Envelope
from sync.log.prepared import Prepared

# As far as a device may count (2^53 - 1); PostgreSQL's INTEGER ends earlier.
_Sequence = BigInteger().with_variant(Integer, "sqlite")

held = Table(
    "held",
    workspace,
    Column("device", Text, primary_key=True),
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True, index=True),
    Column("stream", Text, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)
# Entries that a device signed and that its chain went on without: what follows one of them will never fit.
forked = Table(
    "forked",
    workspace,
    Column("digest", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("seq", _Sequence, nullable=False),
)
quarantine = Table(
    "quarantine",
    workspace,
    Column("id", Text, primary_key=True),
    Column("received_at", Text, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("device", Text),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("idx", Integer),
)

_one_held = Prepared(select(held.c.seq).limit(1))


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes for the quarantine: where they came from, what is wrong, and the log index if they stand there flagged."""

    data: bytes
    source: str
    code: str
    detail: str = ""
    device: str | None = None
    index: int | None = None


def any_held(connection: Connection) -> bool:
    return _one_held.first(connection) is not None


def touch(connection: Connection) -> None:
    """Write a row that is gone before the commit: it stores nothing, and fails where nothing can be stored."""
    here = (held.c.device == "server") & (held.c.seq == 0)
    nothing = {"id": "", "stream": "", "source": "", "received_at": clock.now_text(), "envelope": b""}
    connection.execute(insert(held).values(device="server", seq=0, **nothing))
    connection.execute(delete(held).where(here))


def hold(connection: Connection, envelope: Envelope, source: str) -> bool:
    """Keep an entry until its predecessor is in the log; False when another is held under the same id.

    Two of one sequence are both held: which of them fits its predecessor shows when that has come.
    """
    head = envelope.head
    here = (held.c.device == head.device) & (held.c.seq == head.seq) & (held.c.id == head.id)
    known: bytes | None = connection.execute(select(held.c.envelope).where(here)).scalar()
    if known is not None:
        return Envelope.decode(known).header == envelope.header
    values = {"device": head.device, "seq": head.seq, "id": head.id, "stream": head.stream, "source": source}
    connection.execute(insert(held).values(**values, received_at=clock.now_text(), envelope=envelope.encode()))
    return True


def take_held(connection: Connection, device: str, seq: int, prev: str | None = None) -> tuple[Envelope, str] | None:
    """A held entry of this place in a device's chain, with its source; it is held no longer. `prev`: only one that
    says that it follows the entry of this digest."""
    query = select(held.c.id, held.c.envelope, held.c.source).where(held.c.device == device, held.c.seq == seq)
    for row in connection.execute(query.order_by(held.c.received_at, held.c.id)).all():
        envelope = Envelope.decode(row.envelope)
        if prev is None or envelope.head.prev == prev:
            connection.execute(delete(held).where(held.c.device == device, held.c.seq == seq, held.c.id == row.id))
            return envelope, row.source
    return None


def fork(connection: Connection, envelope: Envelope) -> None:
    """Remember that the device's chain does not go through this entry."""
    digest = envelope.digest.hex()
    if not is_forked(connection, digest):
        head = envelope.head
        connection.execute(insert(forked).values(digest=digest, device=head.device, seq=head.seq))


def is_forked(connection: Connection, digest: str) -> bool:
    return connection.execute(select(forked.c.digest).where(forked.c.digest == digest)).first() is not None


def keep(connection: Connection, stray: Stray) -> str:
    """Quarantine; the id under which it is kept. The same bytes from the same source are kept once."""
    digest = hashlib.sha256(stray.data).hexdigest()
    here = (quarantine.c.sha256 == digest) & (quarantine.c.source == stray.source) & (quarantine.c.code == stray.code)
    known: str | None = connection.execute(select(quarantine.c.id).where(here)).scalar()
    if known is not None:
        return known
    name = str(uuid.uuid4())
    connection.execute(
        insert(quarantine).values(
            id=name,
            received_at=clock.now_text(),
            source=stray.source,
            device=stray.device,
            code=stray.code,
            detail=stray.detail.replace("\0", "\ufffd")[:500],
            size=len(stray.data),
            sha256=digest,
            bytes=stray.data,
            idx=stray.index,
        )
    )
    return name
