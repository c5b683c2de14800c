"""A process that appends from several threads and tells of every entry that was acknowledged, until it is killed.

Three threads state facts of the server, one is a tablet that sends in what it signed, some of it twice or out of order.
"""

import base64
import sys
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from server.core.config import Config
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Held, Recorded
from server.plant import check_end, open_plant
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter


def tell(index: int, entry: str) -> None:
    # One write, so that lines of threads do not mix and a kill cuts none.
    sys.stdout.write(f"{index} {entry}\n")
    sys.stdout.flush()


def state(plant: Plant) -> None:
    while True:
        name = f"K-{uuid4()}"
        payload = {"material": name, "name": {"zh": name, "en": name}, "type": "raw", "unit": "kg"}
        [recorded] = plant.recorder.state(Fact("materials.material_defined.v1", f"material/{name}", payload))
        tell(recorded.index, recorded.id)


def deliver(plant: Plant) -> None:
    signer, name = Ed25519Signer.generate(), f"tablet-{uuid4()}"
    key = base64.b64encode(signer.public_key).decode()
    enrolled = {"device": name, "name": name, "role": "tablet", "alg": signer.alg, "public_key": key}
    plant.recorder.state(Fact("identity.device_enrolled.v1", f"device/{name}", enrolled))
    pen = DeviceWriter(name, signer)
    while True:
        first, second = (pen.write("materials.lot_received.v1", "lot/api-1/L", lot(), actor="P-1") for _ in range(2))
        # The second overtakes the first, which takes it along; then the tablet asks what became of it.
        assert isinstance(plant.recorder.submit(second, source=name), Held)
        [outcome, again] = plant.recorder.submit_many([first, second], source=name)
        assert isinstance(outcome, Recorded), outcome
        tell(outcome.index, first.head.id)
        tell(again.index, second.head.id)


def lot() -> dict[str, Any]:
    nothing = dict.fromkeys(("supplier", "supplier_lot", "containers", "expiry"))
    quantity = {"value": "25.000", "unit": "kg"}
    return {"material": "api-1", "lot": str(uuid4()), "quantity": quantity, "status": "quarantine", **nothing}


def main(database_url: str, folder: str) -> None:
    plant = open_plant(Config(Path(folder), database_url))
    # As `pestle serve` does: a log that was damaged is not served.
    check_end(plant)
    for work in (state, state, state, deliver):
        Thread(target=work, args=(plant,), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
