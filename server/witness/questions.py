"""Whether a batch was released over a question of its review, or of what it came of, that nobody had answered, and
whether each answer is one that the door takes, by the door's own rules, from the log alone."""

from dataclasses import replace

from server.production.model import batch_stream
from server.release import rules
from server.release.model import ANSWERED_KIND, ASKED_KIND, RELEASED_KIND, Question
from server.witness.lineage import Lineage
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


class QuestionRules(Remembering):
    """The questions of each batch. Of a batch of which one was erased nothing is judged."""

    def __init__(self, lineage: Lineage) -> None:
        super().__init__()
        self._lineage = lineage
        self._asked: dict[str, Question] = {}
        self._lost: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`; `not_found`, `question_answered`, `question_own` of an answer."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == RELEASED_KIND:
            every = {given["batch"], *self._lineage.above(given["batch"])}
            sure = {one for one in every if batch_stream(one) not in self._lost}
            left = [one for one in self._asked.values() if one.batch in sure]
            if any(not gate.met for gate in rules.questions_gates(left)):
                raise SyncError("release_blocked", f"{head.stream} was released over an open question")
        elif head.kind == ANSWERED_KIND and head.stream not in self._lost:
            code = rules.answer_refused(self._asked.get(given["question"]), given["batch"], head.actor)
            if code is not None:
                raise SyncError(code, f"{head.actor} answered {given['question']} of {head.stream}")

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in (ASKED_KIND, ANSWERED_KIND):
            return
        self._about[index] = head.stream
        if given is None:
            self._lost.add(head.stream)
        elif head.kind == ASKED_KIND:
            same = {name: given[name] for name in ("batch", "phase", "text")}
            at = seen.stamp.recorded_at
            asked = Question(head.id, about=tuple(given["about"]), by=head.actor, at=at, answer=None, **same)
            self._asked[head.id] = asked
        elif given["question"] in self._asked:
            said = {"by": head.actor, "at": seen.stamp.recorded_at, "text": given["text"]}
            self._asked[given["question"]] = replace(self._asked[given["question"]], answer=said)

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        self._lost.add(stream)
