"""Whether a batch was released over results that no second person had checked or that its specification fails, or
without one of each test of that; whether nobody checked their own; as the door asks, from the log alone (QUA-03)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.core.outcomes import SERVER
from server.production.model import RELEASES, batch_stream
from server.quality import model
from server.quality.specifications.model import missing
from server.quality.usage import model as usage
from server.quality.usage import rules
from server.quality.usage.model import Line
from server.release.model import RELEASED_KIND
from server.witness.gaps import EDITION
from server.witness.in_force import InForce
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
    `failed`: by the word of the server. `tests` it has answered at its stage, and of these `failing` by what was in
    force, as far as that can be told; of which `sample`, where it says so."""

    line: Line
    digest: str
    sure: bool
    failed: bool
    stage: str
    tests: frozenset[str]
    failing: frozenset[str]
    sample: str | None = None


class BatchResultRules(Remembering):
    """The results of each batch. None is released without, from where servers ask for it, or from the first check of
    any batch on; of one of which an entry was erased nothing is judged. `known` tells what is in force."""

    def __init__(self, lineage: Lineage, since: SinceRules, known: InForce) -> None:
        super().__init__()
        self._lineage, self._since, self._known = lineage, since, known
        self._products: dict[str, str] = {}
        self._found: dict[str, dict[str, _Recorded]] = {}
        self._lost: set[str] = set()
        self._checks = False

    def may_be_tested(self, batch: str, sample: str) -> bool:
        """Whether a result of this sample may stand, as far as the log still tells."""
        stream = batch_stream(batch)
        return stream in self._lost or any(one.sample == sample for one in self._found.get(stream, {}).values())

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`; `results_not_unchecked`, `usage_own_work`, `digest_stale` of a check."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == RELEASED_KIND:
            self._judge_release(given["batch"])
            if self._since.has_reached(EDITION) and head.stream not in self._lost:
                self._judge_complete(seen, given["batch"])
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
            told = self._since.has_reached(EDITION)
            failed = any(each.failed or (told and each.failing) for each in sure)
            if self._since.asked and one in same and failed:
                raise SyncError("release_blocked", f"{batch} was released, and a result of {one} has failed")

    def _judge_complete(self, seen: Seen, batch: str) -> None:
        """There is a result of every test that is asked for at release, on the day by the person's clock or by the
        server's: at midnight the door asked for either."""
        product = self._products.get(batch_stream(batch))
        if product is None or self._known.is_blind:
            return
        found = self._found.get(batch_stream(batch), {}).values()
        there = {test for one in found if one.stage == "release" for test in one.tests}
        days = (seen.day, seen.zones.day(seen.stamp.recorded_at))
        asked = [self._known.find(product, "release", day) for day in days]
        left = [[] if one is None else missing(one.tests, there) for one in asked]
        if all(left):
            raise SyncError("release_blocked", f"{batch} was released without a result of {', '.join(left[0])}")

    @staticmethod
    def _judge_check(seen: Seen, given: Body, found: _Recorded | None) -> None:
        code = rules.check_refused([] if found is None else [found.line], seen.head.actor)
        if code is None and found is not None and found.digest != given["digest"]:
            code = "digest_stale"
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} of {seen.head.stream} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        """What devices record counts as well, unless it only stands in the log."""
        if seen.head.kind in RELEASES and seen.by_server:
            if seen.body is None:
                self._lost.add(seen.head.stream)
            else:
                self._products[batch_stream(seen.body["batch"])] = seen.body["product"]["code"]
        elif seen.head.kind in model.RESULTS and model.subject_of(seen.head.stream)[0] and not seen.is_strange:
            self._about[self._count] = seen.head.stream
            if seen.body is None:
                self._lost.add(seen.head.stream)
            else:
                self._take(seen, seen.body)
        super().learn(seen)

    def _take(self, seen: Seen, given: Body) -> None:
        """What takes its place where it is a result; where nobody can tell from here, either may stand."""
        flags, found = frozenset(seen.stamp.flags), self._found.setdefault(seen.head.stream, {})
        rows = None
        if not self._known.is_blind:
            rows = self._known.rows(seen, given, self._products.get(seen.head.stream))
        sure = seen.head.kind == model.RESULTS_RECORDED or _DOUBTFUL.isdisjoint(flags)
        new = _recorded(seen, given, sure, rows)
        old = found.get(seen.head.corrects or "")
        if old is not None and model.TAKES_NO_PLACE.isdisjoint(flags):
            del found[old.line.entry]
            if not sure:
                found[old.line.entry] = replace(old, sure=False)
            elif self._since.has_reached(EDITION) and _talks_away(old, new):
                # The server owes such an entry a flag: what it says nothing of stands as it did.
                found[old.line.entry] = old
        found[seen.head.id] = new

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


def _talks_away(old: _Recorded, new: _Recorded) -> bool:
    """As `server.quality.queries.talks_away`."""
    return old.stage != new.stage or not old.failing <= new.tests


def _recorded(seen: Seen, given: Body, sure: bool, rows: list[dict[str, Any]] | None) -> _Recorded:
    head = seen.head
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
    answered = frozenset(one["test"] for one in given["results"])
    failing = frozenset(one["test"] for one in rows or () if one["verdict"] == "fail")
    failed = _FAILED in seen.stamp.flags
    return _Recorded(line, seen.digest.hex(), sure, failed, given["stage"], answered, failing, given.get("sample"))
