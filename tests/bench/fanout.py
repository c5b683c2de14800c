"""From the push at one server process to the arrival at a tablet of the other: two of them on one PostgreSQL."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import live
from support import PostgresCluster, free_port

from server.simulate.own import Own

# Half of them at each process, all in one batch: what one writes must reach the ten of the other side.
CLIENTS, CHANGES, PER_SECOND = 20, 50, 50.0


def fan_out(folder: Path, clients: int = CLIENTS, changes: int = CHANGES) -> dict[str, Any]:
    """Milliseconds by the clock of the one process that holds all tablets, what it takes itself included."""
    cluster = PostgresCluster(durable=True)
    database, data = cluster.create(), Path(tempfile.mkdtemp(dir=folder))
    try:
        with Own(data, database, 1) as own, _second(data, database) as url:
            asked = {"urls": [own.url, url], "login": own.login, "password": own.password, "batches": own.batches}
            asked |= {"count": clients, "changes": changes, "per_second": PER_SECOND}
            with live.started([sys.executable, "-m", "tests.bench.tablets"], asked) as child:
                answer = live.said(child, {"begin": True})
        return {"clients": clients, "changes": clients * changes, "per_second": PER_SECOND, **answer}
    finally:
        cluster.close()


@contextmanager
def _second(data: Path, database: str) -> Iterator[str]:
    """Another process of the same site; its address."""
    port = free_port()
    env = os.environ | {"DATA": str(data), "DATABASE_URL": database, "PORT": str(port)}
    command = [sys.executable, "-m", "server.cli", "serve", "--bind", "127.0.0.1"]
    with (data / "second.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        live.answers(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
