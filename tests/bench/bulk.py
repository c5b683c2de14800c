"""Entries per second when a device that was away hands in 2,000 at once, and when all tables are made again."""

import time
from pathlib import Path

from bench import appends

from server.core import rebuild
from server.core.record import Recorded

ENTRIES = 2000


def handed_in(url: str, folder: Path) -> float:
    """All checks of each entry, as for one alone; the clock runs until the last is durable."""
    plant, story = appends.opened(url, folder)
    try:
        entries = appends.signed(story.device("bench", "bridge"), ENTRIES)
        begin = time.perf_counter()
        outcomes = plant.recorder.submit_many(entries, source="bench")
        took = time.perf_counter() - begin
    finally:
        plant.close()
    assert all(isinstance(outcome, Recorded) and not outcome.flags for outcome in outcomes)
    return ENTRIES / took


def rebuilt(url: str, folder: Path, entries: int) -> float:
    """Entries per second of `pestle rebuild --replace`, over a log of so many."""
    plant, story = appends.opened(url, folder)
    try:
        plant.recorder.submit_many(appends.signed(story.device("bench", "bridge"), entries), source="bench")
        begin = time.perf_counter()
        done = rebuild.replace(plant.engine, plant.log, plant.registry)
        took = time.perf_counter() - begin
        assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
    finally:
        plant.close()
    rate: float = done["entries"] / took
    return rate
