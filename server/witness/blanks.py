"""Whether copies of a batch's empty record were issued one after the other, and printed again with a reason, by the
door's own rules (China GMP 173)."""

from collections import Counter

from server.handheld.model import batch_of
from server.production.descent.model import DECISIONS, parents
from server.production.model import batch_stream
from server.release.model import DISPOSITIONS
from server.release.paper import rules
from server.release.paper.model import ACCOUNTED, ISSUED, OF_COPIES, PRINTED
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from sync.errors import SyncError


class BlankRules:
    """How many copies each batch has, and which batches are sealed, after the entries learnt so far. What was erased
    tells neither, but its header tells that it was there."""

    def __init__(self, papers: PaperRules, lineage: Lineage) -> None:
        self._papers, self._lineage = papers, lineage
        # Streams of batches that are whole in others.
        self._gone: set[str] = set()
        # The highest number of each, and all numbers.
        self._last: Counter[str] = Counter()
        self._issued: set[tuple[str, int]] = set()
        self._disposed: set[str] = set()
        self._accounted: set[tuple[str, int]] = set()
        self._printed: set[tuple[str, int]] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `batch_closed`, `blank_out_of_order`, `blank_reason_missing`; of
        what is printed or accounted for `not_found`, `item_closed`."""
        if seen.body is None or not seen.by_server or seen.head.kind not in OF_COPIES:
            return
        given, stream = seen.body, batch_stream(seen.body["batch"])
        if seen.head.kind == ACCOUNTED:
            self._judge_account(seen, stream)
            return
        if seen.head.kind == PRINTED:
            self._judge_print(seen, stream)
            return
        gone = self._papers.asked and stream in self._gone
        issued = self._before(given["batch"], given["copy"])
        code = rules.refusal(stream in self._disposed, gone, issued, given["copy"], given["reason"])
        if code is not None:
            raise SyncError(code, f"copy {given['copy']} of {given['batch']} by {seen.head.actor}")

    def _judge_account(self, seen: Seen, stream: str) -> None:
        given = seen.body or {}
        place = stream, given["copy"]
        used = given["copy"] in self._papers.used(given["batch"], certain=True)
        issued = place in self._issued or self._papers.is_lineage_lost
        code = rules.account_refused(stream in self._disposed, issued, place in self._accounted, used)
        if code is not None:
            raise SyncError(code, f"copy {given['copy']} in {stream} by {seen.head.actor}")

    def _judge_print(self, seen: Seen, stream: str) -> None:
        given = seen.body or {}
        place = stream, given["copy"]
        issued = place in self._issued or self._papers.is_lineage_lost
        prints, accounted = int(place in self._printed), place in self._accounted
        code = rules.print_refused(stream in self._disposed, issued, accounted, prints, given["reason"])
        if code is not None:
            raise SyncError(code, f"copy {given['copy']} in {stream} printed by {seen.head.actor}")

    def _before(self, batch: str, copy: int) -> int:
        """The highest number there was. Servers of before began anew with each batch; of what a batch came of nobody
        may know any more."""
        own = self._last[batch_stream(batch)]
        if (copy == own + 1 and not self._papers.asked) or (copy > own and self._papers.is_lineage_lost):
            return copy - 1
        return self._highest(batch)

    def _highest(self, batch: str) -> int:
        return max(self._last[batch_stream(one)] for one in (batch, *self._lineage.above(batch)))

    def _erased(self, stream: str) -> int:
        """The number of a copy whose issue is erased: the next, as it was counted then."""
        return 1 + (self._highest(batch_of(stream) or "") if self._papers.asked else self._last[stream])

    def learn(self, seen: Seen) -> None:
        if not seen.by_server:
            return
        if seen.head.kind in DECISIONS and seen.body is not None:
            self._gone |= {batch_stream(one) for one in parents(seen.head.kind, seen.body)}
        elif seen.head.kind == ACCOUNTED and seen.body is not None:
            self._accounted.add((seen.head.stream, seen.body["copy"]))
        elif seen.head.kind == PRINTED and seen.body is not None:
            self._printed.add((seen.head.stream, seen.body["copy"]))
        elif seen.head.kind == ISSUED:
            stream = seen.head.stream
            self._last[stream] = self._erased(stream) if seen.body is None else seen.body["copy"]
            self._issued.add((stream, self._last[stream]))
        elif seen.head.kind in DISPOSITIONS:
            self._disposed.add(seen.head.stream)
