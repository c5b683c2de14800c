"""Reads of filled forms."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, or_, select

from server.engines.forms.records.model import Item, Record, Value
from server.engines.forms.records.projection import item, record, value
from server.engines.forms.records.rules import field_at as field_at

_PAGE = 100


def find_record(connection: Connection, name: str) -> Record | None:
    row = connection.execute(select(record).where(record.c.record == name)).first()
    return None if row is None else Record(**row._mapping)


def find_about(connection: Connection, form: str, subject: str) -> Record | None:
    """The record of a form that was opened last about this."""
    query = select(record).where(record.c.subject == subject, record.c.form == form)
    row = connection.execute(query.order_by(record.c.opened_at.desc(), record.c.record.desc()).limit(1)).first()
    return None if row is None else Record(**row._mapping)


def about(connection: Connection, subjects: Collection[str]) -> list[Record]:
    """All records about any of these, in the order in which they were opened."""
    query = select(record).where(record.c.subject.in_(list(subjects)))
    return [Record(**row._mapping) for row in connection.execute(query.order_by(record.c.opened_at, record.c.record))]


def records(
    connection: Connection, status: str | None, person: str | None, offset: int = 0
) -> tuple[list[Record], int]:
    """Of this status, in which the person has had a hand; the last changed first, and how many there are."""
    query, counted = select(record), select(func.count()).select_from(record)
    if status is not None:
        query, counted = query.where(record.c.status == status), counted.where(record.c.status == status)
    if person is not None:
        mine = select(value.c.record).where(value.c.actor == person)
        theirs = or_(record.c.opened_by == person, record.c.record.in_(mine))
        query, counted = query.where(theirs), counted.where(theirs)
    page = query.order_by(record.c.updated_at.desc(), record.c.record).offset(offset).limit(_PAGE)
    found = [Record(**row._mapping) for row in connection.execute(page)]
    return found, connection.execute(counted).scalar_one()


def definition(connection: Connection, sha256: str) -> Mapping[str, Any] | None:
    """The form that a record is pinned to."""
    from server.engines.forms import queries as forms

    return forms.definition(connection, sha256)


def with_open_items(connection: Connection, limit: int) -> list[Record]:
    """Records in which something is to be looked at, the longest unchanged first."""
    query = select(record).where(record.c.open_items > 0).order_by(record.c.updated_at, record.c.record).limit(limit)
    return [Record(**row._mapping) for row in connection.execute(query)]


def values_of(connection: Connection, name: str) -> list[Value]:
    """Everything that was ever said, in the order of the log."""
    query = select(value).where(value.c.record == name).order_by(value.c.idx, value.c.path)
    return [_value(row) for row in connection.execute(query)]


def said_by(connection: Connection, entry: str) -> list[Value]:
    """What one entry says stands where."""
    return [_value(row) for row in connection.execute(select(value).where(value.c.entry == entry))]


def record_of_entry(connection: Connection, entry: str) -> str | None:
    found: str | None = connection.execute(select(value.c.record).where(value.c.entry == entry).limit(1)).scalar()
    return found


def items_of(connection: Connection, name: str) -> list[Item]:
    query = select(item).where(item.c.record == name).order_by(item.c.idx)
    return [_item(row) for row in connection.execute(query)]


def open_items(connection: Connection) -> list[str]:
    """Everything that is to be looked at in any record."""
    return [*connection.execute(select(item.c.id).where(item.c.state == "open")).scalars()]


def find_item(connection: Connection, item_id: str) -> tuple[str, Item] | None:
    """The item with the record that it is of."""
    row = connection.execute(select(item).where(item.c.id == item_id)).first()
    return None if row is None else (row.record, _item(row))


def open_about(connection: Connection, name: str, code: str, path: str | None = None) -> bool:
    """Whether such an exception waits already."""
    here = (item.c.record == name, item.c.code == code, item.c.state == "open")
    of = item.c.path.is_(None) if path is None else item.c.path == path
    return connection.execute(select(item.c.id).where(*here, of).limit(1)).first() is not None


def reading_used_by(connection: Connection, reading: str, name: str, path: str) -> str | None:
    """The entry of another field that took this reading before."""
    query = select(value.c.entry, value.c.record, value.c.path, value.c.source)
    for row in connection.execute(query.where(value.c.source.contains(f'"{reading}"', autoescape=True))):
        if (row.record, row.path) != (name, path):
            return str(row.entry)
    return None


def _value(row: Row[Any]) -> Value:
    names = {name: getattr(row, name) for name in Value.__slots__ if name not in ("index", "value", "source")}
    return Value(index=row.idx, value=orjson.loads(row.value), source=orjson.loads(row.source), **names)


def _item(row: Row[Any]) -> Item:
    names = {name: getattr(row, name) for name in Item.__slots__ if name not in ("index", "entries", "details")}
    return Item(index=row.idx, entries=tuple(orjson.loads(row.entries)), details=orjson.loads(row.details), **names)
