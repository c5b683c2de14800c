"""`make bench`: the figures, as one JSON object on standard output. Median of several runs; progress on standard error.

Not a test: nothing here passes or fails by a clock.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import appends, browser, history, machine, verification
from support import PostgresCluster

RUNS = 3


def say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def repeated(measure: Callable[[], float], runs: int = RUNS) -> dict[str, Any]:
    """Median with every run beside it, so that a reader sees the scatter."""
    values = [round(measure(), 2) for _ in range(runs)]
    return {"median": median(values), "runs": values}


def figures() -> dict[str, Any]:
    """Everything, with the machine it was measured on."""
    cluster = PostgresCluster(durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="pestle-bench-") as name:
            return _all(cluster, Path(name))
    finally:
        cluster.close()


def _all(cluster: PostgresCluster, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine.describe()}
    databases: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{Path(tempfile.mkdtemp(dir=folder)) / 'pestle.db'}",
        "postgresql": cluster.create,
    }
    found["appends_per_second"] = {}
    for database, url in databases.items():
        for writers in (1, 8, 32):
            say(f"appends, {database}, {writers} writers")
            rate = repeated(lambda url=url, writers=writers: appends.rate(url(), folder, writers))
            found["appends_per_second"].setdefault(database, {})[f"writers_{writers}"] = rate
    say("verification of 100,000 entries")
    found["verification_seconds_100000"] = verification.seconds(folder)
    say("import of batch history")
    found["import_rows_per_second"] = {
        database: repeated(lambda url=url: history.rate(url(), folder)) for database, url in databases.items()
    }
    say("start of the app in Chromium, CPU four times slower")
    found["app_start_ms_cpu_4x"] = browser.starts(folder)
    return found


if __name__ == "__main__":
    print(json.dumps(figures(), indent=2))
