"""Whether copies of a batch's empty record were issued one after the other, by the door's own rule (China GMP 173)."""

from collections import Counter

from server.production.descent.model import DECISIONS, parents
from server.production.model import PAPER_BEGUN, batch_stream
from server.release.model import DISPOSITIONS
from server.release.paper import rules
from server.release.paper.model import ACCOUNTED, ISSUED
from server.witness.papers import BY_PAPER
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError


class BlankRules:
    """How many copies each batch has, and which batches are sealed, after the entries learnt so far. What was erased
    tells neither, but its header tells that it was there."""

    def __init__(self, since: SinceRules) -> None:
        self._since = since
        # Streams of batches that are whole in others.
        self._gone: set[str] = set()
        self._issued: Counter[str] = Counter()
        self._disposed: set[str] = set()
        self._accounted: set[tuple[str, int]] = set()
        self._typed: set[tuple[str, int]] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `batch_closed`, `blank_out_of_order`, `blank_reason_missing`; of
        what is accounted for `not_found`, `item_closed`."""
        if seen.body is None or not seen.by_server or seen.head.kind not in (ISSUED, ACCOUNTED):
            return
        given, stream = seen.body, batch_stream(seen.body["batch"])
        if seen.head.kind == ACCOUNTED:
            self._judge_account(seen, stream)
            return
        gone = self._since.has_reached(BY_PAPER) and stream in self._gone
        code = rules.refusal(stream in self._disposed, gone, self._issued[stream], given["copy"], given["reason"])
        if code is not None:
            raise SyncError(code, f"copy {given['copy']} of {given['batch']} by {seen.head.actor}")

    def _judge_account(self, seen: Seen, stream: str) -> None:
        copy = (seen.body or {})["copy"]
        known, used = (stream, copy) in self._accounted, (stream, copy) in self._typed
        code = rules.account_refused(stream in self._disposed, self._issued[stream], copy, known, used)
        if code is not None:
            raise SyncError(code, f"copy {copy} in {stream} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        if not seen.by_server:
            if seen.head.kind == PAPER_BEGUN and seen.body is not None and not seen.is_strange:
                self._typed.add((batch_stream(seen.body["batch"]), seen.body["copy"]))
            return
        if seen.head.kind in DECISIONS and seen.body is not None:
            self._gone |= {batch_stream(one) for one in parents(seen.head.kind, seen.body)}
        elif seen.head.kind == ACCOUNTED and seen.body is not None:
            self._accounted.add((seen.head.stream, seen.body["copy"]))
        elif seen.head.kind == ISSUED:
            self._issued[seen.head.stream] += 1
        elif seen.head.kind in DISPOSITIONS:
            self._disposed.add(seen.head.stream)
