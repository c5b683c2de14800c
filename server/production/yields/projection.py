"""Which yields were explained, by whom and when."""

from sqlalchemy import Column, Connection, Integer, Table, Text, func, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.production.yields.rules import UNKNOWN, UNSIGNED

explanation = Table(
    "production_explanation",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False, index=True),
    Column("entry", Text, nullable=False),
    Column("explained_by", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("captured_at", Text, nullable=False),
)
# With one of these it explains nothing.
WORTHLESS = frozenset({UNKNOWN, UNSIGNED, "person_not_permitted"})


def keep(connection: Connection, entry: Entry) -> None:
    if not WORTHLESS.isdisjoint(entry.flags):
        return
    given = entry.payload
    row = {name: given[name] for name in ("batch", "entry", "explained_by", "explanation")}
    connection.execute(insert(explanation), {"idx": entry.index, **row, "captured_at": entry.header.captured_at})


def explained(connection: Connection, batch: str) -> dict[str, str]:
    """When each yield of a batch was explained first."""
    first = func.min(explanation.c.captured_at)
    query = select(explanation.c.entry, first).where(explanation.c.batch == batch).group_by(explanation.c.entry)
    return {row[0]: row[1] for row in connection.execute(query)}
