"""What stands in a document's `receipts`: what the log did with an entry, in canonical JSON."""

from collections.abc import Sequence

from server.core import clock
from sync import canonical


def accepted(index: int, flags: Sequence[str], recorded_at: str) -> bytes:
    """The entry stands in the log at this index."""
    verdict = "flagged" if flags else "accepted"
    return canonical.encode({"index": index, "flags": list(flags), "recorded_at": recorded_at, "verdict": verdict})


def quarantined(code: str) -> bytes:
    """The entry was not taken into the log: it is kept whole in quarantine, for this reason."""
    moment = clock.now_text()
    return canonical.encode({"index": None, "flags": [code], "recorded_at": moment, "verdict": "quarantined"})
