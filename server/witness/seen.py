"""An entry as the rules of a witness see it, and how they name the one that the server has broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.core.kinds import NOT_PERMITTED
from server.core.zones import Zones
from sync.entry import Header, Receipt
from sync.errors import SyncError
from sync.verify.keys import SERVER

# Entries that stand in the log and are no record: nothing more is asked of them.
STRANGE = frozenset({"kind_unknown", "payload_malformed", NOT_PERMITTED, "rule_failed"})


@dataclass(frozen=True, slots=True)
class Seen:
    """`body` is None where its payload was erased, `digest` SHA-256 of the header, `signatures` the line as stored;
    `zones` is what the site's log says of its calendar, up to here."""

    head: Header
    stamp: Receipt
    body: Mapping[str, Any] | None
    digest: bytes
    signatures: bytes
    zones: Zones = field(default_factory=Zones)

    @property
    def by_server(self) -> bool:
        return self.head.device == SERVER

    @property
    def day(self) -> str:
        """On which it was captured, by the site's calendar."""
        return self.zones.day(self.head.captured_at)

    @property
    def is_strange(self) -> bool:
        return not STRANGE.isdisjoint(self.stamp.flags)


def unflagged(flag: str, why: str) -> SyncError:
    return SyncError("flag_missing", f"{why}, and the receipt does not say {flag}")


def misflagged(flag: str, why: str) -> SyncError:
    return SyncError("flag_wrong", f"the receipt says {flag}, and {why}")
