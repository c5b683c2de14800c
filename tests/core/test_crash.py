"""Processes that append are killed at any moment: what they acknowledged is there, the log verifies and rebuilds."""

import random
import time
from pathlib import Path

import pytest
from process_support import Acknowledged, AppendingProcess, examine

KILLS, PROCESSES = 4, 3
SEED = 20261125

pytestmark = pytest.mark.slow


@pytest.mark.urs("PLT-01", "PLT-05", "PLT-09")
def test_kill_9_loses_nothing_that_was_acknowledged(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    acknowledged: Acknowledged = set()
    for _ in range(KILLS):
        process = AppendingProcess(database_url, tmp_path)
        process.wait_for_first()
        time.sleep(chance.uniform(0.0, 0.5))
        acknowledged |= process.kill()
        examine(database_url, tmp_path, acknowledged)
    assert len(acknowledged) >= KILLS


@pytest.mark.urs("PLT-03", "PLT-05", "PLT-09", "PLT-17")
def test_several_processes_append_through_one_head_while_one_after_the_other_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    """Neither a gap nor a fork: every checkpoint that any of them signed is of one tree."""
    chance = random.Random(SEED)
    acknowledged: Acknowledged = set()
    running = [AppendingProcess(database_url, tmp_path) for _ in range(PROCESSES)]
    for _ in range(KILLS):
        for process in running:
            process.wait_for_first()
        time.sleep(chance.uniform(0.0, 0.5))
        victim = chance.randrange(PROCESSES)
        acknowledged |= running[victim].kill()
        running[victim] = AppendingProcess(database_url, tmp_path)
    for process in running:
        process.wait_for_first()
        acknowledged |= process.kill()
    size = examine(database_url, tmp_path, acknowledged)
    assert size > len(acknowledged) >= KILLS
    # All of it leads on: the next process that comes appends behind it.
    process = AppendingProcess(database_url, tmp_path)
    process.wait_for_first()
    acknowledged |= process.kill()
    assert examine(database_url, tmp_path, acknowledged) > size
