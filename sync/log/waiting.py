"""Rows that wait in a transaction to be inserted together: one statement for many costs a fraction of many.

Nobody can tell that they waited: they are written before any statement that names one of their tables, and before
the transaction ends. What a database refuses of them, it refuses then.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from sync.log.prepared import Prepared

_OPTION = "pestle_waiting"


class Waiting:
    """The rows that wait in one transaction, by the statement that will insert them."""

    def __init__(self) -> None:
        self._rows: dict[Prepared, list[Mapping[str, Any]]] = {}
        self._tables: set[str] = set()

    def add(self, statement: Prepared, row: Mapping[str, Any]) -> None:
        rows = self._rows.get(statement)
        if rows is None:
            rows = self._rows[statement] = []
            self._tables.add(statement.table)
        rows.append(row)

    def write(self, connection: Connection) -> None:
        """Insert them, table after table in the order in which each had its first row."""
        found, self._rows = self._rows, {}
        # Emptied first, since our own statements name these tables as well.
        self._tables = set()
        for statement, rows in found.items():
            statement.many(connection, rows)

    def before(self, connection: Connection, statement: str) -> None:
        """To be called with the text of every statement that this transaction is about to execute."""
        if self._tables and not self._tables.isdisjoint(_words(statement)):
            self.write(connection)


def let_wait(connection: Connection) -> Waiting:
    """From now on `insert` on this connection makes rows wait; whoever calls this writes them before the end."""
    waiting = Waiting()
    connection.execution_options(**{_OPTION: waiting})
    return waiting


def insert(connection: Connection, statement: Prepared, row: Mapping[str, Any]) -> None:
    """Insert a row, now or with others. The statement is one that is kept: only the same one is joined with itself."""
    waiting: Waiting | None = connection.get_execution_options().get(_OPTION)
    if waiting is None:
        statement.run(connection, row)
    else:
        waiting.add(statement, row)


def before_statement(connection: Connection, statement: str) -> None:
    """For an engine's `before_cursor_execute`: rows that wait for a table are in it before a statement names it."""
    waiting: Waiting | None = connection.get_execution_options().get(_OPTION)
    if waiting is not None:
        waiting.before(connection, statement)


@lru_cache(maxsize=4096)
def _words(statement: str) -> frozenset[str]:
    """Every name that a statement could mean a table by."""
    return frozenset(re.findall(r"[a-z_]+", statement.lower()))
