"""What a virtual tablet keeps on its disk: each entry before it is sent, so that it comes back after a crash."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from sync.entry import Envelope


class Journal:
    """One line for each entry, in the order of the chain."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file = file.open("ab")

    def keep(self, doc: str, envelope: Envelope) -> None:
        line = {"doc": doc, "entry": base64.b64encode(envelope.encode()).decode()}
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()

    def read(self) -> Iterator[tuple[str, Envelope]]:
        for line in self._path.read_bytes().splitlines():
            found = json.loads(line)
            yield found["doc"], Envelope.decode(base64.b64decode(found["entry"]))

    def close(self) -> None:
        self._file.close()
