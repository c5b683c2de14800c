"""Whether the server has judged work and decisions by who was qualified for them, from the log alone (IDN-07).

The same questions as its own rules ask: of a device's work at the time that the device wrote, give or take what its
clock may be off; of a decision at the time of the server's own entry. Which permission somebody used for a decision is
not asked: it is wrong only where every permission that allows it needed something that they did not hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from server.core.kinds import Registry
from server.core.steps import NOT_QUALIFIED, SLACK, action, filling
from server.engines.forms.records import model as records
from server.handheld.entries import OF_BATCHES
from server.production.model import PAPER_BEGUN, PAPER_ENDED, STARTED, VERIFIED, WEIGHINGS
from server.production.rules import SECOND_CHECK, needs_of
from server.recipes.model import find_phase
from server.training import model, rules
from server.training.entries import FLAGGED
from server.training.model import Proof, Version
from server.training.projection import proof_of, step_of, version_in
from server.witness.papers import PaperRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from sync.errors import SyncError
from sync.verify.keys import SERVER

_OURS = (model.PUBLISHED, model.GRANTED, model.WITHDRAWN, model.READ, model.REQUIRED)


class TrainingRules(Remembering):
    """Procedures, who holds them, and what work needs them, after the entries learnt so far. Before `since` nobody
    asked what a phase of a recipe names besides."""

    def __init__(self, registry: Registry, since: SinceRules, papers: PaperRules) -> None:
        super().__init__()
        self._registry, self._since, self._papers = registry, since, papers
        self._versions: dict[str, list[Version]] = {}
        self._proofs: dict[tuple[str, str], list[Proof]] = {}
        self._needed: dict[str, list[str]] = {}
        # Which form a record is of; one whose opening was erased is not known.
        self._forms: dict[str, str] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing`, `flag_wrong`, or `not_qualified` of a decision that should have been refused."""
        if seen.body is None or self._blind:
            return
        head, given = seen.head, seen.body
        if head.kind in FLAGGED and not head.actor == head.device == SERVER:
            lacking = self._by_clock(head.actor, [action(FLAGGED[head.kind])], head.captured_at)
            self._compare(seen, lacking)
        elif not seen.by_server and head.kind in OF_BATCHES:
            self._judge_work(seen, given)
        elif head.kind in (records.VALUES, records.SIGNED):
            self._judge_record(seen, given)
        elif seen.by_server and head.actor != SERVER:
            self._judge_decision(seen, given)

    def _judge_work(self, seen: Seen, given: Mapping[str, Any]) -> None:
        head, phases = seen.head, self._phases.get(f"batch/{given['batch']}")
        if phases is None or "batch_unknown" in seen.stamp.flags or self._papers.is_lost(given["batch"]):
            return
        phase = None if given.get("phase") is None else find_phase(phases, given["phase"])
        if phase is not None and not self._since.asked:
            phase = {**phase, "needs": ()}
        # Who only types in what was done on paper needs nothing; who did it, what the phase asked for then.
        typed = self._papers.typed(seen) is not None
        lacking = [] if typed else self._by_clock(head.actor, needs_of(head.kind, given, phase), head.captured_at)
        if head.kind == PAPER_BEGUN:
            lacking += self._by_clock(given["done_by"], needs_of(STARTED, given, phase), given["done_from"])
        if head.kind in (*WEIGHINGS, VERIFIED, PAPER_ENDED) and given["verified_by"] is not None:
            lacking += self._by_clock(given["verified_by"], SECOND_CHECK, head.captured_at)
        self._compare(seen, lacking)

    def _judge_record(self, seen: Seen, given: Mapping[str, Any]) -> None:
        form = self._forms.get(given["record"])
        if form is None or "record_unknown" in seen.stamp.flags:
            return
        person = given["signed_by"] if seen.head.kind == records.SIGNED else seen.head.actor
        self._compare(seen, self._by_clock(person, [filling(form)], seen.head.captured_at))

    def _judge_decision(self, seen: Seen, given: Mapping[str, Any]) -> None:
        head, at = seen.head, model.moment(seen.head.captured_at)
        kind = self._registry.kinds.get(head.kind)
        ways = [one for one in kind.by if one != SERVER] if kind is not None else []
        lacking = [self._missing(head.actor, [action(permission)], at) for permission in ways]
        if ways and all(lacking):
            raise SyncError(NOT_QUALIFIED, f"{head.actor} decided {head.kind} without {', '.join(lacking[0])}")
        if head.kind == records.OPENED:
            lacking_here = self._by_clock(head.actor, [filling(given["form"])], head.captured_at)
            if lacking_here:
                raise SyncError(NOT_QUALIFIED, f"{head.actor} opened {given['record']} without {lacking_here[0]}")
        if head.kind not in (model.GRANTED, model.READ):
            return
        versions = self._versions.get(given["document"], [])
        if head.kind == model.GRANTED:
            wrong = rules.granting_refused(given, head.actor, versions, at)
        else:
            wrong = rules.reading_refused(given, head.actor, versions[-1] if versions else None)
        if wrong is not None:
            raise SyncError(wrong, f"{head.kind} of {given['document']} by {head.actor}")

    def _compare(self, seen: Seen, lacking: Sequence[str]) -> None:
        head, told = seen.head, NOT_QUALIFIED in seen.stamp.flags
        if lacking and not told:
            raise unflagged(NOT_QUALIFIED, f"{head.kind} needed {', '.join(lacking)}")
        if told and not lacking:
            raise misflagged(NOT_QUALIFIED, "who made it held all that it needs")

    def _by_clock(self, person: str, needs: Sequence[str], captured_at: str) -> list[str]:
        at = model.moment(captured_at)
        lacking = self._missing(person, needs, at)
        for other in (at - SLACK, at + SLACK):
            then = self._missing(person, needs, other) if lacking else []
            lacking = [code for code in lacking if code in then]
        return lacking

    def _missing(self, person: str, needs: Iterable[str], at: datetime) -> list[str]:
        codes = dict.fromkeys(code for step in needs for code in self._needed.get(step, ()))
        return [code for code in codes if not self._standing(person, code, at).holds(at)]

    def _standing(self, person: str, code: str, at: datetime) -> model.Standing:
        return rules.standing(self._versions.get(code, []), self._proofs.get((person, code), []), at)

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind == records.OPENED:
            self._about[index] = seen.head.stream
            if seen.body is not None:
                self._forms[seen.body["record"]] = seen.body["form"]
        if seen.head.kind not in _OURS:
            return
        self._about[index] = None
        if seen.body is None:
            self._blind = True
        else:
            self._take(seen, seen.body, index)

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        self._forms.pop(stream.removeprefix(records.record_stream("")), None)

    def _take(self, seen: Seen, body: Mapping[str, Any], index: int) -> None:
        head, at = seen.head, seen.head.captured_at
        if head.kind == model.REQUIRED:
            self._needed[step_of(body)] = list(dict.fromkeys(body["documents"]))
        elif head.kind == model.PUBLISHED:
            self._versions.setdefault(body["document"], []).append(version_in(body, at, head.actor))
        else:
            person = head.actor if head.kind == model.READ else body["person"]
            versions = {one.number: one for one in self._versions.get(body["document"], [])}
            made = proof_of(head.kind, body, versions.get(body.get("version", 0)), (head.id, index, at, head.actor))
            self._proofs.setdefault((person, body["document"]), []).append(made)
