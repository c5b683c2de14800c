"""What is doubtful about work that a handheld did on its own: lease, clock, log seen. Nothing of it is refused."""

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
    lease: Lease | None,
    given: str | None,
    unit: str,
    device: str,
    seq: int,
    captured_at: str,
    skew_ms: int,
    seen_at: str | None,
) -> Doubt | None:
    """Whether an entry was made under a lease of this device for this unit of work, within its term (PLT-12).

    `captured_at` is by the device's clock, which was `skew_ms` ahead of the server's when they last met; `seen_at` is
    when the last entry was received that the device had seen, so that this one was made later whatever its clock said.
    A clock that was set back does not lengthen a lease.
    """
    if lease is None or (lease.unit, lease.device) != (unit, device):
        return Doubt("lease_unknown", {"lease": given, "device": device})
    made = datetime.fromisoformat(captured_at) - timedelta(milliseconds=skew_ms)
    if seen_at is not None:
        made = max(made, datetime.fromisoformat(seen_at))
    if made > datetime.fromisoformat(lease.expires_at):
        return Doubt("lease_expired", {"lease": lease.lease, "device": device, "expires_at": lease.expires_at})
    if lease.revoked_at is not None and made > datetime.fromisoformat(lease.revoked_at):
        return Doubt("lease_revoked", {"lease": lease.lease, "device": device, "revoked_at": lease.revoked_at})
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


def doubt_seen(device: str, size: int, flags: Collection[str]) -> Doubt | None:
    """Whether the device names a checkpoint that this log never had: it, or the log, was set back or is another."""
    return Doubt("seen_wrong", {"device": device, "size": size}) if "seen_wrong" in flags else None


def doubt_capture(device: str, captured_at: str, after: str | None, before: str, skew_ms: int) -> Doubt | None:
    """Whether an entry says that it was captured when it cannot have been made (PLT-13).

    It was made after the last entry that its device had seen was received, `after`, and before it was itself,
    `before`. Nobody knows when the clock began to be off by `skew_ms`: both that and a right clock are allowed for,
    and the limit besides.
    """
    said, limit = datetime.fromisoformat(captured_at), timedelta(milliseconds=SKEW_LIMIT_MS)
    first, last = sorted((said, said - timedelta(milliseconds=skew_ms)))
    early = after is not None and last < datetime.fromisoformat(after) - limit
    if early or first > datetime.fromisoformat(before) + limit:
        details = {"device": device, "captured_at": captured_at, "after": after, "before": before}
        return Doubt("captured_outside", details)
    return None
