"""Statements that are compiled once and handed to the driver as they are: SQLAlchemy's own way takes five times longer.

For the few statements that every entry needs. What they mean is still written in SQLAlchemy, for both databases.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Delete, Insert, Select, Table, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors

_NONE: Mapping[str, Any] = {}


class Prepared:
    """A statement of SQLAlchemy whose values are texts, integers or bytes: nothing that would need converting.

    Whatever listens to an engine's statements hears of these too,
    and an error of the driver is the DBAPIError that SQLAlchemy would raise.
    """

    def __init__(self, statement: Select[Any] | Update | Insert | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    @cached_property
    def columns(self) -> frozenset[str]:
        """Of a query, every column that it names anywhere; of an update, those that it sets. As "table.column"."""
        statement = self._statement
        if isinstance(statement, Update):
            [table] = self.tables
            set_here = (one if isinstance(one, str) else one.name for one in statement._values or ())
            return frozenset(f"{table}.{name}" for name in set_here)
        # `select(table)` names its columns only when it is compiled.
        selected = statement.selected_columns if isinstance(statement, Select) else ()
        found = (one for one in (*visitors.iterate(statement), *selected) if isinstance(one, Column))
        return frozenset(f"{one.table.name}.{one.name}" for one in found)

    @cached_property
    def tables(self) -> frozenset[str]:
        """The names of the tables that it reads or writes."""
        statement = self._statement
        found = statement.get_final_froms() if isinstance(statement, Select) else [statement.table]
        return frozenset(table.name for one in found for table in one._from_objects if isinstance(table, Table))

    @cached_property
    def named(self) -> Callable[..., Any]:
        """Makes of a row's values one whose columns have names."""
        assert isinstance(self._statement, Select)
        names = [str(column.key) for column in self._statement.selected_columns]
        return namedtuple("Row", names)

    def rows(self, connection: Connection, parameters: Mapping[str, Any] = _NONE) -> list[tuple[Any, ...]]:
        """All rows of a query, as plain tuples."""
        found: list[tuple[Any, ...]] = self._run(connection, parameters).fetchall()
        return found

    def first(self, connection: Connection, parameters: Mapping[str, Any] = _NONE) -> tuple[Any, ...] | None:
        """The first row of a query that has one row or none."""
        found: tuple[Any, ...] | None = self._run(connection, parameters).fetchone()
        return found

    def run(self, connection: Connection, parameters: Mapping[str, Any] = _NONE) -> None:
        """Execute what gives no rows."""
        self._run(connection, parameters)

    def many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each of these."""
        text, names, _ = self._text(connection)
        if len(rows) == 1:
            self._run(connection, rows[0])
        elif names is None:
            columns = {name: [row[name] for row in rows] for name in rows[0]}
            self._hand_over(connection, self._from_arrays, columns)
        else:
            self._hand_over(connection, text, [[row[name] for name in names] for row in rows], many=True)

    @cached_property
    def _from_arrays(self) -> str:
        """PostgreSQL: the same insert from one array for each column, which costs it and us a third of many."""
        assert isinstance(self._statement, Insert)
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # unannotated there
        quoted = dialect.identifier_preparer.quote
        columns = list(self._statement.table.columns)
        arrays = [f"%({column.key})b::{column.type.compile(dialect=dialect)}[]" for column in columns]
        names = ", ".join(quoted(column.name) for column in columns)
        return f"INSERT INTO {quoted(self._statement.table.name)} ({names}) SELECT * FROM unnest({', '.join(arrays)})"

    def _run(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        text, names, fixed = self._text(connection)
        given = {**fixed, **parameters} if fixed else parameters
        return self._hand_over(connection, text, given if names is None else [given[name] for name in names])

    def _hand_over(self, connection: Connection, text: str, values: Any, many: bool = False) -> Any:
        if not connection.in_transaction():
            connection.begin()
        cursor = connection.connection.cursor()
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, text, values, None, many)
        error_class = connection.dialect.loaded_dbapi.Error
        try:
            (cursor.executemany if many else cursor.execute)(text, values)
        except error_class as error:
            raise DBAPIError.instance(text, values, error, error_class, dialect=connection.dialect) from error
        return cursor

    def _text(self, connection: Connection) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        """The text for this database, the names of its parameters where they go by place, and those that are fixed."""
        known = self._compiled.get(connection.dialect.name)
        if known is None:
            compiled = self._statement.compile(dialect=connection.dialect)
            names = compiled.positiontup
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            known = (compiled.string, None if names is None else tuple(names), fixed)
            self._compiled[connection.dialect.name] = known
        return known
