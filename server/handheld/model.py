"""The nouns of handhelds: a lease, what is signed at a meeting with the server, and the limits of both."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from server.identity import grants

LEASE_DOMAIN = b"pestle/lease/v1\n"
RETURN_DOMAIN = b"pestle/lease-return/v1\n"
SNAPSHOT_DOMAIN = b"pestle/snapshot/v1\n"
HELLO_DOMAIN = b"pestle/hello/v1\n"
LIVE_DOMAIN = b"pestle/live/v1\n"
# Of batches; of every other unit of work, which they name by its stream, v2; issued for a day of a warehouse, v3.
LEASE_ISSUED, LEASE_ISSUED_V2 = "handheld.lease_issued.v1", "handheld.lease_issued.v2"
LEASE_ISSUED_V3 = "handheld.lease_issued.v3"
LEASE_RETURNED, LEASE_RETURNED_V2 = "handheld.lease_returned.v1", "handheld.lease_returned.v2"
LEASE_REVOKED, LEASE_REVOKED_V2 = "handheld.lease_revoked.v1", "handheld.lease_revoked.v2"
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
BATCH, RECORD, WAREHOUSE = "batch", "record", "warehouse"
_WAREHOUSE = re.compile(rf"{WAREHOUSE}/({grants.AREA})/([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})")
# What a handheld makes in a warehouse, by the rooms of materials: under a lease of a day there, whatever stream it
# names.
WAREHOUSE_WORK: tuple[str, ...] = (
    "materials.lot_received.v1",
    "materials.lot_received.v2",
    "materials.containers_received.v1",
    "materials.containers_received.v2",
    "materials.container_moved.v1",
    "materials.container_split.v1",
    "materials.containers_merged.v1",
    "materials.container_counted.v1",
    "quality.sample_taken.v1",
    "quality.sample_handed.v1",
)
LEASE_TERM = timedelta(hours=72)
# Beyond five minutes between a device's clock and the server's, its capture times are doubtful (PLT-13).
SKEW_LIMIT_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Lease:
    """A unit of work, a batch, a record or a day of a warehouse (`<area>/<day>`), in the hands of a device. Times are
    UTC text; `last_seq` is what the device had written at its return; `revoked_at` is when somebody took it back
    without the device."""

    lease: str
    batch: str | None
    record: str | None
    warehouse: str | None
    device: str
    person: str
    issued_at: str
    expires_at: str
    returned_at: str | None = None
    last_seq: int | None = None
    revoked_at: str | None = None

    @property
    def unit(self) -> str:
        """The name of its stream and of its document."""
        if self.batch is not None:
            return document_of(self.batch)
        return f"{RECORD}/{self.record}" if self.record is not None else f"{WAREHOUSE}/{self.warehouse}"

    def named(self) -> dict[str, str]:
        """How the entries about this lease name what it is of."""
        return {"batch": self.batch} if self.batch is not None else {"unit": self.unit}


def document_of(batch: str) -> str:
    """The shared document of a batch; the log's stream of the batch has the same name."""
    return f"{BATCH}/{batch}"


def batch_of(stream: str) -> str | None:
    """The batch of a stream or document; None for those that belong to no batch."""
    return _named(stream, BATCH)


def record_of(stream: str) -> str | None:
    """The record of a stream or document; None for those that belong to no record."""
    return _named(stream, RECORD)


def warehouse_of(stream: str) -> tuple[str, str] | None:
    """(area, day) of the stream or document of a day's work in a warehouse; None for those that are none."""
    found = _WAREHOUSE.fullmatch(stream)
    if found is None:
        return None
    try:
        date.fromisoformat(found[2])
    except ValueError:
        return None
    return found[1], found[2]


def _named(stream: str, what: str) -> str | None:
    head, slash, name = stream.partition("/")
    return name if head == what and slash and name else None


def is_unit(stream: str) -> bool:
    """Whether tablets work on what this stream is of."""
    return any(found is not None for found in (batch_of(stream), record_of(stream), warehouse_of(stream)))


def is_leased(kind: str, stream: str) -> bool:
    """Whether an entry of a device is judged by the lease that it was made under: all that is said of a unit of work,
    and a warehouse's work wherever it is said."""
    return is_unit(stream) or kind in WAREHOUSE_WORK


def unit_named(name: str) -> str:
    """The unit of work that an address means: a stream, or a batch by its bare number."""
    return name if "/" in name else document_of(name)
