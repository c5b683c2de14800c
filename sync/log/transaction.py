"""What one transaction keeps in mind so that it asks the database less: rows that wait to be inserted together, and
answers that cannot have changed.

Nobody can tell: rows that wait are written before any statement that names one of their tables, and before the
transaction ends; answers are forgotten before any statement that could change them. What a database refuses of the
rows, it refuses when they are written. Only for one who holds the log's lock, under which alone records change.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from sync.log.prepared import Prepared

_OPTION = "pestle_transaction"


class Transaction:
    """The rows that wait, by the statement that will insert them; and answers, by query and parameters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Prepared, list[Mapping[str, Any]]] = {}
        self._waiting: set[str] = set()
        self._answers: dict[Hashable, tuple[Any, ...] | None] = {}
        self._asked: set[str] = set()
        connection.execution_options(**{_OPTION: self})

    def add(self, statement: Prepared, row: Mapping[str, Any]) -> None:
        rows = self._rows.get(statement)
        if rows is None:
            rows = self._rows[statement] = []
            self._waiting |= statement.tables
        rows.append(row)
        if not self._asked.isdisjoint(statement.tables):
            self._forget()

    def write(self) -> None:
        """Insert what waits, table after table in the order in which each had its first row."""
        found, self._rows = self._rows, {}
        # Emptied first, since our own statements name these tables as well.
        self._waiting = set()
        for statement, rows in found.items():
            statement.many(self._connection, rows)

    def first(self, statement: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        key = (statement, *parameters.values())
        if key not in self._answers:
            self._answers[key] = statement.first(self._connection, parameters)
            self._asked |= statement.tables
        return self._answers[key]

    def before(self, statement: str) -> None:
        """To be called with the text of every statement that is about to be executed."""
        if not self._waiting and not self._asked:
            return
        words, reads = _parsed(statement)
        if not self._waiting.isdisjoint(words):
            self.write()
        if not reads and not self._asked.isdisjoint(words):
            self._forget()

    def _forget(self) -> None:
        self._answers, self._asked = {}, set()


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


def first(connection: Connection, statement: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row of a query: asked once, where this connection is in a `Transaction`."""
    running = _running(connection)
    return statement.first(connection, parameters) if running is None else running.first(statement, parameters)


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
