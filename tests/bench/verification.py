"""How long `pestle verify` takes over an exported log of 100,000 entries, fast and with every signature."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from bench import appends

from sync.log.export import export
from sync.verify import verify_log

ENTRIES = 100_000
WRITERS = 32


def seconds(folder: Path) -> dict[str, Any]:
    plant, story = appends.opened(f"sqlite:///{folder / 'verify.db'}", folder)
    try:
        devices = [story.device(f"bench {number}", "bridge") for number in range(WRITERS)]
        appends.in_parallel(devices, ENTRIES // WRITERS)
        target = folder / "log"
        with plant.engine.connect() as connection:
            export(connection, plant.log, target)
    finally:
        plant.close()
    return {name: _timed(target, full) for name, full in (("fast", False), ("full", True))}


def _timed(target: Path, full: bool) -> dict[str, Any]:
    runs = []
    for _ in range(3):
        begin = time.perf_counter()
        result = verify_log(target, full=full)
        runs.append(round(time.perf_counter() - begin, 2))
        assert result.ok, result
    return {"median": median(runs), "runs": runs}
