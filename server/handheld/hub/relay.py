"""Several server processes of one site: what happens in one is told to the others over PostgreSQL's NOTIFY."""

import json
import logging
import os
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, bindparam, func, select

from sync.log.prepared import Prepared

log = logging.getLogger(__name__)

CHANNEL = "pestle_sync"
# PostgreSQL takes less than 8,000 bytes; ours are below a thousand, a live value of strange length is left out.
_LONGEST = 7_900
_RETRY_SECONDS = 1.0

_notify = Prepared(select(func.pg_notify(CHANNEL, bindparam("payload"))))


class Relay:
    """Says and hears. Only where to look is said, never the bytes themselves: whoever hears it asks by number.

    SQLite has one process: there is nobody to tell. After a lost connection `hear` gets {"missed": true}, since
    anything may have been said meanwhile.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._several = engine.dialect.name == "postgresql"
        self._name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._stop = Event()
        self._thread: Thread | None = None

    def publish(self, notice: dict[str, Any]) -> None:
        if self._several:
            with self._engine.begin() as connection:
                self.publish_with(connection, notice)

    def publish_with(self, connection: Connection, notice: dict[str, Any]) -> None:
        """Said when the connection's transaction is committed, and only then: a commit of its own costs as much as one
        that stores something."""
        payload = json.dumps({**notice, "from": self._name}) if self._several else ""
        if 0 < len(payload) < _LONGEST:
            _notify.run(connection, {"payload": payload})

    def start(self, hear: Callable[[dict[str, Any]], None]) -> None:
        if self._several:
            self._thread = Thread(target=self._run, args=(hear,), name="sync-relay", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self, hear: Callable[[dict[str, Any]], None]) -> None:
        while not self._stop.is_set():
            try:
                self._listen(hear)
            except Exception:
                log.exception("sync: the relay broke, and is tried again")
                self._stop.wait(_RETRY_SECONDS)

    def _listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            hear({"missed": True})
            while not self._stop.is_set():
                for notify in connection.notifies(timeout=0.5):
                    notice = json.loads(notify.payload)
                    if notice.pop("from") != self._name:
                        hear(notice)
