"""Makes one step towards the disk fail, before or after it took effect, once or until mended, or with a death."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from support import give_own_dialect

from server.core.record import Recorder

BEFORE, AFTER = "before", "after"


class Death(BaseException):
    """The process ends here: nothing after this is done, and nobody is told anything."""


@dataclass
class Fault:
    """`step` is a pattern of the statement; `when` BEFORE or AFTER it took effect; `lasts` until mended."""

    step: str
    when: str
    lasts: bool = False
    deadly: bool = False
    hits: int = 0

    def matches(self, step: str) -> bool:
        """Whether it would strike here."""
        return re.match(self.step, step) is not None and (self.lasts or not self.hits)

    def strike(self, step: str, when: str) -> None:
        if when != self.when or not self.matches(step):
            return
        self.hits += 1
        if self.deadly:
            raise Death
        raise OperationalError(step, {}, Exception("disk I/O error"))


@dataclass
class Faults:
    """All statements of an engine that could change something, as seen, and the fault that is set now."""

    fault: Fault | None = None
    seen: list[str] = field(default_factory=list)

    def strike(self, step: str, when: str) -> None:
        if when == BEFORE and not re.match(r"SELECT|PRAGMA|SHOW|BEGIN", step):
            self.seen.append(step)
        if self.fault is not None:
            self.fault.strike(step, when)


@contextmanager
def faults(engine: Engine) -> Iterator[Faults]:
    """Between SQLAlchemy and the driver: of a statement, and of the COMMIT, the disk sees all or nothing."""
    placed = Faults()

    def before(_: Any, cursor: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        step = " ".join(statement.split())
        placed.strike(step, BEFORE)
        if placed.fault is not None and placed.fault.when == AFTER and placed.fault.matches(step):
            # It takes effect here, and whoever asked for it hears of a fault.
            (cursor.executemany if many else cursor.execute)(statement, values)
            # Else the exception would keep a query open for ever that nobody can read from.
            cursor.close()
            placed.strike(step, AFTER)

    give_own_dialect(engine)
    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        placed.strike("COMMIT", BEFORE)
        commit(connection)
        placed.strike("COMMIT", AFTER)

    event.listen(engine, "before_cursor_execute", before)
    engine.dialect.do_commit = do_commit
    try:
        yield placed
    finally:
        event.remove(engine, "before_cursor_execute", before)
        del engine.dialect.do_commit


def together(recorder: Recorder, works: list[Callable[[], Any]], first: Callable[[], Any]) -> list["Future[Any]"]:
    """Have these done in one group, in this order: the committer is held by `first` until all of them wait."""
    held, go = Event(), Event()

    def hold(_: Any) -> None:
        if not go.is_set():
            held.set()
            go.wait(30)

    recorder.subscribe(hold)
    with ThreadPoolExecutor(len(works) + 1) as pool:
        begun = pool.submit(first)
        held.wait(30)
        futures = []
        for work in works:
            futures.append(pool.submit(work))
            while recorder._queue.qsize() < len(futures):
                held.wait(0.001)
        go.set()
        begun.result(30)
    recorder._listeners.remove(hold)
    return futures


@contextmanager
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A committer that dies by `Death` says nothing; anything else does."""
    usual = threading.excepthook

    def hook(arguments: Any) -> None:
        if not issubclass(arguments.exc_type, Death):
            usual(arguments)

    with monkeypatch.context() as patched:
        patched.setattr(threading, "excepthook", hook)
        yield
