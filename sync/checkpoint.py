"""Checkpoints (C2SP tlog-checkpoint): what the log says about itself, its size and the root over all entries."""

import base64
import re
from dataclasses import dataclass

from sync import canonical
from sync.errors import SyncError
from sync.merkle import HASH_BYTES

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def encode(self) -> bytes:
        """The text of the note: origin, size, root in base64, one a line."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    @classmethod
    def parse(cls, text: bytes) -> "Checkpoint":
        """From a note's text; extension lines are passed over. SyncError `checkpoint_malformed`."""
        try:
            lines = text.decode("utf-8").split("\n")
            origin, size, encoded = lines[:3]
            root = canonical.decode_base64(encoded)
        except ValueError as error:
            raise SyncError("checkpoint_malformed", "not three lines of a checkpoint") from error
        if not origin or not _SIZE.fullmatch(size) or len(root) != HASH_BYTES or lines[-1] or len(lines) < 4:
            raise SyncError("checkpoint_malformed", "origin, size or root")
        return cls(origin, int(size), root)
