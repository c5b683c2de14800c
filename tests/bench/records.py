"""The printed record of a batch of 40 phases and 1,200 entries: seconds until the PDF is there, and how big it is."""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from batch_support import PHASES, Site, cleared, marked, parameter, weighed
from support import PostgresCluster

from server.core import clock, db
from server.production.rules import mean
from server.release.dossier.build import dossier

GROUPS, ROUNDS, RUNS = 10, 107, 3
BATCH = "B-1200"


def dossier_of_1200_entries(folder: Path) -> dict[str, Any]:
    """On both databases, in both languages: {seconds: {median, runs}, bytes, entries}."""
    cluster = PostgresCluster(durable=True)
    try:
        urls = {"sqlite": f"sqlite:///{folder / 'record.db'}", "postgresql": cluster.create()}
        return {name: _printed(url, Path(tempfile.mkdtemp(dir=folder))) for name, url in urls.items()}
    finally:
        cluster.close()


def _printed(url: str, folder: Path) -> dict[str, Any]:
    site = Site(url, folder)
    try:
        entries = _work(site)
        site.plant.publisher.now()
        return {"entries": entries, **{lang: _timed(site, lang) for lang in ("zh", "en")}}
    finally:
        site.plant.close()


def _timed(site: Site, lang: str) -> dict[str, Any]:
    plant, seconds, data = site.plant, [], b""
    for _ in range(RUNS):
        begun = time.perf_counter()
        with db.snapshot(plant.engine) as connection:
            made = dossier(connection, plant.log, plant.signer, BATCH, lang, plant.config.blobs, clock.now())
        seconds.append(round(time.perf_counter() - begun, 2))
        assert made is not None
        data = made
    return {"seconds": {"median": median(seconds), "runs": seconds}, "bytes": len(data)}


def _phases() -> list[dict[str, Any]]:
    """The four phases of the small recipe ten times over, the last of each with many rounds."""
    many = [phase if phase["id"] != "40" else phase | {"rounds": ROUNDS} for phase in PHASES]
    return [phase | {"id": f"{group}-{phase['id']}"} for group in range(1, GROUPS + 1) for phase in many]


def _work(site: Site) -> int:
    site.order(BATCH, phases=_phases())
    wrote = 0

    def put(kind: str, given: dict[str, Any], group: int) -> None:
        nonlocal wrote
        site.put(kind, given | {"phase": f"{group}-{given['phase']}"})
        wrote += 1

    for group in range(1, GROUPS + 1):
        reading = site.read_weight()
        done = {
            "10": [("line_cleared", cleared(BATCH))],
            "20": [("material_weighed", weighed(BATCH, source="device", reading=reading))],
            "30": [
                ("parameter_recorded", parameter(BATCH, "speed", "12", "rpm")),
                ("parameter_recorded", parameter(BATCH, "time", "20", "min")),
            ],
            "40": [("check_recorded", _check(turn)) for turn in range(1, ROUNDS + 1)],
        }
        for phase, entries in done.items():
            put("phase_started", marked(BATCH, phase), group)
            for kind, given in entries:
                put(kind, given, group)
            put("phase_completed", marked(BATCH, phase), group)
    return wrote


def _check(turn: int) -> dict[str, Any]:
    values = [f"{79 + turn % 3}.0", "80.0", f"{82 - turn % 2}.0"]
    return {
        "batch": BATCH,
        "phase": "40",
        "check": "hardness",
        "round": turn,
        "values": values,
        "unit": "N",
        "mean": mean(values, 1),
        "limits": {"low": "60.0", "high": "100.0", "target": "80.0", "unit": "N"},
        "comment": None,
    }
