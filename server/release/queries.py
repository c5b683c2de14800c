"""Reads of reviews and dispositions."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from server.production import model as production
from server.production import queries as batches
from server.quality import queries as quality
from server.release import gates as other_gates
from server.release import rules
from server.release.model import REFUSED_KIND, Disposition, Gate, Review
from server.release.projection import disposition
from sync.log import Tail
from sync.log.tables import log_entry

# They say nothing about how the batch was made, so they leave a signature as good as it was.
_HARMLESS = (REFUSED_KIND, "handheld.lease_returned.v1")


def gates(connection: Connection, batch: str) -> list[Gate]:
    """All gates of a batch, those of the handheld room after those of batch and laboratory."""
    known = batches.find_batch(connection, batch)
    phases = known.phases if known is not None else ()
    done, entries = batches.completed_phases(connection, batch), batches.entries_of(connection, batch)
    return [
        rules.phases_gate(phases, done, entries),
        *rules.items_gates(batches.items_of(connection, batch)),
        *rules.results_gates(quality.results_of_batch(connection, batch), batches.yields_of(connection, batch)),
        *other_gates.from_sources(connection, batch),
    ]


def review(connection: Connection, batch: str) -> Review:
    """What QA is shown and signs."""
    entries = batches.entries_of(connection, batch)
    notices = rules.notices(batches.items_of(connection, batch), entries)
    clean = rules.clean(notices, entries)
    passed = gates(connection, batch)
    seq, running = stream_head(connection, production.batch_stream(batch))
    return Review(
        batch=batch,
        open=tuple(notice for notice in notices if notice.state == "open"),
        notable=tuple(notice for notice in notices if notice.state != "open"),
        clean=clean,
        entries=len(entries),
        gates=tuple(passed),
        stream_seq=seq,
        stream_hash=running,
        digest=rules.digest(batch, notices, (clean, len(entries)), passed, seq, running),
    )


def stream_head(connection: Connection, stream: str) -> tuple[int, str]:
    """The last sequence of a stream and its running hash; (0, zeros) for none."""
    return Tail().stream(connection, stream)


def current_disposition(connection: Connection, batch: str) -> Disposition | None:
    query = select(disposition).where(disposition.c.batch == batch).order_by(disposition.c.idx.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _disposition(row)


def is_stale(connection: Connection, batch: str, signed: Disposition) -> bool:
    """Whether entries came after a signature, which it therefore does not cover (IDN-04)."""
    later = select(func.count()).select_from(log_entry)
    # The signature itself stands right behind what it covers.
    after = log_entry.c.stream_seq > signed.stream_seq + 1
    here = later.where(log_entry.c.stream == production.batch_stream(batch), after, log_entry.c.kind.not_in(_HARMLESS))
    return connection.execute(here).scalar_one() > 0


def produced(connection: Connection, batch: str, person: str) -> bool:
    """Whether somebody performed or verified anything in a batch."""
    entries = batches.entries_of(connection, batch)
    return any(person in (entry.actor, entry.verifier) for entry in entries)


def _disposition(row: Row[Any]) -> Disposition:
    return Disposition(
        decision=row.decision,
        meaning={"code": row.meaning_code, "zh": row.meaning_zh, "en": row.meaning_en},
        signer={"id": row.signer, "name": row.signer_name, "name_en": row.signer_name_en},
        signed_at=row.signed_at,
        offset=row.offset,
        digest=row.digest,
        stream_seq=row.stream_seq,
        reason=row.reason,
    )
