"""Reads of purchase orders: what is open, and what approved requisitions still ask for."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from server.core import days, numbering
from server.materials.purchasing import model
from server.materials.purchasing.model import Line, Order, Receipt
from server.materials.purchasing.projection import line, order, receipt
from server.materials.requisitions import queries as requisitions
from server.materials.requisitions.model import Requisition
from server.materials.requisitions.projection import requisition

# The newest requisitions: of what was approved before them nobody orders any more.
_MOST = 5_000


def find(connection: Connection, number: str) -> Order | None:
    row = connection.execute(select(order).where(order.c.number == number)).first()
    return None if row is None else _orders(connection, [row])[0]


def listed(connection: Connection, words: str = "", offset: int = 0, limit: int = 50) -> tuple[list[Order], int]:
    """Those that wait for approval first, then the newest; whose number, supplier or material holds the words."""
    where: list[ColumnElement[bool]] = []
    if words:
        held = select(line.c.number).where(line.c.material.icontains(words, autoescape=True))
        columns = (order.c.number, order.c.supplier)
        holds = [column.icontains(words, autoescape=True) for column in columns]
        where = [or_(*holds, order.c.number.in_(held))]
    page = select(order).where(*where)
    page = page.order_by(order.c.state != model.WAITING, order.c.year.desc(), order.c.n.desc())
    rows = connection.execute(page.offset(offset).limit(limit)).all()
    total = connection.execute(select(func.count()).select_from(order).where(*where)).scalar_one()
    return _orders(connection, rows), total


def open_orders(connection: Connection) -> list[dict[str, Any]]:
    """Approved orders of which something is still to come, the oldest first, each with its open lines:
    {order, supplier, lines: [{line, material, quantity, received, open, unit, wanted_by, state}]}; amounts are decimal
    strings in `unit`, `wanted_by` YYYY-MM-DD or null, `state` open or partial."""
    going = select(line.c.number).where(line.c.closed == 0)
    query = select(order).where(order.c.state == model.APPROVED, order.c.number.in_(going))
    rows = connection.execute(query.order_by(order.c.year, order.c.n)).all()
    found = []
    for one in _orders(connection, rows):
        lines = [_shown(each) for each in one.lines if not each.closed]
        found.append({"order": one.number, "supplier": one.supplier, "lines": lines})
    return found


def wanted(connection: Connection) -> list[tuple[Requisition, dict[str, Decimal]]]:
    """Approved requisitions of which something has not been ordered, with how much, by material."""
    approved, _ = requisitions.listed(connection, "approved", limit=_MOST)
    taken = _taken(connection, [one.number for one in approved])
    found = []
    for one in approved:
        asked: dict[str, Decimal] = {}
        for each in one.lines:
            asked[each.material] = asked.get(each.material, Decimal(0)) + Decimal(each.quantity["value"])
        rest = {code: value - taken.get((one.number, code), Decimal(0)) for code, value in asked.items()}
        rest = {code: value for code, value in rest.items() if value > 0}
        if rest:
            found.append((one, rest))
    return found


def wanted_of(connection: Connection, numbers: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """What these requisitions still ask for, by (requisition, material); nothing of one that is not approved."""
    names = set(numbers)
    return {
        (one.number, code): value
        for one, rest in wanted(connection)
        if one.number in names
        for code, value in rest.items()
    }


def orders_for(connection: Connection, number: str) -> list[str]:
    """The orders that take up something of a requisition."""
    query = select(line.c.number).where(line.c.requisition == number).distinct().order_by(line.c.number)
    return [row.number for row in connection.execute(query)]


def last_number(connection: Connection, year: int) -> int:
    """How many were placed in a year; their numbers have no gap."""
    return connection.execute(select(func.max(order.c.n)).where(order.c.year == year)).scalar() or 0


def next_number(connection: Connection, moment: str) -> str:
    """The number of an order that is placed now; `moment` is UTC text."""
    year = int(days.of(connection, moment)[:4])
    return numbering.text(model.PREFIX, year, last_number(connection, year) + 1)


def _taken(connection: Connection, numbers: Sequence[str]) -> dict[tuple[str, str], Decimal]:
    """What orders that are not rejected take up, by (requisition, material)."""
    join = order.join(line, line.c.number == order.c.number)
    asked = line.c.requisition.in_(select(requisition.c.number).where(requisition.c.state == "approved"))
    where = (order.c.state != model.REJECTED) & asked
    rows = connection.execute(select(line).select_from(join).where(where)).all()
    found: dict[tuple[str, str], Decimal] = {}
    wanted_ = set(numbers)
    for row, one in zip(rows, _lines(connection, rows), strict=True):
        if row.requisition in wanted_:
            key = (row.requisition, row.material)
            found[key] = found.get(key, Decimal(0)) + one.counted
    return found


def _shown(one: Line) -> dict[str, Any]:
    amounts = {"quantity": one.quantity["value"], "received": f"{one.received:f}", "open": f"{one.open:f}"}
    about = {"line": one.line, "material": one.material, **amounts, "unit": one.quantity["unit"]}
    return {**about, "wanted_by": one.wanted_by, "state": one.state}


def _orders(connection: Connection, rows: Sequence[Row[Any]]) -> list[Order]:
    held: dict[str, list[Line]] = {row.number: [] for row in rows}
    query = select(line).where(line.c.number.in_(list(held))).order_by(line.c.number, line.c.line)
    found = connection.execute(query).all()
    for row, one in zip(found, _lines(connection, found), strict=True):
        held[row.number].append(one)
    names = [name for name in Order.__slots__ if name != "lines"]
    return [Order(**{name: getattr(row, name) for name in names}, lines=tuple(held[row.number])) for row in rows]


def _lines(connection: Connection, rows: Sequence[Row[Any]]) -> list[Line]:
    came: dict[tuple[str, int], list[Receipt]] = {(row.number, row.line): [] for row in rows}
    query = select(receipt).where(receipt.c.number.in_({row.number for row in rows}))
    for one in connection.execute(query.order_by(receipt.c.at, receipt.c.entry)):
        amount = None if one.amount is None else Decimal(one.amount)
        if (one.number, one.line) in came:
            came[one.number, one.line].append(Receipt(one.lot, amount, one.at))
    same = ("line", "material", "wanted_by", "requisition", "closed_by", "closed_at", "closed_reason")
    return [
        Line(
            quantity={"value": row.quantity_value, "unit": row.quantity_unit},
            receipts=tuple(came[row.number, row.line]),
            closed=bool(row.closed),
            **{name: getattr(row, name) for name in same},
        )
        for row in rows
    ]
