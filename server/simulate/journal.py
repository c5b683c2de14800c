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
        for line in self.lines():
            found = json.loads(line)
            yield found["doc"], Envelope.decode(base64.b64decode(found["entry"]))

    def lines(self) -> list[bytes]:
        return self._path.read_bytes().splitlines(keepends=True)

    @property
    def size(self) -> int:
        """In bytes: what a copy of the disk made now would hold."""
        return self._file.tell()

    def cut(self, size: int) -> set[str]:
        """As it was when it had this size; the ids of the entries that it does not hold any more."""
        before = {envelope.head.id for _, envelope in self.read()}
        self._file.truncate(size)
        self._file.seek(size)
        return before - {envelope.head.id for _, envelope in self.read()}

    def close(self) -> None:
        self._file.close()
