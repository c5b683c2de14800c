"""Whether the server has judged a device's work by the lease that it was made under (PLT-12).

How far a device's clock was off when it last met the server is not in the log, only whether it was by more than five
minutes. So there may be two right answers, and whatever is neither is wrong.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.core.seen import SEEN_WRONG
from server.handheld.model import (
    LEASE_ISSUED,
    LEASE_ISSUED_V2,
    LEASE_ISSUED_V3,
    LEASE_RETURNED,
    LEASE_RETURNED_V2,
    LEASE_REVOKED,
    LEASE_REVOKED_V2,
    SKEW_LIMIT_MS,
    document_of,
    is_leased,
    is_unit,
)
from server.identity.model import DEVICE_REVOKED
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from sync.verify.rules import ERASED

_ISSUED = (LEASE_ISSUED, LEASE_ISSUED_V2, LEASE_ISSUED_V3)
_RETURNED = (LEASE_RETURNED, LEASE_RETURNED_V2)
_KINDS = (*_ISSUED, *_RETURNED, LEASE_REVOKED, LEASE_REVOKED_V2)
_FLAGS = ("lease_unknown", "lease_expired", "lease_revoked")


@dataclass(slots=True)
class Lease:
    """Times in milliseconds since 1970, `issued_at` as it is written."""

    unit: str
    device: str
    issued_at: str
    expires_at: int
    last_seq: int | None = None
    revoked_at: int | None = None


class LeaseRules:
    """The leases of the site, after the entries learnt so far. Before `since` a warehouse's work was asked for its
    lease only where it stood in the stream of one."""

    def __init__(self, since: SinceRules) -> None:
        self._since = since
        self._leases: dict[str, Lease] = {}
        # When each entry was received: what a device had seen was received before it wrote.
        self._times = array("q")
        # Entries about leases, and the units of work of which not all of them can be read any more.
        self._about: dict[int, str] = {}
        self._blind: set[str] = set()
        # Devices that were taken out of use.
        self._gone: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` where the server's answer is none of those that are right."""
        head = seen.head
        leased = is_leased(head.kind, head.stream) if self._since.asked else is_unit(head.stream)
        if not leased or head.stream in self._blind:
            return
        told = [flag for flag in _FLAGS if flag in seen.stamp.flags]
        right = list(self._answers(seen))
        why = f"{head.device} made it for {head.stream} under the lease {head.lease}"
        if len(told) > 1 or (told and told[0] not in right):
            raise misflagged(told[-1], f"{why}, which {' or '.join(map(_named, right))}")
        if not told and None not in right:
            raise unflagged(str(right[0]), f"{why}, which had ended or is none")

    def holding(self, unit: str, at: str) -> list[str]:
        """The devices that may work under a lease of this unit at a time; none where not all of its leases can be
        read."""
        # Of several that a device was given, the last counts.
        last = {one.device: one for one in self.of(unit)}
        held = (one for one in last.values() if one.last_seq is None and one.revoked_at is None)
        return [one.device for one in held if one.expires_at > _ms(at) and one.device not in self._gone]

    def of(self, unit: str) -> list[Lease]:
        """Those of this unit in the order of the log; none where not all of them can be read."""
        return [] if unit in self._blind else [one for one in self._leases.values() if one.unit == unit]

    def _answers(self, seen: Seen) -> Iterator[str | None]:
        """The flags that are right, None for none of them; in the order in which the server looks."""
        head = seen.head
        lease = self._leases.get(head.lease) if head.lease else None
        if lease is None or (lease.unit, lease.device) != (head.stream, head.device):
            yield "lease_unknown"
            return
        for flag, end in (("lease_expired", lease.expires_at), ("lease_revoked", lease.revoked_at)):
            if end is None or not self._may_be_after(seen, end):
                continue
            yield flag
            if self._is_after(seen, end):
                return
        yield "lease_expired" if lease.last_seq is not None and head.seq > lease.last_seq else None

    def _is_after(self, seen: Seen, end: int) -> bool:
        by_clock = "clock_skew" not in seen.stamp.flags and _ms(seen.head.captured_at) - SKEW_LIMIT_MS > end
        return by_clock or self._seen_at(seen) > end

    def _may_be_after(self, seen: Seen, end: int) -> bool:
        by_clock = "clock_skew" in seen.stamp.flags or _ms(seen.head.captured_at) + SKEW_LIMIT_MS > end
        return by_clock or self._seen_at(seen) > end

    def _seen_at(self, seen: Seen) -> int:
        """When the last entry was received that the device had seen; before all times where it had seen none."""
        named = seen.head.seen
        if named is None or SEEN_WRONG in seen.stamp.flags or not 0 < named.size <= len(self._times):
            return -(2**62)
        return self._times[named.size - 1]

    def learn(self, seen: Seen) -> None:
        index, head, body = len(self._times), seen.head, seen.body
        self._times.append(_ms(seen.stamp.recorded_at))
        if not seen.by_server:
            return
        if head.kind == ERASED and body is not None:
            self._blind |= {self._about[one["index"]] for one in body["entries"] if one["index"] in self._about}
        if head.kind == DEVICE_REVOKED:
            # The stream names it, also where its payload was erased.
            self._gone.add(head.stream.partition("/")[2])
        if head.kind not in _KINDS:
            return
        self._about[index] = head.stream
        if body is None:
            self._blind.add(head.stream)
        elif head.kind in _ISSUED:
            unit = document_of(body["batch"]) if head.kind == LEASE_ISSUED else body["unit"]
            self._leases[body["lease"]] = Lease(unit, body["device"], body["issued_at"], _ms(body["expires_at"]))
        elif body["lease"] in self._leases:
            lease = self._leases[body["lease"]]
            if head.kind in _RETURNED:
                lease.last_seq = body["last_seq"]
            else:
                lease.revoked_at = self._times[index]


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _named(flag: str | None) -> str:
    return "was in force" if flag is None else f"deserves {flag}"
