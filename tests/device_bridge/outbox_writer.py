"""A process for the tests to kill: appends readings for ever and says each number once it was promised."""

import sys
from pathlib import Path

from device_bridge.outbox import Draft, Outbox
from sync.signing import Ed25519Signer


def main() -> None:
    folder = Path(sys.argv[1])
    outbox = Outbox(folder / "outbox.db", "bridge-1", Ed25519Signer.load_or_create(folder / "bridge.key"))
    while True:
        number = outbox.head[0] + 1
        group = [Draft("equipment.weight_read.v1", "equipment/BAL-07", {"n": number + more}) for more in range(3)]
        outbox.append(group)
        print(outbox.head[0], flush=True)


main()
