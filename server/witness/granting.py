"""Whether roles that sign were granted by two people, whether who decides holds what they decide by, and whether what
work needs was said by others, from the log (IDN-01, IDN-08).

The rules hold from the first entry of the kinds that came with them: a log that was begun before they were is no worse
for it. What the console grants it grants alone, as the log says; whoever was never seen holds nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from server.core.kinds import Registry
from server.core.steps import SLACK
from server.identity import granting, grants
from server.identity.at_capture import Capture, Since, in_force
from server.identity.granting import Standing
from server.identity.model import SERVER, Grant, permissions_of, person_stream
from server.training.model import REQUIRED
from server.training.rules import is_own
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


class GrantRules(Remembering):
    """Who holds which roles, and what waits for whose word, after the entries learnt so far."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry
        self._since = False
        # None is somebody of whom an entry was erased: nothing is judged of them.
        self._standing: dict[str, Standing | None] = {}
        self._history: dict[str, list[Since[tuple[Grant, ...]]]] = {}
        # Of each person the last entry that was erased: what was said before it may not be all.
        self._cut: dict[str, int] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `grant_needs_second`, `nothing_to_confirm` and so on."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        self._judge_right(head.kind, head.actor)
        if head.kind == REQUIRED:
            self._judge_requirement(head.actor, given)
            return
        if head.kind not in granting.KINDS or not (self._since or head.kind in granting.SINCE):
            return
        if head.stream != person_stream(given["person"]):
            # By the stream it is known whom an entry is about when its payload is gone.
            raise SyncError("stream_wrong", f"{head.kind} of {given['person']} stands in {head.stream}")
        standing, own = self._of(given["person"]), self._of(head.actor)
        if standing is None or own is None:
            return
        code = granting.refused(head.kind, given, head.actor, standing, own.grants)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['person']} by {head.actor}")

    def _judge_right(self, name: str, actor: str) -> None:
        """Whether the actor of a decision holds, anywhere, one of the permissions that it is taken by."""
        kind = self._registry.kinds.get(name)
        if kind is None or not kind.by or not self._since:
            return
        held = () if actor == SERVER else self.held(actor)
        may = actor == SERVER and SERVER in kind.by
        if held is not None and not may and not any(grants.permits(held, one) for one in kind.by):
            raise SyncError("not_permitted", f"{name} by {actor}, who holds none of {', '.join(kind.by)}")

    def _judge_requirement(self, actor: str, given: Mapping[str, Any]) -> None:
        held = self.held(actor) if self._since else None
        own = permissions_of(one.role for one in held or ())
        if is_own(given["on"], given["name"], own):
            raise SyncError("requirement_own", f"{actor} said what {given['name']} needs, and may do it")

    def held(self, person: str) -> tuple[Grant, ...] | None:
        """None where an entry about the person was erased."""
        now = self._of(person)
        return None if now is None else now.grants

    @property
    def since(self) -> bool:
        """Whether the log is one that these rules, and those that came with them, were kept in."""
        return self._since

    def held_at(self, person: str, capture: Capture) -> list[tuple[Grant, ...]] | None:
        """What the person held when something was captured; None where an entry about them was erased, or one of before
        that time was."""
        history = self._history.get(person, [])
        if self._of(person) is None or self._is_before(self._cut.get(person), history, capture):
            return None
        return in_force(history, capture)

    @staticmethod
    def _is_before(cut: int | None, history: Sequence[Since[tuple[Grant, ...]]], capture: Capture) -> bool:
        """Whether something was captured before anything is known again that was said after an erased entry."""
        if cut is None:
            return False
        known = next((one for one in history if one.index > cut), None)
        at = datetime.fromisoformat(capture.at)
        return known is None or at < datetime.fromisoformat(known.at) + SLACK

    def _of(self, person: str) -> Standing | None:
        return self._standing.get(person, Standing())

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, body = seen.head, seen.body
        if head.kind not in granting.KINDS:
            return
        self._since |= head.kind in granting.SINCE
        self._about[index] = head.stream
        person = head.stream.removeprefix(person_stream(""))
        before = self._of(person)
        if body is None:
            self._cut[person] = seen.stamp.index
        if body is None or before is None:
            # All grants are said anew by whatever grants: from there on the person is known again.
            whole = body is not None and head.kind in granting.GRANTING
            self._standing[person] = granting.after(head.kind, body or {}, head.actor, Standing()) if whole else None
        else:
            self._standing[person] = granting.after(head.kind, body, head.actor, before)
        now = self._of(person)
        if now is not None:
            held = Since(seen.stamp.index, seen.stamp.recorded_at, now.grants)
            self._history.setdefault(person, []).append(held)

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._standing[stream.removeprefix(person_stream(""))] = None
