"""Reads of requisitions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from server.core import days, numbering
from server.materials.requisitions import model
from server.materials.requisitions.model import Line, Requisition
from server.materials.requisitions.projection import line, requisition


def find(connection: Connection, number: str) -> Requisition | None:
    row = connection.execute(select(requisition).where(requisition.c.number == number)).first()
    return None if row is None else _requisitions(connection, [row])[0]


def listed(
    connection: Connection, state: str = "", words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Requisition], int]:
    """The open ones first, then the newest; those whose number, reason or material holds the words; how many."""
    where: list[ColumnElement[bool]] = [requisition.c.state == state] if state else []
    if words:
        asked = select(line.c.number).where(line.c.material.icontains(words, autoescape=True))
        columns = (requisition.c.number, requisition.c.reason)
        holds = [column.icontains(words, autoescape=True) for column in columns]
        where.append(or_(*holds, requisition.c.number.in_(asked)))
    page = select(requisition).where(*where)
    page = page.order_by(requisition.c.state != model.OPEN, requisition.c.year.desc(), requisition.c.n.desc())
    rows = connection.execute(page.offset(offset).limit(limit)).all()
    total = connection.execute(select(func.count()).select_from(requisition).where(*where)).scalar_one()
    return _requisitions(connection, rows), total


def last_number(connection: Connection, year: int) -> int:
    """How many were raised in a year; their numbers have no gap."""
    query = select(func.max(requisition.c.n)).where(requisition.c.year == year)
    return connection.execute(query).scalar() or 0


def next_number(connection: Connection, moment: str) -> str:
    """The number of a requisition that is raised now; `moment` is UTC text."""
    year = int(days.of(connection, moment)[:4])
    return numbering.text(model.PREFIX, year, last_number(connection, year) + 1)


def _requisitions(connection: Connection, rows: Sequence[Row[Any]]) -> list[Requisition]:
    asked: dict[str, list[Line]] = {row.number: [] for row in rows}
    query = select(line).where(line.c.number.in_(list(asked))).order_by(line.c.number, line.c.line)
    for one in connection.execute(query):
        quantity = {"value": one.quantity_value, "unit": one.quantity_unit}
        asked[one.number].append(Line(one.material, quantity, one.needed_by, one.note))
    names = [name for name in Requisition.__slots__ if name != "lines"]
    return [Requisition(**{name: getattr(row, name) for name in names}, lines=tuple(asked[row.number])) for row in rows]
