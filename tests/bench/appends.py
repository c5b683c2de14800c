"""Appends per second through the whole door: shape, signature, chain, rule, tree, projection, one durable commit."""

import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from server.core.config import Config
from server.core.plant import Plant
from server.demo.story import Story, StoryDevice
from server.plant import open_plant

KIND = "equipment.weight_read.v1"


def opened(url: str, folder: Path) -> tuple[Plant, Story]:
    plant = open_plant(Config(Path(tempfile.mkdtemp(dir=folder)), url))
    register = {"equipment": "BAL-01", "class": "balance", "name": {"zh": "天平", "en": "Balance"}, "serial": "1"}
    story = Story(plant, datetime.now(UTC))
    register |= {"model": "ICS685", "location": None, "calibration_due": None}
    story.state("equipment.equipment_registered.v1", "equipment/BAL-01", register)
    return plant, story


def weigh(device: StoryDevice, count: int) -> None:
    for number in range(count):
        net = {"value": f"{12 + number % 7}.640", "unit": "kg"}
        payload = {"balance": "BAL-01", "model": "ICS685", "serial": "1", "transport": "tcp", "quality": "stable"}
        payload |= {"net": net, "raw": f"S S {net['value']:>10} kg", "connection": 1}
        device.record(KIND, "equipment/BAL-01", payload, actor=device.id)


def rate(url: str, folder: Path, writers: int) -> float:
    """Entries per second with so many bridges, each waiting for its last entry before the next."""
    plant, story = opened(url, folder)
    try:
        devices = [story.device(f"bench {number}", "bridge") for number in range(writers)]
        each = max(1500 // writers, 60)
        begin = time.perf_counter()
        in_parallel(devices, each)
        return writers * each / (time.perf_counter() - begin)
    finally:
        plant.close()


def in_parallel(devices: list[StoryDevice], each: int) -> None:
    threads = [threading.Thread(target=weigh, args=(device, each)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
