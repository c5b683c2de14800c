"""Proof files (C2SP tlog-proof): that one entry stands in the log, to be checked without any network."""

import base64
import re
from dataclasses import dataclass

from sync import canonical, merkle
from sync.errors import SyncError
from sync.trust import Opened, Policy

MAGIC = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MOST = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """`nodes` is the inclusion proof of RFC 6962 section 2.1.1; `checkpoint` the signed note, cosignatures and all."""

    index: int
    nodes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        lines = [MAGIC]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(node).decode() for node in self.nodes]
        return "\n".join((*lines, "", "")).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "LogProof":
        """SyncError `proof_malformed`."""
        head, separator, checkpoint = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
            extra = canonical.decode_base64(lines.pop(1)[6:]) if lines[1:2] and lines[1].startswith("extra ") else None
            nodes = tuple(canonical.decode_base64(line) for line in lines[2:])
        except ValueError as error:
            raise SyncError("proof_malformed", "not the lines of a proof") from error
        match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        whole = all(len(node) == merkle.HASH_BYTES for node in nodes)
        if lines[0] != MAGIC or match is None or not separator or len(nodes) > _MOST or not whole:
            raise SyncError("proof_malformed", "not the lines of a proof")
        return cls(int(match[1]), nodes, checkpoint, extra)

    def verify(self, leaf: bytes, policy: Policy) -> Opened:
        """The checkpoint under which this leaf stands; SyncError of policy or proof."""
        opened = policy.open(self.checkpoint)
        checkpoint = opened.checkpoint
        merkle.verify_inclusion(self.index, checkpoint.size, merkle.leaf_hash(leaf), self.nodes, checkpoint.root)
        return opened
