"""Real processes that append to one plant, told to die without warning; and the full look at what they left."""

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from core_support import reader
from support import ROOT

from server.core import rebuild
from server.core.config import Config
from server.core.plant import Plant
from server.plant import check_end, open_plant
from sync import merkle
from sync.checkpoint import Checkpoint
from sync.log.tables import log_checkpoint
from sync.verify import verify_log

_numbers = count()
Acknowledged = set[tuple[int, str]]


class AppendingProcess:
    """`tests/core/appender.py` in a process of its own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._told = folder / f"told-{next(_numbers)}"
        command = [sys.executable, ROOT / "tests" / "core" / "appender.py", database_url, folder / "data"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self._told.open("wb") as told:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=told, env=env)

    def wait_for_first(self) -> None:
        """Until an entry was acknowledged; AssertionError when the process ends before."""
        while not self._told.stat().st_size:
            assert self._process.poll() is None, "the process ended by itself"
            time.sleep(0.01)

    def kill(self) -> Acknowledged:
        """SIGKILL; (index, id) of each entry that was acknowledged before."""
        assert self._process.poll() is None, "the process ended by itself"
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        words = [line.split() for line in self._told.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return {(int(index), entry) for index, entry in words}


def examine(database_url: str, folder: Path, acknowledged: Acknowledged) -> int:
    """Open it as the server does and look at everything; AssertionError, or the size of the log."""
    plant = open_plant(Config(folder / "data", database_url))
    try:
        check_end(plant)
        return _examine(plant, acknowledged)
    finally:
        plant.close()


def _examine(plant: Plant, acknowledged: Acknowledged) -> int:
    with plant.engine.connect() as connection:
        entries = list(plant.log.entries(connection, 0, 1 << 30))
        notes = list(connection.execute(log_checkpoint.select()))
        size = plant.log.head(connection).size
    assert [entry.index for entry in entries] == list(range(size)), "the log has a gap"
    assert acknowledged <= {(entry.index, entry.head.id) for entry in entries}, "an acknowledged entry is missing"
    assert len({entry.head.id for entry in entries}) == size, "an entry stands there twice"
    _every_checkpoint_leads_here([entry.leaf for entry in entries], [bytes(row.note) for row in notes])
    assert verify_log(reader(plant.engine, plant.log), full=True).ok
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
    return size


def _every_checkpoint_leads_here(leaves: list[bytes], notes: list[bytes]) -> None:
    """None was ever signed that is not of this one tree: no fork."""
    signed = [Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n") for note in notes]
    edge, roots = merkle.Edge(), {0: merkle.EMPTY_ROOT}
    for leaf in leaves:
        edge.append(merkle.leaf_hash(leaf))
        roots[edge.size] = edge.root()
    assert [(one.size, one.root) for one in signed] == [(one.size, roots[one.size]) for one in signed]
