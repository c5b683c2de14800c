"""What one transaction keeps in mind so that it asks the database less: rows that wait to be inserted together,
updates of which only the last counts, and answers that cannot have changed.

Nobody can tell: what waits is written before any statement that names one of its tables, and before the transaction
ends; answers are forgotten before any statement that could change them. What a database refuses of the rows, it
refuses when they are written. Only for one who holds the log's lock, under which alone records change.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from sync.log.prepared import Prepared

_OPTION = "pestle_transaction"


class Transaction:
    """The rows that wait, by the statement that will insert them; the updates that wait, by statement and key; and
    answers, by query and parameters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Prepared, list[Mapping[str, Any]]] = {}
        self._updates: dict[tuple[Prepared, str], Mapping[str, Any]] = {}
        self._waiting: set[str] = set()
        self._answers: dict[Prepared, dict[tuple[Any, ...], list[tuple[Any, ...]]]] = {}
        # What the answers depend on.
        self._tables: frozenset[str] = frozenset()
        self._columns: frozenset[str] = frozenset()
        self._writing = False
        connection.execution_options(**{_OPTION: self})

    def add(self, statement: Prepared, row: Mapping[str, Any]) -> None:
        rows = self._rows.get(statement)
        if rows is None:
            # A row that is inserted after an update of its table is not the update's.
            self._write_if(bool(self._updates) and not self._waiting.isdisjoint(statement.tables))
            rows = self._rows[statement] = []
            self._waiting |= statement.tables
        rows.append(row)
        self._changed(statement.tables)

    def amend(self, statement: Prepared, key: str, values: Mapping[str, Any]) -> None:
        if (statement, key) not in self._updates:
            self._write_if(bool(self._rows) and not self._waiting.isdisjoint(statement.tables))
            self._waiting |= statement.tables
        self._updates[statement, key] = values
        if not self._columns.isdisjoint(statement.columns):
            self._forget(lambda asked: not asked.columns.isdisjoint(statement.columns))

    def write(self) -> None:
        """Insert what waits, table after table in the order in which each had its first row; then what is amended."""
        rows, self._rows = self._rows, {}
        updates, self._updates = self._updates, {}
        # Emptied first, since our own statements name these tables as well.
        self._waiting = set()
        # What these change was forgotten when they came.
        self._writing = True
        try:
            for statement, found in rows.items():
                statement.many(self._connection, found)
            for (statement, _), values in updates.items():
                statement.run(self._connection, values)
        finally:
            self._writing = False

    def rows(self, statement: Prepared, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        key = tuple(parameters.values())
        known = self._answers.setdefault(statement, {})
        if key not in known:
            # Asking may write what waits, and so forget what was known.
            found = statement.rows(self._connection, parameters)
            known = self._answers.setdefault(statement, {})
            known[key] = found
            self._tables |= statement.tables
            self._columns |= statement.columns
        return known[key]

    def before(self, statement: str) -> None:
        """To be called with the text of every statement that is about to be executed."""
        if not self._waiting and not self._answers:
            return
        words, reads = _parsed(statement)
        if not self._waiting.isdisjoint(words):
            self.write()
        if not reads and not self._writing:
            self._changed(words)

    def _write_if(self, needed: bool) -> None:
        if needed:
            self.write()

    def _changed(self, tables: frozenset[str]) -> None:
        if not self._tables.isdisjoint(tables):
            self._forget(lambda asked: not asked.tables.isdisjoint(tables))

    def _forget(self, changed: Callable[[Prepared], bool]) -> None:
        self._answers = {asked: known for asked, known in self._answers.items() if not changed(asked)}
        self._tables = frozenset().union(*(asked.tables for asked in self._answers))
        self._columns = frozenset().union(*(asked.columns for asked in self._answers))


@contextmanager
def gathering(connection: Connection) -> Iterator[Transaction]:
    """Within it this connection is in a `Transaction`, the one that is running if there is one already."""
    running = _running(connection)
    if running is not None:
        yield running
        return
    running = Transaction(connection)
    try:
        yield running
        running.write()
    finally:
        connection.execution_options(**{_OPTION: None})


def insert(connection: Connection, statement: Prepared, row: Mapping[str, Any]) -> None:
    """Insert a row: with others, where this connection is in a `Transaction`."""
    running = _running(connection)
    if running is None:
        statement.run(connection, row)
    else:
        running.add(statement, row)


def amend(connection: Connection, statement: Prepared, key: str, values: Mapping[str, Any]) -> None:
    """Update the one row that `key` stands for, always the same columns of it: where this connection is in a
    `Transaction`, only the last of several such updates is carried out."""
    running = _running(connection)
    if running is None:
        statement.run(connection, values)
    else:
        running.amend(statement, key, values)


def rows(connection: Connection, statement: Prepared, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query: asked once, where this connection is in a `Transaction`."""
    running = _running(connection)
    return statement.rows(connection, parameters) if running is None else running.rows(statement, parameters)


def named(connection: Connection, statement: Prepared, parameters: Mapping[str, Any]) -> list[Any]:
    """The same with the names of the columns."""
    make = statement.named
    return [make(*row) for row in rows(connection, statement, parameters)]


def first_named(connection: Connection, statement: Prepared, parameters: Mapping[str, Any]) -> Any:
    """The same of a query that has one row or none, which is None."""
    found = first(connection, statement, parameters)
    return None if found is None else statement.named(*found)


def first(connection: Connection, statement: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The same of a query that has one row or none."""
    found = rows(connection, statement, parameters)
    return found[0] if found else None


def before_statement(connection: Connection, statement: str) -> None:
    """For an engine's `before_cursor_execute`."""
    running = _running(connection)
    if running is not None:
        running.before(statement)


def pipeline(connection: Connection) -> AbstractContextManager[Any]:
    """Within it statements that give no rows do not wait for each other, where the database can do that."""
    driver: Any = connection.connection.driver_connection
    return driver.pipeline() if hasattr(driver, "pipeline") else nullcontext()


def _running(connection: Connection) -> Transaction | None:
    running: Transaction | None = connection.get_execution_options().get(_OPTION)
    return running


@lru_cache(maxsize=4096)
def _parsed(statement: str) -> tuple[frozenset[str], bool]:
    """Every name by which a statement could mean a table; whether it only reads."""
    words = frozenset(re.findall(r"[a-z_]+", statement.lower()))
    return words, statement.lstrip()[:6].lower() == "select" and words.isdisjoint(("insert", "update", "delete"))
