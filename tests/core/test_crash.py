"""A process that appends is killed at any moment: what it acknowledged is in the log, the log verifies and rebuilds."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from core_support import reader
from support import ROOT

from server.core import rebuild
from server.core.config import Config
from server.plant import open_plant
from sync.verify import verify_log

KILLS = 6
SEED = 20261125


def run_and_kill(database_url: str, folder: Path, seconds: float) -> list[tuple[int, str]]:
    """(index, id) of each entry that the process acknowledged before it was killed."""
    command = [sys.executable, ROOT / "tests" / "core" / "appender.py", database_url, folder]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    with child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(seconds)
        child.kill()
        lines = [first, *child.stdout.read().splitlines(keepends=True)]
    words = [line.split() for line in lines if line.endswith("\n")]
    return [(int(index), name) for index, name in words]


@pytest.mark.slow
@pytest.mark.urs("PLT-01", "PLT-05", "PLT-09")
def test_kill_9_loses_nothing_that_was_acknowledged(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    acknowledged: list[tuple[int, str]] = []
    for _ in range(KILLS):
        acknowledged += run_and_kill(database_url, tmp_path, chance.uniform(0.0, 0.6))
        plant = open_plant(Config(tmp_path, database_url))
        try:
            with plant.engine.connect() as connection:
                logged = {(entry.index, entry.head.id) for entry in plant.log.entries(connection, 0, 1 << 30)}
                assert plant.log.head(connection).size == len(logged)
            assert set(acknowledged) <= logged
            assert verify_log(reader(plant.engine, plant.log), full=True).ok
            assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
        finally:
            plant.close()
    assert len(acknowledged) >= KILLS
