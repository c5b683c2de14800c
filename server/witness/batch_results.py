"""Whether a batch was released over results that no second person had checked, and whether nobody checked their own, by
the door's own rules, from the log alone (QUA-03)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.core.outcomes import SERVER
from server.production.model import batch_stream
from server.quality import model
from server.quality.usage import model as usage
from server.quality.usage import rules
from server.quality.usage.model import Line
from server.release.model import RELEASED_KIND
from server.witness.lineage import Lineage
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

Body = Mapping[str, Any]
# Answers of another specification than the one in force, or that fit none of its tests, may be no results.
_DOUBTFUL = frozenset({"specification_differs", "results_unfit"})
_FAILED = "out_of_limits"


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What an entry has recorded of a batch. `sure`: certainly a result that stands; else the door alone can tell.
    `failed`: by the limits that the server has held it to."""

    line: Line
    digest: str
    sure: bool
    failed: bool


class BatchResultRules(Remembering):
    """The results of each batch. None is released without, from where servers ask for it, or from the first check of
    any batch on; of one of which an entry was erased nothing is judged."""

    def __init__(self, lineage: Lineage, since: SinceRules) -> None:
        super().__init__()
        self._lineage, self._since = lineage, since
        self._found: dict[str, dict[str, _Recorded]] = {}
        self._lost: set[str] = set()
        self._checks = False

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`; `results_not_unchecked`, `usage_own_work`, `digest_stale` of a check."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == RELEASED_KIND:
            self._judge_release(given["batch"])
        elif head.kind == usage.CHECKED and model.subject_of(head.stream)[0] and head.stream not in self._lost:
            self._judge_check(seen, given, self._found.get(head.stream, {}).get(given["entry"]))

    def _judge_release(self, batch: str) -> None:
        """Of the batch, and of all that it came of; nothing has failed of what it is still the same as."""
        same = {batch, *self._lineage.same_made(batch)}
        for one in (batch, *self._lineage.above(batch)):
            stream = batch_stream(one)
            sure = [] if stream in self._lost else [each for each in self._found.get(stream, {}).values() if each.sure]
            if (self._checks or self._since.asked) and rules.waiting(each.line for each in sure):
                raise SyncError(
                    "release_blocked", f"{batch} was released over results of {one} that nobody had checked"
                )
            if self._since.asked and one in same and any(each.failed for each in sure):
                raise SyncError("release_blocked", f"{batch} was released, and a result of {one} has failed")

    @staticmethod
    def _judge_check(seen: Seen, given: Body, found: _Recorded | None) -> None:
        code = rules.check_refused([] if found is None else [found.line], seen.head.actor)
        if code is None and found is not None and found.digest != given["digest"]:
            code = "digest_stale"
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} of {seen.head.stream} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        """What devices record counts as well, unless it only stands in the log."""
        if seen.head.kind in model.RESULTS and model.subject_of(seen.head.stream)[0] and not seen.is_strange:
            self._about[self._count] = seen.head.stream
            if seen.body is None:
                self._lost.add(seen.head.stream)
            else:
                self._take(seen, seen.body)
        super().learn(seen)

    def _take(self, seen: Seen, given: Body) -> None:
        head, flags = seen.head, frozenset(seen.stamp.flags)
        found = self._found.setdefault(head.stream, {})
        sure = head.kind == model.RESULTS_RECORDED or _DOUBTFUL.isdisjoint(flags)
        corrected = found.get(head.corrects or "")
        if corrected is not None and model.TAKES_NO_PLACE.isdisjoint(flags):
            # What takes its place where it is a result; where nobody can tell from here, either may stand.
            del found[corrected.line.entry]
            if not sure:
                found[corrected.line.entry] = replace(corrected, sure=False)
        told = SERVER if seen.by_server and head.actor == SERVER else None
        line = Line(
            entry=head.id,
            index=seen.stamp.index,
            test="",
            verdict="none",
            specification=None,
            by=head.actor,
            analyst=given.get("analyst", head.actor),
            counts=True,
            checked_by=told,
            set_aside=False,
        )
        found[head.id] = _Recorded(line, seen.digest.hex(), sure, _FAILED in flags)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind != usage.CHECKED or model.subject_of(seen.head.stream)[0] is None:
            return
        self._about[index] = seen.head.stream
        self._checks = True
        found = self._found.get(seen.head.stream, {})
        if seen.body is None:
            self._lost.add(seen.head.stream)
        elif seen.body["entry"] in found:
            one = found[seen.body["entry"]]
            found[one.line.entry] = replace(one, line=replace(one.line, checked_by=seen.head.actor))

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        self._lost.add(stream)
