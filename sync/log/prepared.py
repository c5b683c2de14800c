"""Statements that are compiled once and handed to the driver as they are: SQLAlchemy's own way takes five times longer.

For the few statements that every entry needs. What they mean is still written in SQLAlchemy, for both databases.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

_NONE: Mapping[str, Any] = {}


class Prepared:
    """A statement of SQLAlchemy whose values are texts, integers or bytes: nothing that would need converting.

    Whatever listens to an engine's statements hears of these too,
    and an error of the driver is the DBAPIError that SQLAlchemy would raise.
    """

    def __init__(self, statement: Select[Any] | Update | Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    @property
    def table(self) -> str:
        """The table that an insert inserts into."""
        assert isinstance(self._statement, Insert)
        return str(self._statement.table.name)

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
        if len(rows) == 1:
            self._run(connection, rows[0])
            return
        text, names, fixed = self._text(connection)
        assert not fixed
        values: Iterable[Any] = rows if names is None else [[row[name] for name in names] for row in rows]
        cursor = self._cursor(connection, text, values, True)
        try:
            cursor.executemany(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _raised(connection, text, values, error) from error

    def _run(self, connection: Connection, parameters: Mapping[str, Any]) -> Any:
        text, names, fixed = self._text(connection)
        given = {**fixed, **parameters} if fixed else parameters
        values: Any = given if names is None else [given[name] for name in names]
        cursor = self._cursor(connection, text, values, False)
        try:
            cursor.execute(text, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _raised(connection, text, values, error) from error
        return cursor

    def _cursor(self, connection: Connection, text: str, values: Any, many: bool) -> Any:
        if not connection.in_transaction():
            connection.begin()
        cursor = connection.connection.cursor()
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, text, values, None, many)
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


def _raised(connection: Connection, text: str, values: Any, error: Exception) -> BaseException:
    base = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, values, error, base, dialect=connection.dialect)
