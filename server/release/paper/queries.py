"""Reads of issued copies."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from server.release.paper.model import Account, Copy, Print
from server.release.paper.projection import account_, blank, print_


def copies(connection: Connection, batch: str) -> list[Copy]:
    """The first first."""
    query = select(blank).where(blank.c.batch == batch).order_by(blank.c.copy)
    return [Copy(row.batch, row.copy, row.by, row.at, row.reason) for row in connection.execute(query)]


def accounts(connection: Connection, batch: str) -> dict[int, Account]:
    """By copy what became of it."""
    rows = connection.execute(select(account_).where(account_.c.batch == batch))
    return {row.copy: Account(row.copy, row.outcome, row.by, row.at, row.reason) for row in rows}


def prints(connection: Connection, batch: str) -> dict[int, list[Print]]:
    """By copy each print of it, the first first."""
    found: dict[int, list[Print]] = {}
    for row in connection.execute(select(print_).where(print_.c.batch == batch).order_by(print_.c.idx)):
        found.setdefault(row.copy, []).append(Print(row.copy, row.lang, row.by, row.at, row.reason))
    return found


def last_copy(connection: Connection, batches: Iterable[str]) -> int:
    """The highest number of a copy of any of these batches; 0 where there is none."""
    query = select(func.max(blank.c.copy)).where(blank.c.batch.in_(tuple(batches)))
    return connection.execute(query).scalar() or 0
