"""Reads of stock counts: which there are, what was found, and what it comes to."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, exists, func, select

from server.core import days, numbering
from server.materials.counts import model, rules
from server.materials.counts.model import Count, Counting, Expected, Line, Upset
from server.materials.counts.projection import count, counting, upset
from server.materials.projection import container
from server.materials.stock import queries as stock
from server.materials.stock import rules as amounts


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
    year = int(days.of(connection, moment)[:4])
    return numbering.text(model.PREFIX, year, last_number(connection, year) + 1)


def last_number(connection: Connection, year: int) -> int:
    """How many were ordered in a year; their numbers have no gap."""
    return connection.execute(select(func.max(count.c.n)).where(count.c.year == year)).scalar() or 0


def countings(connection: Connection, number: str) -> list[Counting]:
    """In the order of the log."""
    rows = list(connection.execute(select(counting).where(counting.c.count == number).order_by(counting.c.idx)))
    return _countings(connection, rows)


def countings_of(connection: Connection, number: str, label: str) -> list[Counting]:
    """Of one container in a count, in the order of the log; without those that came after its closing."""
    here = (counting.c.count == number) & (counting.c.container == label) & (counting.c.late == 0)
    return _countings(connection, list(connection.execute(select(counting).where(here).order_by(counting.c.idx))))


def closed_after(connection: Connection, labels: Iterable[str], moment: str) -> list[tuple[str, str]]:
    """(count, container) of closed counts in which one of these was counted since a time (UTC text)."""
    where = counting.c.container.in_(list(labels)), counting.c.at >= moment, counting.c.late == 0
    query = select(counting.c.count, counting.c.container).where(*where).distinct()
    closed = query.join(count, count.c.count == counting.c.count).where(count.c.closed_at.is_not(None))
    return [(row[0], row[1]) for row in connection.execute(closed)]


def upsets(connection: Connection, number: str | None = None) -> list[Upset]:
    """What came too late for closed counts, or for one; the first first. Of all of them without containers that are
    gone: nobody can count these again, and only the page of their count tells it."""
    query = select(upset.c.count, upset.c.container, upset.c.entry).order_by(upset.c.idx, upset.c.count)
    gone = exists().where(container.c.container == upset.c.container, container.c.gone.is_not(None))
    rows = connection.execute(query.where(~gone if number is None else upset.c.count == number)).all()
    return [_upset(connection, *row) for row in rows]


def _upset(connection: Connection, number: str, label: str, entry: str) -> Upset:
    told = countings_of(connection, number, label)
    book, place = (told[-1].book, told[-1].place) if told else (None, None)
    return Upset(number, label, entry, book, place)


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


def _countings(connection: Connection, rows: Sequence[Row[Any]]) -> list[Counting]:
    """With what the book says of the moment of each."""
    books = stock.books(connection, {row.container for row in rows})
    return [_counting(row, books.get(row.container)) for row in rows]


def _counting(row: Row[Any], book: stock.Book | None) -> Counting:
    names = ("entry", "container", "location", "person", "device", "at")
    quantity = None if row.quantity_value is None else {"value": row.quantity_value, "unit": row.quantity_unit}
    return Counting(
        **{name: getattr(row, name) for name in names},
        quantity=quantity,
        seen=bool(row.seen),
        late=bool(row.late),
        book=None if book is None else book.held_at(row.at),
        place=None if book is None else book.stood_at(row.at),
        found=None if book is None or quantity is None else book.amount(quantity),
        overtaken=book is not None and amounts.overtaken(book.movements, row.at),
    )
