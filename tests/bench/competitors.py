"""What we are measured against: the same row, written as often and as durably, by other means of an audit trail.

A table that a trigger copies every change into, written by the driver itself; and SQLAlchemy-Continuum. Neither signs,
checks or proves anything.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy_continuum
from sqlalchemy import Column, Engine, Integer, Text, create_engine, event
from sqlalchemy.orm import Session, configure_mappers, declarative_base

from server.core import clock, db

COLUMNS = ("id", "idx", "balance", "device", "model", "serial", "quality", "value", "unit", "raw", "captured_at")
_TEXT, _TYPES = "TEXT", {"idx": "INTEGER"}
_AUDIT_SQLITE = f"""
CREATE TABLE weight ({", ".join(f"{name} {_TYPES.get(name, _TEXT)} NOT NULL" for name in COLUMNS)}, PRIMARY KEY (id));
CREATE TABLE audit (number INTEGER PRIMARY KEY, at TEXT, op TEXT, old TEXT, new TEXT);
CREATE TRIGGER weight_audit AFTER INSERT ON weight BEGIN
  INSERT INTO audit (at, op, old, new) VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'INSERT', NULL,
    json_object({", ".join(f"'{name}', NEW.{name}" for name in COLUMNS)}));
END
"""
_AUDIT_POSTGRESQL = f"""
CREATE TABLE weight ({", ".join(f"{name} {_TYPES.get(name, _TEXT)} NOT NULL" for name in COLUMNS)}, PRIMARY KEY (id));
CREATE TABLE audit (number BIGSERIAL PRIMARY KEY, at TIMESTAMPTZ, op TEXT, old JSONB, new JSONB);
CREATE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit (at, op, old, new) VALUES (now(), TG_OP, to_jsonb(OLD), to_jsonb(NEW));
  RETURN NEW;
END $$;
CREATE TRIGGER weight_audit AFTER INSERT OR UPDATE ON weight FOR EACH ROW EXECUTE FUNCTION keep_change()
"""
_model: list[Any] = []


def row(number: int) -> dict[str, Any]:
    """The columns of a reading, as our own projection has them."""
    value = f"{12 + number % 7}.640"
    texts = {"balance": "BAL-01", "device": "bridge-1", "model": "ICS685", "serial": "1", "quality": "stable"}
    texts |= {"value": value, "unit": "kg", "raw": f"S S {value:>10} kg", "captured_at": clock.now_text()}
    return {"id": str(uuid.uuid4()), "idx": number, **texts}


def _opened(url: str) -> Engine:
    """As the server opens its database, with a connection for each writer."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=64)
    engine = create_engine(url, pool_size=64, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", db._prepare_sqlite)
    event.listen(engine, "begin", db._begin_sqlite)
    return engine


@contextmanager
def trigger_table(url: str, folder: Path, writers: int) -> Iterator[list[Callable[[], None]]]:
    engine = _opened(url)
    sqlite = engine.dialect.name == "sqlite"
    mark = "?" if sqlite else "%s"
    insert = f"INSERT INTO weight ({', '.join(COLUMNS)}) VALUES ({', '.join([mark] * len(COLUMNS))})"
    numbers = itertools.count()
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        if sqlite:
            for statement in _AUDIT_SQLITE.split(";\n", 2):
                cursor.execute(statement)
        else:
            cursor.execute(_AUDIT_POSTGRESQL)
        connection.commit()

    def step(connection: Any, cursor: Any) -> None:
        if sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(insert, tuple(row(next(numbers)).values()))
        connection.commit()

    with ExitStack() as stack:
        steps: list[Callable[[], None]] = []
        for _ in range(writers):
            # Neither pool nor SQLAlchemy in the way: the fastest that this can be from Python.
            own = engine.raw_connection()
            stack.callback(own.close)
            driver: Any = own.driver_connection
            steps.append(partial(step, driver, driver.cursor()))
        yield steps
    engine.dispose()


@contextmanager
def continuum(url: str, folder: Path, writers: int) -> Iterator[list[Callable[[], None]]]:
    engine = _opened(url)
    weight = _mapped(engine)
    numbers = itertools.count()

    def step(session: Session) -> None:
        session.add(weight(**row(next(numbers))))
        session.commit()

    writing = engine.execution_options(pestle_write=True)
    with ExitStack() as stack:
        sessions = [stack.enter_context(Session(writing)) for _ in range(writers)]
        yield [partial(step, session) for session in sessions]
    engine.dispose()


def _mapped(engine: Engine) -> Any:
    """The versioned class, mapped once; its tables in this database."""
    if not _model:
        sqlalchemy_continuum.make_versioned(user_cls=None)
        base: Any = declarative_base()
        columns = {name: Column(Text, nullable=False) for name in COLUMNS[2:]}
        fixed = {"__tablename__": "weight", "__versioned__": {}, "id": Column(Text, primary_key=True)}
        _model.append(type("Weight", (base,), {**fixed, "idx": Column(Integer), **columns}))
        configure_mappers()
    _model[0].metadata.create_all(engine)
    return _model[0]
