"""Which calendar a site keeps, from the log alone: every rule that asks for a day asks by it."""

from server.core import zones
from server.site.model import ZONE_SET
from server.witness.seen import Seen
from sync.errors import SyncError


class ZoneRules:
    """`stated` after the entries learnt so far. Such an entry is never erased (`sync.log.erasure.NEVER`)."""

    def __init__(self) -> None:
        self.stated = zones.Zones()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with; `zone_unknown` as well where this machine's time zone database is
        older than the site's: without the zone no day can be told."""
        if seen.head.kind != ZONE_SET or seen.body is None or not seen.by_server:
            return
        code = zones.refused(seen.body["zone"], self.stated.latest)
        if code is not None:
            raise SyncError(code, f"{seen.body['zone']} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        if seen.head.kind == ZONE_SET and seen.body is not None and seen.by_server and not seen.is_strange:
            self.stated.state(seen.head.captured_at, seen.body["zone"])
