"""Reads of issued copies."""

from sqlalchemy import Connection, select

from server.release.paper.model import Copy
from server.release.paper.projection import blank


def copies(connection: Connection, batch: str) -> list[Copy]:
    """The first first."""
    query = select(blank).where(blank.c.batch == batch).order_by(blank.c.copy)
    return [Copy(row.batch, row.copy, row.by, row.at, row.reason) for row in connection.execute(query)]
