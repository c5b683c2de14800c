"""`make bench`: the figures, as one JSON object on standard output. Median of several runs; progress on standard error.

Not a test: nothing here passes or fails by a clock. BENCH_SIZE: entries of the big logs (1,000,000 unless given);
BENCH_ONLY: names of the parts to run, with commas between; BENCH_RUNS: how often live changes are run (3).
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import first_screen
from bench import (
    alerting,
    browser,
    bulk,
    calculating,
    durability,
    fanout,
    filling,
    floor,
    flow_instances,
    flows,
    history,
    live,
    machine,
    materials,
    planning,
    proofs,
    readings,
    records,
    scanning,
    stock,
    storm,
    verification,
    warehousing,
)
from support import PostgresCluster

RUNS = 3
SIZE = int(os.environ.get("BENCH_SIZE", "1000000"))
# What a rebuild is measured over; its speed does not depend on how long the log is.
REBUILT = 20_000

Url = Callable[[], str]


def repeated(measure: Callable[[], float], runs: int = RUNS) -> dict[str, Any]:
    """Median with every run beside it, so that a reader sees the scatter."""
    values = [round(measure(), 2) for _ in range(runs)]
    return {"median": median(values), "runs": values}


def on_both(folder: Path, measure: Callable[[str], float]) -> dict[str, Any]:
    """The same on SQLite and on PostgreSQL, each time in a new database."""
    cluster = PostgresCluster(durable=True)
    databases: dict[str, Url] = {
        "sqlite": lambda: f"sqlite:///{Path(tempfile.mkdtemp(dir=folder)) / 'pestle.db'}",
        "postgresql": cluster.create,
    }
    try:
        return {name: repeated(lambda url=url: measure(url())) for name, url in databases.items()}
    finally:
        cluster.close()


PARTS: dict[str, Callable[[Path], Any]] = {
    "appends": durability.appends,
    "handed_in_at_once_per_second": lambda folder: on_both(folder, lambda url: bulk.handed_in(url, folder)),
    "rebuild_per_second": lambda folder: on_both(folder, lambda url: bulk.rebuilt(url, folder, min(SIZE, REBUILT))),
    "proofs": lambda folder: proofs.figures(folder, SIZE),
    "verification": lambda folder: verification.seconds(folder, SIZE),
    "import_rows_per_second": lambda folder: on_both(folder, lambda url: history.rate(url, folder)),
    "live_changes": live.live,
    "fan_out": fanout.fan_out,
    "storm_30_tablets": storm.storm,
    "idle_connections": storm.idle,
    "materials_beside_tryton": materials.beside_tryton,
    "reading_to_screen_ms": readings.to_screen,
    "dossier_1200_entries": records.dossier_of_1200_entries,
    "first_screen_brotli_bytes": lambda _: {"javascript": first_screen.weight(), "parts": first_screen.parts()},
    "app_start_ms_cpu_4x": browser.starts,
    "change_of_person_ms_cpu_4x": browser.change_of_person,
    "tablet_2000_entries": browser.with_2000_entries,
    "tablet_40_phases_1200_entries_ms_cpu_4x": floor.tablet,
    "operators_200_on_60_batches_postgresql": floor.operators,
    "scan_ms_cpu_4x": scanning.scans,
    "alert_to_push": alerting.alerts,
    "form_of_300_fields_ms_cpu_4x": filling.fills,
    "expressions_per_second": calculating.calculated,
    "flow_steps_beside_spiffworkflow": flows.steps,
    "flow_instances_10000_postgresql": flow_instances.instances,
    "stock_1000000_containers_postgresql": stock.stock,
    "requirements_50000_six_levels": planning.requirements,
    "warehouse_20000_containers": warehousing.warehouse,
}


def figures(names: list[str]) -> dict[str, Any]:
    """Every part that was asked for, with the machine it was measured on."""
    found: dict[str, Any] = {"machine": machine.describe()}
    for name in names:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="pestle-bench-") as folder:
            found[name] = PARTS[name](Path(folder))
    return found


if __name__ == "__main__":
    only = os.environ.get("BENCH_ONLY")
    print(json.dumps(figures(only.split(",") if only else list(PARTS)), indent=2, ensure_ascii=False))
