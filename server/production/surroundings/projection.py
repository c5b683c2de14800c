"""The table of when phases ran, and how their entries fill it."""

from sqlalchemy import Column, Connection, Table, Text, bindparam, select

from server.core import db
from server.core.db import records
from server.production.surroundings.rules import HEARD, Span
from sync.log import transaction
from sync.log.prepared import Prepared

span = Table(
    "production_span",
    records,
    Column("batch", Text, primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("began", Text),
    Column("ended", Text, index=True),
)
# Asked of every piece of work.
_span = Prepared(
    select(span.c.began, span.c.ended).where(span.c.batch == bindparam("batch"), span.c.phase == bindparam("phase"))
)


def of(connection: Connection, batch: str, phase: str) -> Span:
    """When a phase ran, as far as the log says."""
    row = transaction.first(connection, _span, {"batch": batch, "phase": phase})
    return Span(batch, phase) if row is None else Span(batch, phase, *row)


def keep(connection: Connection, kind: str, batch: str, phase: str, at: str) -> None:
    """Written where it changes only: at the first work of a phase, and as it ends."""
    if kind not in HEARD:
        return
    known = of(connection, batch, phase)
    now = known.after(kind, at)
    if now != known:
        db.put(connection, span, {"batch": batch, "phase": phase, "began": now.began, "ended": now.ended})
