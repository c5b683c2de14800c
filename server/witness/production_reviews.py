"""Whether a batch was released only after production had reviewed its record, and nothing of how it was made came
since, where no flow reviews batches; and whether that review was one that the door takes; from the log alone."""

from server.engines.flows import kinds
from server.engines.forms.records.model import OPENED, record_stream
from server.production import model as production
from server.production.model import ENDS
from server.quality.model import subject_of
from server.release.model import (
    DISPOSITIONS,
    HARMLESS,
    OF_QUALITY,
    PRODUCTION_KIND,
    RELEASED_KIND,
    REVIEW_FLOW,
)
from server.release.paper.model import OF_COPIES
from server.witness.lineage import Lineage
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import MISPLACED
from sync.errors import SyncError

# The edition of the rules from which on no batch is released without.
EDITION = 2
_PASSED = frozenset({*HARMLESS, *OF_QUALITY})
# The edition from which on production's signature need not cover what becomes of copies of the empty record.
_COPIES = 3


class ProductionReviewRules(Remembering):
    """Of each batch: which phases have ended, the last entry of how it was made, and production's signature. None is
    released without, from the edition that asks it or the first such signature on."""

    def __init__(self, lineage: Lineage, since: SinceRules) -> None:
        super().__init__()
        self._lineage, self._since = lineage, since
        self._flow, self._signs = False, False
        # Streams of batches: where in the log the last entry stands that says how the batch was made.
        self._made: dict[str, int] = {}
        # And the last of what became of copies of its empty record.
        self._copied: dict[str, int] = {}
        self._records: dict[str, str] = {}
        # Where production's signature stands, and whose it is.
        self._reviewed: dict[str, tuple[int, str]] = {}
        self._ended: dict[str, set[str]] = {}
        # Batches with an erased entry that may have ended a phase, and those of which is lost what they came of.
        self._lost: set[str] = set()
        self._orphans: set[str] = set()
        # Whether every form is known with the batch that it is about, and every end of a phase with its own.
        self._every_form, self._every_end = True, True

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`, `releaser_produced`; `production_by_flow`, `production_unfinished`,
        `production_covered` of production's review."""
        if seen.body is None or not seen.by_server or self._blind:
            return
        if seen.head.kind == PRODUCTION_KIND:
            code = self._refused(seen.head.stream)
            if code is not None:
                raise SyncError(code, f"{seen.head.actor} reviewed {seen.head.stream} for production")
        elif seen.head.kind == RELEASED_KIND and not self._flow and (self._signs or self._since.has_reached(EDITION)):
            self._judge_release(seen.head.stream, seen.head.actor)

    def _judge_release(self, stream: str, actor: str) -> None:
        if not self._stands(stream):
            raise SyncError("release_blocked", f"{stream} was released, and production had not reviewed all of it")
        if self._reviewed[stream][1] == actor:
            raise SyncError("releaser_produced", f"{actor} released {stream} after reviewing it for production")

    def _refused(self, stream: str) -> str | None:
        if self._flow:
            return "production_by_flow"
        above = self._lineage.above(subject_of(stream)[0] or "")
        known = self._orphans.isdisjoint({stream, *(production.batch_stream(one) for one in above)})
        told = -1 if self._since.has_reached(_COPIES) else self._copied.get(stream, -1)
        covered = self._stands(stream) and told <= self._reviewed[stream][0]
        if known and self._every_form and covered:
            return "production_covered"
        left = {phase["id"] for phase in self._phases.get(stream, ())} - self._ended.get(stream, set())
        lost = stream in self._lost or not self._every_end
        return "production_unfinished" if left and not lost else None

    def _stands(self, stream: str) -> bool:
        """Nothing came since of how it was made, nor of what it came of."""
        above = self._lineage.above(subject_of(stream)[0] or "")
        every = (stream, *(production.batch_stream(one) for one in above))
        last = max(self._made.get(one, -1) for one in every)
        return stream in self._reviewed and last <= self._reviewed[stream][0]

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        head = seen.head
        stream = self._records.get(head.stream, head.stream)
        seal = seen.by_server and head.kind in DISPOSITIONS
        of_record = stream != head.stream and head.kind.startswith("forms.")
        of_batch = stream == head.stream and subject_of(stream)[0] is not None
        if (of_record or (of_batch and not seal)) and head.kind not in _PASSED:
            self._made[stream] = seen.stamp.index
        elif of_batch and head.kind in OF_COPIES:
            self._copied[stream] = seen.stamp.index
        if head.kind in ENDS and not seen.is_strange:
            self._end(seen)
        elif head.kind == production.FORMED and seen.by_server and seen.body is None:
            self._orphans.add(stream)
        elif head.kind == OPENED and seen.body is None:
            self._every_form = False

    def _end(self, seen: Seen) -> None:
        """A phase ends in the batch that the device names, in whatever stream it says so."""
        if seen.body is not None:
            self._ended.setdefault(production.batch_stream(seen.body["batch"]), set()).add(seen.body["phase"])
            return
        self._lost.add(seen.head.stream)
        self._every_end = self._every_end and MISPLACED not in seen.stamp.flags

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind in (kinds.ENABLED, kinds.DISABLED):
            # Who erases these takes the answer with them.
            self._about[index] = None
            self._blind = self._blind or given is None
            if given is not None and given["flow"] == REVIEW_FLOW:
                self._flow = head.kind == kinds.ENABLED
        elif head.kind == PRODUCTION_KIND:
            self._signs = True
            self._reviewed[head.stream] = (seen.stamp.index, head.actor)
        elif head.kind == OPENED and given is not None and subject_of(given["subject"] or "")[0] is not None:
            self._records[record_stream(given["record"])] = given["subject"]
