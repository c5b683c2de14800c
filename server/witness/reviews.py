"""Whether a batch was released only after the flow of its review had passed it, and nothing came since, where the plant
has put that flow to use; and whether nobody closed a deviation by hand that a flow carried; from the log alone."""

from server.engines.flows import kinds
from server.engines.forms.records.model import OPENED, record_stream
from server.quality import model as quality
from server.release.model import DISPOSITIONS, HARMLESS, RELEASED_KIND, REVIEW_FLOW, REVIEWED, review_subject
from server.witness.approvals import ApprovalRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


class ReviewRules(Remembering):
    """Where in the log the last entry stands that says something of a batch, in its stream or in a record about it."""

    def __init__(self, approvals: ApprovalRules) -> None:
        super().__init__()
        self._approvals = approvals
        self._enabled = False
        self._told: dict[str, int] = {}
        # The batch that a record is about, by the record's stream.
        self._records: dict[str, str] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`, `deviation_in_flow`."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == quality.DEVIATION_CLOSED_V1:
            subject = quality.subject_of_number(given["deviation"])
            if self._approvals.came_to(quality.FLOW, subject) == "running":
                raise SyncError("deviation_in_flow", f"{given['deviation']} was closed by {head.actor} beside its flow")
        if head.kind == RELEASED_KIND and self._enabled and not self._blind:
            self._judge_release(head.stream, given["batch"])

    def _judge_release(self, stream: str, batch: str) -> None:
        subject = review_subject(batch)
        decided = self._approvals.came_to(REVIEW_FLOW, subject)
        if decided == "unknown":
            return
        if isinstance(decided, str) or decided[0] != REVIEWED:
            raise SyncError("release_blocked", f"{stream} was released, and no flow had passed its review")
        if self._told.get(stream, -1) > self._approvals.ended_at(REVIEW_FLOW, subject):
            raise SyncError("release_blocked", f"{stream} was released, and entries had come since its review")

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        stream = self._records.get(seen.head.stream, seen.head.stream)
        seal = seen.by_server and seen.head.kind in DISPOSITIONS
        of_record = stream != seen.head.stream and seen.head.kind.startswith("forms.")
        of_batch = stream == seen.head.stream and quality.subject_of(stream)[0] is not None
        if of_record or (of_batch and not seal and seen.head.kind not in HARMLESS):
            self._told[stream] = seen.stamp.index

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind in (kinds.ENABLED, kinds.DISABLED):
            # Who erases these takes the answer with them.
            self._about[index] = None
            self._blind = self._blind or given is None
            if given is not None and given["flow"] == REVIEW_FLOW:
                self._enabled = head.kind == kinds.ENABLED
        elif head.kind == OPENED and given is not None and quality.subject_of(given["subject"] or "")[0] is not None:
            self._records[record_stream(given["record"])] = given["subject"]
