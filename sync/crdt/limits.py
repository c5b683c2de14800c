"""How much a client may send at once, so that no bytes from outside cost more than their size suggests."""

from dataclasses import dataclass

from sync.errors import SyncError

MAX_NUMBER = 2**53 - 1
"""The largest whole number JavaScript holds exactly: a larger one makes clients fail when they decode a change."""
MAX_COUNTER = 2**32 - 1
"""Operation counters and sequence numbers are 32 bits wide in the core that clients run."""
MAX_VALUE = 66 * 1024
"""Bytes of an entry (`sync.entry.Envelope.encode`), a receipt or a draft's value."""
MAX_KEY = 200
"""Characters of a key below `drafts`."""
MAX_DEPTH = 8
"""Levels of maps, lists and texts below `drafts`: readers recurse."""
MAX_DRAFT_VALUES = 100_000
"""Values ever written below the `drafts` of one document, a character of a text being one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes (`frame`, `chunk` as sent, `inflated` after decompression, `message`), else counts per change."""

    frame: int = 4 << 20
    chunk: int = 1 << 20
    inflated: int = 1 << 20
    ops: int = 5_000
    preds: int = 5_000
    actors: int = 256
    actor_bytes: int = 32
    deps: int = 1_000
    message: int = 1_000


DEFAULT = Limits()


def malformed(detail: str) -> SyncError:
    return SyncError("change_malformed", detail)


def too_large(detail: str) -> SyncError:
    return SyncError("change_too_large", detail)


def refused(detail: str) -> SyncError:
    return SyncError("change_refused", detail)
