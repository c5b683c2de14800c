"""The nouns of handhelds: a lease, what is signed at a meeting with the server, and the limits of both."""

from dataclasses import dataclass
from datetime import timedelta

LEASE_DOMAIN = b"pestle/lease/v1\n"
RETURN_DOMAIN = b"pestle/lease-return/v1\n"
SNAPSHOT_DOMAIN = b"pestle/snapshot/v1\n"
HELLO_DOMAIN = b"pestle/hello/v1\n"
LIVE_DOMAIN = b"pestle/live/v1\n"
LEASE_REVOKED = "handheld.lease_revoked.v1"
# The code of the exception that input in quarantine is for QA, when it came for a batch.
QUARANTINED = "input_quarantined"
DISPUTED = "handheld.log_disputed.v1"
# The code of the exception that goes with it.
LOG_DISPUTED = "log_disputed"
SETTLED = "handheld.dispute_settled.v1"
# What a device can find wrong with the log that it is told of.
ALARMS = ("log_rolled_back", "log_forked", "checkpoint_forged", "keys_changed", "proof_wrong", "proof_missing")
# Characters of a note or policy that are kept as evidence: together they fit the payload of an entry.
MAX_EVIDENCE = 12 * 1024
LEASE_TERM = timedelta(hours=72)
# Beyond five minutes between a device's clock and the server's, its capture times are doubtful (PLT-13).
SKEW_LIMIT_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch in the hands of a device. Times are UTC text; `last_seq` is what the device had written at its return;
    `revoked_at` is when somebody took it back without the device."""

    lease: str
    batch: str
    device: str
    person: str
    issued_at: str
    expires_at: str
    returned_at: str | None = None
    last_seq: int | None = None
    revoked_at: str | None = None


def document_of(batch: str) -> str:
    """The shared document of a batch; the log's stream of the batch has the same name."""
    return f"batch/{batch}"


def batch_of(stream: str) -> str | None:
    """The batch of a stream or document; None for those that belong to no batch."""
    head, slash, number = stream.partition("/")
    return number if head == "batch" and slash and number else None
