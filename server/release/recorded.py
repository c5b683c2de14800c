"""Records of forms about a batch, as its review and its release see them: complete, looked at, and signed over."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from server.core import log_filter
from server.core.outcomes import SERVER
from server.engines.forms.records import queries as records
from server.engines.forms.records.model import COMPLETE, WORK, Item, Record, record_stream
from server.production.model import batch_stream
from server.release import rules
from server.release.model import Gate, Notice
from server.release.projection import set_aside
from sync.entry import Receipt
from sync.log.tables import log_entry

# How an item of a record stands for whoever reviews the batch; one that another conflict has taken over is not shown.
_STATES = {"open": "open", "settled": "assessed"}


def of_batch(connection: Connection, batch: str) -> list[Record]:
    """In the order in which they were opened; a batch is named by its stream."""
    return records.about(connection, [batch_stream(batch)])


def aside(connection: Connection, batch: str) -> dict[str, Row[Any]]:
    """By record what QA does not wait for: by, at, reason."""
    return {row.record: row for row in connection.execute(select(set_aside).where(set_aside.c.batch == batch))}


def is_done(record: Record) -> bool:
    """Complete, and nothing in it waits to be looked at."""
    return record.status == COMPLETE and record.open_items == 0


def gates(connection: Connection, batch: str) -> list[Gate]:
    """Every record is complete, and nothing in it waits to be looked at, or was set aside; none where no form was
    filled in."""
    found, away = of_batch(connection, batch), aside(connection, batch)
    wrong = [f"{one.form} {one.record}" for one in found if one.record not in away and not is_done(one)]
    return [rules.gate("records", wrong)] if found else []


def notices(connection: Connection, batch: str) -> list[Notice]:
    """What is to be looked at in the records, and what was; of one that was set aside only that it was."""
    found, away = of_batch(connection, batch), aside(connection, batch)
    kept = [one for one in found if one.record not in away]
    items = [(record, item) for record in kept for item in records.items_of(connection, record.record)]
    told = [_notice(record, item) for record, item in items if item.state in _STATES]
    return told + [_aside(one, away[one.record]) for one in found if one.record in away]


def _aside(record: Record, row: Row[Any]) -> Notice:
    return Notice(
        id=f"aside:{record.record}",
        type="record",
        code="record_set_aside",
        phase=None,
        slot=None,
        state="assessed",
        entries=(),
        details={"record": record.record, "form": record.form, "path": None},
        comment=None,
        decision={"by": row.by, "at": row.at, "text": row.reason, "chosen": None},
    )


def _notice(record: Record, item: Item) -> Notice:
    decision = {"by": item.decided_by, "at": item.decided_at, "text": item.reason, "chosen": item.chosen}
    return Notice(
        id=item.id,
        type="record",
        code=item.code,
        phase=None,
        slot=None,
        state=_STATES[item.state],
        entries=item.entries,
        details={"record": record.record, "form": record.form, "path": item.path},
        comment=item.comment,
        decision=None if item.state == "open" else decision,
    )


def heads(connection: Connection, found: Iterable[Record]) -> list[dict[str, Any]]:
    """Each record as it stands, by the end of its stream: what a signature over the batch covers of it."""
    return [_head(connection, one) for one in found]


def _head(connection: Connection, record: Record) -> dict[str, Any]:
    here = (log_entry.c.stream == record.stream) & log_entry.c.kind.like("forms.%")
    query = select(log_entry.c.receipt).where(here).order_by(log_entry.c.stream_seq.desc()).limit(1)
    stamp = Receipt.parse(connection.execute(query).scalar_one())
    pinned = {"record": record.record, "form": record.form, "version": record.version, "sha256": record.sha256}
    return pinned | {"status": record.status, "seq": stamp.stream_seq, "hash": stamp.stream_hash}


def filled(connection: Connection, batches: Collection[str], person: str) -> bool:
    """Whether somebody filled in a form about one of these on a device, or confirmed there what another did."""
    streams = [one.stream for one in records.about(connection, [batch_stream(batch) for batch in batches])]
    if not streams:
        return False
    here = log_entry.c.stream.in_(streams) & log_entry.c.kind.in_(WORK) & (log_entry.c.device != SERVER)
    query = select(log_entry.c.idx).where(here, log_filter.by(connection, person)).limit(1)
    return connection.execute(query).first() is not None


def last_said(connection: Connection, batches: Collection[str], besides: Collection[str] = ()) -> dict[str, int]:
    """Of each batch with records, where in the log the last entry stands that says something in one of them, but for
    these kinds."""
    found = records.about(connection, [batch_stream(batch) for batch in batches])
    if not found:
        return {}
    named = {record_stream(one.record): str(one.subject).removeprefix(batch_stream("")) for one in found}
    here = log_entry.c.stream.in_(named) & log_entry.c.kind.like("forms.%") & log_entry.c.kind.not_in(besides)
    query = select(log_entry.c.stream, func.max(log_entry.c.idx).label("idx")).where(here).group_by(log_entry.c.stream)
    last: dict[str, int] = {}
    for row in connection.execute(query):
        batch = named[row.stream]
        last[batch] = max(row.idx, last.get(batch, -1))
    return last
