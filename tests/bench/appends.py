"""Appends per second through the whole door, beside what else keeps an audit trail, by turns in one run.

Ours does all it does for a device's entry: shape, canonical form, signature, chain, rule, receipt, tree, signed
checkpoint, projection, one durable commit. Entries are signed beforehand, as devices do that. Run by itself
(`python -m tests.bench.appends`) it prints JSON, so that it can run under another idea of what fsync takes.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import competitors, machine
from support import PostgresCluster

from server.core.config import Config
from server.core.plant import Plant
from server.core.record import Recorded
from server.demo.story import Story, StoryDevice
from server.plant import open_plant
from sync.entry import Envelope

KIND = "equipment.weight_read.v1"
WRITERS = (1, 8, 32)
SECONDS = 1.5
RUNS = 3
# More than anybody writes in that time.
MOST = 12_000

Step = Callable[[], None]
"""Writes one record durably; each writer has its own."""


def opened(url: str, folder: Path) -> tuple[Plant, Story]:
    plant = open_plant(Config(Path(tempfile.mkdtemp(dir=folder)), url))
    register: dict[str, Any] = {
        "equipment": "BAL-01",
        "class": "balance",
        "name": {"zh": "天平", "en": "Balance"},
        "serial": "1",
    }
    story = Story(plant, datetime.now(UTC))
    register |= {"model": "ICS685", "location": None, "calibration_due": None}
    story.state("equipment.equipment_registered.v1", "equipment/BAL-01", register)
    return plant, story


def reading(number: int) -> dict[str, Any]:
    net = {"value": f"{12 + number % 7}.640", "unit": "kg"}
    payload = {"balance": "BAL-01", "model": "ICS685", "serial": "1", "transport": "tcp", "quality": "stable"}
    return payload | {"net": net, "raw": f"S S {net['value']:>10} kg", "connection": 1}


def signed(device: StoryDevice, count: int) -> list[Envelope]:
    """What a bridge has signed and not yet sent."""
    pen = device.writer
    return [pen.write(KIND, "equipment/BAL-01", reading(number), actor=device.id) for number in range(count)]


@contextmanager
def ours(url: str, folder: Path, writers: int) -> Iterator[list[Step]]:
    plant, story = opened(url, folder)
    each = max(MOST // writers, 600)

    def step(entries: Iterator[Envelope]) -> None:
        outcome = plant.recorder.submit(next(entries), source="bench")
        assert isinstance(outcome, Recorded), outcome
        assert not outcome.flags, outcome

    stocks = [iter(signed(story.device(f"bench {number}", "bridge"), each)) for number in range(writers)]
    try:
        yield [partial(step, stock) for stock in stocks]
    finally:
        plant.close()


SYSTEMS = {"pestle": ours, "trigger_table": competitors.trigger_table, "continuum": competitors.continuum}


def rate(system: str, url: str, folder: Path, writers: int) -> float:
    """Records per second, each writer waiting for its last before the next."""
    with SYSTEMS[system](url, folder, writers) as steps:
        for step in steps:
            step()
        return in_parallel(steps)


def in_parallel(steps: Sequence[Step]) -> float:
    counts = [0] * len(steps)
    begin = time.perf_counter()

    def work(number: int) -> None:
        while time.perf_counter() - begin < SECONDS:
            steps[number]()
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def compared(url: Callable[[], str], folder: Path, writers: int) -> dict[str, Any]:
    """Each system's median and its runs, and ours in terms of the others; they take turns, so that noise meets all."""
    runs: dict[str, list[float]] = {system: [] for system in SYSTEMS}
    for _ in range(RUNS):
        for system, values in runs.items():
            values.append(round(rate(system, url(), folder, writers), 1))
    medians = {system: median(values) for system, values in runs.items()}
    own = medians["pestle"]
    ratios = {f"to_{system}": round(own / other, 2) for system, other in medians.items() if system != "pestle"}
    return {"per_second": medians, "ratio": ratios, "runs": runs}


def everywhere() -> dict[str, Any]:
    cluster = PostgresCluster(durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="pestle-bench-") as name:
            folder = Path(name)
            databases: dict[str, Callable[[], str]] = {
                "sqlite": lambda: f"sqlite:///{Path(tempfile.mkdtemp(dir=folder)) / 'bench.db'}",
                "postgresql": cluster.create,
            }
            found: dict[str, Any] = {"fsync_ms": machine.fsync_ms()}
            for database, url in databases.items():
                for writers in WRITERS:
                    print(f"bench: appends, {database}, {writers} writers", file=sys.stderr, flush=True)
                    found.setdefault(database, {})[f"writers_{writers}"] = compared(url, folder, writers)
            return found
    finally:
        cluster.close()


if __name__ == "__main__":
    print(json.dumps(everywhere()))
