"""Whether a batch was released before every device that held it, or what it came of, had handed it back and delivered
what it said it had written, from the log alone (PLT-11, PRD-14)."""

from collections.abc import Callable

from server.handheld.model import document_of
from server.identity.model import DEVICE_REVOKED
from server.release.model import RELEASED_KIND, WAIVED_KIND, WAIVED_V1
from server.witness.leases import LeaseRules
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

_WAIVERS = (WAIVED_KIND, WAIVED_V1)


class DeviceRules:
    """What devices owe after the entries learnt so far; `delivered` tells the last sequence of one that is in the log.
    Of a waiver or a device's end that was erased, the device owes nothing."""

    def __init__(
        self, leases: LeaseRules, delivered: Callable[[str], int], lineage: Lineage, since: SinceRules
    ) -> None:
        self._leases, self._delivered = leases, delivered
        self._lineage, self._since = lineage, since
        # By batch and device, when QA last said that it no longer waits.
        self._waived: dict[tuple[str, str], str] = {}
        self._lost: set[str] = set()
        # With what they promised when they were taken out of use; None where that was erased.
        self._ended: dict[str, int | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`."""
        if seen.head.kind != RELEASED_KIND or seen.body is None or not seen.by_server or not self._since.asked:
            return
        batch = seen.body["batch"]
        for one in (batch, *self._lineage.above(batch)):
            owing = [] if document_of(one) in self._lost else self._owing(one)
            if owing:
                raise SyncError("release_blocked", f"{batch} was released, and {', '.join(owing)} still owed {one}")

    def _owing(self, batch: str) -> list[str]:
        leases = sorted(self._leases.of(document_of(batch)), key=lambda one: one.issued_at)
        last = {one.device: one for one in leases}
        held = (name for name, one in last.items() if self._waived.get((batch, name), "") < one.issued_at)
        return sorted(name for name in held if self._owes(name, last[name].last_seq))

    def _owes(self, device: str, returned: int | None) -> bool:
        """A device that was taken out of use has promised what was said then; of one that is in use, what it said as it
        handed the batch back."""
        if device in self._ended:
            promised = self._ended[device]
            return promised is not None and self._delivered(device) < promised
        return returned is None or self._delivered(device) < returned

    def learn(self, seen: Seen) -> None:
        head, given = seen.head, seen.body
        if not seen.by_server:
            return
        if head.kind in _WAIVERS and given is None:
            self._lost.add(head.stream)
        elif head.kind in _WAIVERS and given is not None:
            self._waived[given["batch"], given["device"]] = seen.stamp.recorded_at
        elif head.kind == DEVICE_REVOKED:
            self._ended[head.stream.partition("/")[2]] = None if given is None else given["last_seq"]
