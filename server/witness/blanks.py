"""Whether copies of a batch's empty record were issued one after the other, by the door's own rule (China GMP 173)."""

from collections import Counter

from server.production.model import batch_stream
from server.release.model import DISPOSITIONS
from server.release.paper import rules
from server.release.paper.model import ISSUED
from server.witness.seen import Seen
from sync.errors import SyncError


class BlankRules:
    """How many copies each batch has, and which batches are sealed, after the entries learnt so far. What was erased
    tells neither, but its header tells that it was there."""

    def __init__(self) -> None:
        self._issued: Counter[str] = Counter()
        self._disposed: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `batch_closed`, `blank_out_of_order`, `blank_reason_missing`."""
        if seen.body is None or not seen.by_server or seen.head.kind != ISSUED:
            return
        given, stream = seen.body, batch_stream(seen.body["batch"])
        code = rules.refusal(stream in self._disposed, self._issued[stream], given["copy"], given["reason"])
        if code is not None:
            raise SyncError(code, f"copy {given['copy']} of {given['batch']} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        if not seen.by_server:
            return
        if seen.head.kind == ISSUED:
            self._issued[seen.head.stream] += 1
        elif seen.head.kind in DISPOSITIONS:
            self._disposed.add(seen.head.stream)
