"""A process that appends from four threads and tells of every entry that was acknowledged, until it is killed."""

import sys
from pathlib import Path
from threading import Thread
from uuid import uuid4

from server.core.config import Config
from server.core.kinds import Fact
from server.core.plant import Plant
from server.plant import open_plant


def append(plant: Plant, thread: int) -> None:
    n = 0
    while True:
        n += 1
        name = f"K{thread}-{n}-{uuid4()}"
        payload = {"material": name, "name": {"zh": name, "en": name}, "type": "raw", "unit": "kg"}
        [recorded] = plant.recorder.state(Fact("materials.material_defined.v1", f"material/{name}", payload))
        # One write, so that lines of threads do not mix and a kill cuts none.
        sys.stdout.write(f"{recorded.index} {recorded.id}\n")
        sys.stdout.flush()


def main(database_url: str, folder: str) -> None:
    plant = open_plant(Config(Path(folder), database_url))
    for thread in range(4):
        Thread(target=append, args=(plant, thread), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
