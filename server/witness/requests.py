"""Whether a batch was released over a sample that the floor had asked for and nobody answered, or that was drawn and
neither tested nor said to be left untested; whether each answer is one that the door takes, and whether the server
tells of a phase that ended without a planned sample: by the door's own rules, from the log alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server.production import asking
from server.production.course.rules import Mark
from server.production.model import COMPLETED, EXCEPTION, WITHDRAWN, batch_stream
from server.quality.requests import rules
from server.quality.requests.model import ANSWERED, REQUESTED, UNTESTED, Request, answer_of
from server.recipes.model import find_phase
from server.release.model import DISPOSITIONS, RELEASED_KIND
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

# The edition of the rules from which on a planned sample that nobody has asked for is told, and nobody draws what they
# have asked for; and that from which on what was drawn is tested, or somebody says why not.
EDITION, TESTED = 4, 5
# That from which on it does not depend on the order of arrival.
IN_ANY_ORDER = 5


class RequestRules(StandingRules):
    """The sampling requests of each batch, and of all that it came of; of one of which an entry was erased nothing is
    judged. `tested` tells whether a result of a sample of a batch may stand, `mark` when an entry of a phase was
    made."""

    kinds = (REQUESTED, ANSWERED, UNTESTED, COMPLETED)

    def __init__(
        self,
        lineage: Lineage,
        since: SinceRules,
        tested: Callable[[str, str], bool],
        mark: Callable[[Seen, Body], Mark],
    ) -> None:
        super().__init__()
        self._lineage, self._since, self._tested, self._mark = lineage, since, tested, mark
        # Streams of batches that were released or rejected: of one that others came of, a signature that stands is not
        # asked for results.
        self._disposed: set[str] = set()
        self._asked: dict[str, Request] = {}
        self._entries: dict[str, list[str]] = {}
        # When each request was first made, and when each phase ended, by batch and phase.
        self._first: dict[str, Mark] = {}
        self._ends: dict[tuple[str, str], list[Mark]] = {}
        # What the server has raised of samples that nobody had asked for: (batch, phase), by its entry.
        self._raised: dict[str, tuple[str, str]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`; the door's codes of an answer; `flag_missing` or `flag_wrong` of a request, or
        of the end of a phase."""
        head, given = seen.head, seen.body
        if given is None or not self._blind.isdisjoint({head.stream, batch_stream(given.get("batch", ""))}):
            return
        if head.kind == REQUESTED and not seen.by_server and "batch_unknown" not in seen.stamp.flags:
            phases = self.phases_of(given["batch"])
            found = asking.judge(given, find_phase(phases, given["phase"])) if phases else None
            if found is not None:
                self.compare(seen, {one.code for one in found}, (asking.UNPLANNED,))
            if given["phase"] is not None:
                self._judge_requested(seen, given)
        elif head.kind == COMPLETED and not seen.by_server and "batch_unknown" not in seen.stamp.flags:
            self._judge_completed(seen, given)
        elif seen.by_server and head.kind == WITHDRAWN and given["code"] == asking.MISSING:
            self._judge_withdrawn(seen, given)
        elif seen.by_server and head.kind == RELEASED_KIND:
            for batch in (given["batch"], *self._lineage.above(given["batch"])):
                held = any(self._holds(one, given["batch"]) for one in self._of(batch))
                if held and batch_stream(batch) not in self._blind:
                    raise SyncError("release_blocked", f"{head.stream} was released over a sampling request of {batch}")
        elif seen.by_server and head.kind == ANSWERED:
            drawn = sum(one.number is not None for one in self._of(given["batch"]))
            code = rules.refused(self._asked.get(given["request"]), given, head.actor, drawn)
            # Servers of before let who asked draw it.
            if code == "request_own" and given["sample"] is not None and not self._since.has_reached(EDITION):
                code = None
            if code is not None:
                raise SyncError(code, f"{head.actor} answered {given['request']} of {head.stream}")
        elif seen.by_server and head.kind == UNTESTED:
            code = rules.untested_refused(self._asked.get(given["request"]), given, head.actor)
            if code is not None:
                raise SyncError(code, f"{head.actor} left the sample of {given['request']} of {head.stream} untested")

    def _holds(self, one: Request, released: str) -> bool:
        """Whether a request holds the release of a batch, its own or that of one that came of it."""
        signed = one.batch != released and batch_stream(one.batch) in self._disposed
        unasked = signed or not self._since.has_reached(TESTED)
        return rules.holds(one, unasked or one.number is None or self._tested(one.batch, one.number))

    def _judge_completed(self, seen: Seen, given: Body) -> None:
        if not self._since.has_reached(EDITION):
            return
        phase = find_phase(self.phases_of(given["batch"]), given["phase"])
        if self._since.has_reached(IN_ANY_ORDER):
            ends = self._ends.get((given["batch"], given["phase"]), [])
            ends = ends if seen.head.corrects else [*ends, self._mark(seen, given)]
            left = asking.unasked(phase, ends, self._standing(given).values())
            self.compare(seen, {asking.MISSING} if left else (), (asking.MISSING,))
            return
        here = [one for one in self._of(given["batch"]) if one.phase == given["phase"]]
        asked = {one.sample for one in here if one.sample is not None and one.entry not in self.superseded}
        found = asking.judge_completed(phase, asked)
        self.compare(seen, {one.code for one in found}, (asking.MISSING,))

    def _judge_requested(self, seen: Seen, given: Body) -> None:
        """A request of a phase that has ended: a correction may take away what was asked for."""
        ends = self._ends.get((given["batch"], given["phase"]), [])
        phase = find_phase(self.phases_of(given["batch"]), given["phase"])
        if not ends or phase is None or not self._since.has_reached(IN_ANY_ORDER):
            return
        asked = self._standing(given)
        before = asking.unasked(phase, ends, asked.values())
        _, first = asked.pop(seen.head.corrects or "", (None, self._mark(seen, given)))
        after = asking.unasked(phase, ends, [*asked.values(), (given["sample"], first)])
        self.compare(seen, () if set(after) <= set(before) else {asking.MISSING}, (asking.MISSING,))

    def _judge_withdrawn(self, seen: Seen, given: Body) -> None:
        """SyncError `exception_withdrawn_wrong` of an exception that is none of the server's, or that still holds."""
        phase = find_phase(self.phases_of(given["batch"]), given["phase"])
        ends = self._ends.get((given["batch"], given["phase"]), [])
        still = asking.unasked(phase, ends, self._standing(given).values())
        if still or self._raised.get(given["exception"]) != (given["batch"], given["phase"]):
            raise SyncError("exception_withdrawn_wrong", f"{given['exception']} in {seen.head.stream}")

    def _standing(self, given: Body) -> dict[str, tuple[str | None, Mark]]:
        """By its entry each request of a phase that stands: which sample, and when that was first asked for."""
        here = [one for one in self._of(given["batch"]) if one.phase == given["phase"]]
        return {one.entry: (one.sample, self._first[one.entry]) for one in here if one.entry not in self.superseded}

    def _first_of(self, corrected: str | None, given: Body) -> Mark | None:
        """When what is corrected was first made, where that is of the same phase: else it is no correction."""
        known = self._asked.get(corrected or "")
        same = known is not None and (known.batch, known.phase) == (given["batch"], given["phase"])
        return self._first.get(corrected or "") if same else None

    def _of(self, batch: str) -> list[Request]:
        return [self._asked[one] for one in self._entries.get(batch, ())]

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        head, given = seen.head, seen.body
        if seen.by_server and head.kind in DISPOSITIONS:
            self._disposed.add(head.stream)
        if given is None or seen.is_strange:
            return
        if head.kind == EXCEPTION and seen.by_server and given["code"] == asking.MISSING:
            self._raised[head.id] = given["batch"], given["phase"]
        if head.kind not in self.kinds:
            return
        if head.kind == COMPLETED:
            if head.corrects is None:
                mark = replace(self._mark(seen, given), index=seen.stamp.index)
                self._ends.setdefault((given["batch"], given["phase"]), []).append(mark)
        elif head.kind == REQUESTED:
            if given["phase"] is not None:
                mark = replace(self._mark(seen, given), index=seen.stamp.index)
                self._first[head.id] = self._first_of(head.corrects, given) or mark
            same = ("batch", "phase", "sample", "what", "amount", "reason", "comment")
            about: dict[str, Any] = {"entry": head.id, "by": head.actor, "device": head.device, "at": head.captured_at}
            self._entries.setdefault(given["batch"], []).append(head.id)
            self._asked[head.id] = Request(**about | {name: given[name] for name in same})
        elif given["request"] in self._asked and head.kind == UNTESTED:
            said = {"untested": given["reason"], "untested_by": head.actor, "untested_at": seen.stamp.recorded_at}
            self._asked[given["request"]] = replace(self._asked[given["request"]], **said)
        elif given["request"] in self._asked:
            said = answer_of(given) | {"answered_by": head.actor, "answered_at": seen.stamp.recorded_at}
            self._asked[given["request"]] = replace(self._asked[given["request"]], **said)
