"""What witnesses, and the log with its second key, sign of a checkpoint (C2SP tlog-cosignature)."""

from sync.checkpoint import Checkpoint
from sync.errors import SyncError

ED25519_TYPE, MLDSA44_TYPE = 0x04, 0x06
TIMESTAMP_BYTES = 8

_SUBTREE_LABEL = b"subtree/v1\n\0"
_LATEST = 2**63 - 1


def message(type_: int, name: str, timestamp: int, text: bytes) -> bytes:
    """The signed bytes for a note's text. `timestamp` is in Unix seconds and above zero: the statement that no larger
    tree had been seen by then. SyncError `note_malformed` or `checkpoint_malformed`."""
    if not 0 < timestamp <= _LATEST:
        raise SyncError("note_malformed", "the time of a cosignature")
    if type_ == ED25519_TYPE:
        return f"cosignature/v1\ntime {timestamp}\n".encode() + text
    checkpoint = Checkpoint.parse(text)
    # RFC 8446 section 3: the struct cosigned_message, which covers a tree from its first leaf on.
    return b"".join(
        (
            _SUBTREE_LABEL,
            _opaque(name),
            timestamp.to_bytes(8, "big"),
            _opaque(checkpoint.origin),
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _opaque(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) <= 255:
        raise SyncError("note_malformed", "a name of a cosignature has 1 to 255 bytes")
    return bytes([len(data)]) + data
