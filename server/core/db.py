"""Opens the database, SQLite or PostgreSQL, and refuses to write tables of records outside of `record()`."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import StaticPool

from server.core.errors import PestleError
from sync.log import transaction
from sync.log.tables import metadata as log_tables

# Tables of records: views of the log, made by projections only, thrown away and made again by a rebuild.
records = MetaData()
# What is no record: sessions, secrets, changes in transit, held and quarantined input.
workspace = MetaData()

_READS = re.compile(
    r"\s*(SELECT|PRAGMA|EXPLAIN|SHOW|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|CREATE|SET|LISTEN)\b", re.I
)
_WRITES_INSIDE = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|MERGE)\b", re.I)
_may_write: ContextVar[bool] = ContextVar("may_write_records", default=False)


@contextmanager
def writing_records() -> Iterator[None]:
    """Within this block tables of records may be written: the recorder's committer, a rebuild, a migration."""
    token = _may_write.set(True)
    try:
        yield
    finally:
        _may_write.reset(token)


def open_engine(url: str) -> Engine:
    """An engine on which `connection.execution_options(pestle_write=True)` begins a transaction that may write.

    SQLite: WAL and synchronous=FULL, so that a commit that returned survives a power cut.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        _turns[engine] = _Turns()
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_size=20, max_overflow=40, pool_pre_ping=True)
    event.listen(engine, "before_cursor_execute", _guard)
    return engine


def in_memory() -> Engine:
    """An empty SQLite database that is gone with its engine, under the same guard."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    event.listen(engine, "before_cursor_execute", _guard)
    return engine


class _Turns:
    """Whose turn it is to write, first come, first served. SQLite lets whoever asks at the right moment go first, and
    has the others sleep: among thirty that write at once somebody waits for half a minute."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        gate = Lock()
        gate.acquire()
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(gate)
        gate.acquire()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_turns: WeakKeyDictionary[Engine, _Turns] = WeakKeyDictionary()


def turn(engine: Engine) -> AbstractContextManager[None]:
    """Around a transaction that will write, until it has ended: other threads of the process wait in a queue, without
    a connection. PostgreSQL needs none. Whose turn it is must not wait for another thread that writes."""
    return _turns.get(engine) or nullcontext()


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: on SQLite it takes the write lock at once, so that it never fails half-way."""
    with turn(engine), engine.connect().execution_options(pestle_write=True) as connection, connection.begin():
        yield connection


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a row in the place of the one with the same primary key, if there is one, whoever else does so now."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in keys}
    row = _insert(connection, table).values(values)
    connection.execute(row.on_conflict_do_update(index_elements=keys, set_=others))


def put_missing(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a row unless there is one with the same primary key, or another transaction makes it now."""
    keys = [column.name for column in table.primary_key]
    connection.execute(_insert(connection, table).values(values).on_conflict_do_nothing(index_elements=keys))


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def snapshot(engine: Engine) -> Connection:
    """Log and tables as they are at its first read, while others go on writing; SQLite's transactions are so of
    themselves, PostgreSQL's see each statement's own moment unless they are told."""
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def create_tables(engine: Engine) -> None:
    """Make whatever table of records or workspace is missing."""
    with writing_records(), write(engine) as connection:
        records.create_all(connection)
        workspace.create_all(connection)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # Transactions are begun by us: the driver's own habit hides them until the first write.
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    write_wanted = connection.get_execution_options().get("pestle_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write_wanted else "BEGIN")


def _guard(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if not _may_write.get() and (touched := _written(statement)):
        raise PestleError("record_write_refused", {"tables": list(touched)})
    transaction.before_statement(connection, statement)


@lru_cache(maxsize=4096)
def _written(statement: str) -> tuple[str, ...]:
    """The tables of records and of the log that a statement may write, as far as its text tells."""
    bare = re.sub(r"'[^']*'", "''", statement)
    if _READS.match(bare) and not _WRITES_INSIDE.search(bare):
        return ()
    # Of the whole text: a statement can stand in a literal of another.
    names = set(re.findall(r"[a-z_]+", statement.lower()))
    return tuple(sorted(names & (set(records.tables) | set(log_tables.tables))))
