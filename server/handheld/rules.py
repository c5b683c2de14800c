"""What is doubtful about work that a handheld did on its own: its lease, its clock. Nothing of it is refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.handheld.model import SKEW_LIMIT_MS, Lease


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason for an exception: its code, and what a reviewer should see of it."""

    code: str
    details: Mapping[str, object]


def doubt_lease(
    lease: Lease | None, given: str | None, batch: str, device: str, seq: int, captured_at: str, skew_ms: int
) -> Doubt | None:
    """Whether an entry was made under a lease of this device for this batch, within its term (PLT-12).

    `captured_at` is by the device's clock, which was `skew_ms` ahead of the server's when they last met: a clock
    that was set back does not lengthen a lease.
    """
    if lease is None or (lease.batch, lease.device) != (batch, device):
        return Doubt("lease_unknown", {"lease": given, "device": device})
    made = datetime.fromisoformat(captured_at) - timedelta(milliseconds=skew_ms)
    if made > datetime.fromisoformat(lease.expires_at):
        return Doubt("lease_expired", {"lease": lease.lease, "device": device, "expires_at": lease.expires_at})
    if lease.last_seq is not None and seq > lease.last_seq:
        return Doubt("lease_expired", {"lease": lease.lease, "device": device, "returned_at": lease.returned_at})
    return None


def doubt_device(device: str, flags: Collection[str]) -> Doubt | None:
    """Whether the entry came after the last that its device's revocation accepts: whoever found it may have made it."""
    return Doubt("device_revoked", {"device": device}) if "device_revoked" in flags else None


def doubt_clock(device: str, skew_ms: int) -> Doubt | None:
    """Whether the device's clock was too far from the server's at their last meeting (PLT-13)."""
    if abs(skew_ms) <= SKEW_LIMIT_MS:
        return None
    return Doubt("clock_skew", {"device": device, "skew_ms": skew_ms})
