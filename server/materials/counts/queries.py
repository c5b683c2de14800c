"""Reads of stock counts: which there are, what was found, and what it comes to."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from server.core import numbering
from server.materials.counts import model, rules
from server.materials.counts.model import Count, Counting, Expected, Line
from server.materials.counts.projection import count, counting
from server.materials.stock import queries as stock


def find(connection: Connection, number: str) -> Count | None:
    row = connection.execute(select(count).where(count.c.count == number)).first()
    return None if row is None else _count(row)


def listed(connection: Connection, offset: int, limit: int) -> tuple[list[Count], int]:
    """Those that are open first, then the newest; and how many there are."""
    query = select(count).order_by(count.c.closed_at.is_not(None), count.c.year.desc(), count.c.n.desc())
    total = connection.execute(select(func.count()).select_from(count)).scalar_one()
    return [_count(row) for row in connection.execute(query.offset(offset).limit(limit))], total


def open_counts(connection: Connection) -> list[dict[str, Any]]:
    """What handhelds take along: {count, locations, ordered_by, ordered_at}; the oldest first."""
    query = select(count).where(count.c.closed_at.is_(None)).order_by(count.c.year, count.c.n)
    names = ("count", "locations", "ordered_by", "ordered_at")
    found = [_count(row) for row in connection.execute(query)]
    return [{name: getattr(one, name) for name in names} | {"locations": list(one.locations)} for one in found]


def next_number(connection: Connection, moment: str) -> str:
    """Of a count that is ordered now; `moment` is UTC text."""
    year = int(moment[:4])
    return numbering.text(model.PREFIX, year, last_number(connection, year) + 1)


def last_number(connection: Connection, year: int) -> int:
    """How many were ordered in a year; their numbers have no gap."""
    return connection.execute(select(func.max(count.c.n)).where(count.c.year == year)).scalar() or 0


def countings(connection: Connection, number: str) -> list[Counting]:
    """In the order of the log."""
    rows = connection.execute(select(counting).where(counting.c.count == number).order_by(counting.c.idx))
    return [_counting(row) for row in rows]


def lines(connection: Connection, found: Count, day: str) -> list[Line]:
    """What the count comes to now."""
    told = countings(connection, found.count)
    stands = {one.container: one for one in stock.at(connection, found.locations, day)}
    more = {one.container for one in told} - stands.keys()
    stands |= {one.container: one for one in stock.standing(connection, more, day)}
    book = [Expected(one.container, one.material, one.lot, one.held, one.location) for one in stands.values()]
    return rules.lines(book, told)


def _count(row: Row[Any]) -> Count:
    names = ("count", "reason", "ordered_by", "ordered_at", "closed_by", "closed_at")
    return Count(
        **{name: getattr(row, name) for name in names},
        locations=tuple(orjson.loads(row.locations)),
        lines=() if row.lines is None else tuple(orjson.loads(row.lines)),
    )


def _counting(row: Row[Any]) -> Counting:
    names = ("entry", "container", "location", "person", "device", "at", "place")
    quantity = None if row.quantity_value is None else {"value": row.quantity_value, "unit": row.quantity_unit}
    book = None if row.book_value is None else {"value": row.book_value, "unit": row.book_unit}
    same = {name: getattr(row, name) for name in names}
    return Counting(**same, quantity=quantity, book=book, seen=bool(row.seen), late=bool(row.late))
