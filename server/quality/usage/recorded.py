"""Results that were not corrected, of a lot or of a batch alike, each with who checked it and in what it was found."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, select

from server.core.outcomes import SERVER
from server.quality.projection import analysis, result
from server.quality.usage import model
from server.quality.usage.model import Line
from server.quality.usage.projection import aside, check
from sync.log import reading, transaction
from sync.log.prepared import Prepared

# Of which lot or batch, whoever asks says.
STANDING = (
    select(
        *(result.c[name] for name in ("entry", "idx", "test", "verdict", "specification")),
        check.c.by.label("checked_by"),
        aside.c.entry.label("aside"),
        analysis.c.analyst,
        analysis.c.sample,
    )
    .select_from(
        result.outerjoin(check, check.c.of == result.c.entry)
        .outerjoin(aside, and_(aside.c.of == result.c.entry, aside.c.test == result.c.test))
        .outerjoin(analysis, and_(analysis.c.entry == result.c.entry, analysis.c.test == result.c.test))
    )
    .where(result.c.superseded_by.is_(None))
    .order_by(result.c.idx, result.c.line)
)


def lines(connection: Connection, statement: Prepared, about: Mapping[str, str]) -> list[Line]:
    """What a statement made of `STANDING` finds, in the order of the log."""
    rows = transaction.named(connection, statement, about)
    entries = {one.index: one for one in reading.at(connection, [*dict.fromkeys(row.idx for row in rows)])}
    return [_line(row, entries[row.idx]) for row in rows]


def waits_since(connection: Connection, waiting: Iterable[Line], person: str) -> str | None:
    """When the first of these that this person may check was recorded (UTC text); None where there is none."""
    others = [one.index for one in waiting if person not in (one.by, one.analyst)]
    first = reading.one(connection, min(others)) if others else None
    return None if first is None else first.head.captured_at


def _line(row: Any, entry: reading.StoredEntry) -> Line:
    by = entry.head.actor
    # What a file of history brought was checked by whoever signed it then.
    told = SERVER if by == entry.head.device == SERVER else None
    return Line(
        entry=row.entry,
        index=row.idx,
        test=row.test,
        verdict=row.verdict,
        specification=row.specification,
        by=by,
        analyst=row.analyst or by,
        counts=model.STANDS_FOR_NOTHING.isdisjoint(entry.stamp.flags),
        checked_by=row.checked_by or told,
        set_aside=row.aside is not None,
        sample=row.sample,
    )
