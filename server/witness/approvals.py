"""Whether what flows decide was decided by them: an instance about this very thing that ended so, and whose approving
signature is of who the entry names, from the log alone (ENG-04)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.engines.flows import kinds
from server.engines.forms import model as forms
from server.materials.masters import model as masters
from server.materials.purchasing import model as purchasing
from server.materials.requisitions import model as requisitions
from server.quality import model as quality
from server.quality.specifications import model as specifications
from server.recipes import model as recipes
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a kind says that a flow has decided: about what, by which flow, ended with what, signed with what meaning
    by the actor; `meaning` is None where the actor needs to have signed nothing, LAST where they have signed last."""

    flow: str
    subject: Callable[[Body], str]
    result: str
    meaning: str | None = "approved"


LAST = "last"
DECIDED: Mapping[str, Decided] = {
    forms.VERSION_APPROVED: Decided("form-approval", lambda body: f"form/{body['form']}/{body['version']}", "approved"),
    requisitions.APPROVED: Decided(
        requisitions.FLOW, lambda body: requisitions.subject(body["requisition"]), "approved"
    ),
    purchasing.APPROVED_KIND: Decided(purchasing.FLOW, lambda body: purchasing.subject(body["order"]), "approved"),
    specifications.APPROVED_KIND: Decided(
        specifications.FLOW, lambda body: specifications.subject(body["specification"], body["version"]), "approved"
    ),
    masters.APPROVED_KIND: Decided(
        masters.FLOW, lambda body: masters.subject(body["material"], body["version"]), "approved"
    ),
    recipes.APPROVED: Decided(
        recipes.APPROVAL, lambda body: recipes.subject_of(body["recipe"], body["version"]), "approved"
    ),
    quality.DEVIATION_CLOSED: Decided(
        quality.FLOW, lambda body: quality.subject_of_number(body["deviation"]), quality.CLOSED, LAST
    ),
    kinds.APPROVED: Decided("flow-approval", lambda body: f"flow/{body['flow']}/{body['version']}", "approved"),
}
_SIGNED = (kinds.TASK_SIGNED,)


@dataclass(slots=True)
class _Instance:
    flow: str
    subject: str
    result: str | None = None
    ended: bool = False
    at: int = -1
    # Where in the log it was started.
    began: int = -1
    # Who signed last with each meaning, and with any.
    signed: dict[str, str] = field(default_factory=dict)


class ApprovalRules(Remembering):
    """What each instance is about and what was signed in it; None is one of which an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._instances: dict[str, _Instance | None] = {}
        # The newest instance of a flow about something.
        self._newest: dict[tuple[str, str], str] = {}
        # The last entry that started one and was erased: it may have been about anything.
        self._cut = -1

    def judge(self, seen: Seen) -> None:
        """SyncError `flow_approval_missing`."""
        decided, given = DECIDED.get(seen.head.kind), seen.body
        if decided is None or given is None or not seen.by_server:
            return
        stream = kinds.instance_stream(given["instance"])
        found = self._instances.get(stream)
        if found is None and stream in self._instances:
            return
        newest = self._newest.get((decided.flow, decided.subject(given))) == stream
        if found is None or not newest or not self._came_to(found, decided, given, seen.head.actor):
            what = f"{seen.head.kind} of {decided.subject(given)} by {seen.head.actor}"
            raise SyncError("flow_approval_missing", f"{what}: {given['instance']} has not decided so")

    def came_to(self, flow: str, subject: str) -> str | tuple[str | None, str | None]:
        """What the newest instance of a flow about something has come to: its result and who has signed "approved";
        or "running", "unknown" where an entry of it, or the start of one after it, was erased, "none" where there is
        none."""
        stream = self._newest.get((flow, subject))
        found = self._instances.get(stream or "")
        if found is None:
            return "none" if stream is None and None not in self._instances.values() else "unknown"
        if found.began < self._cut:
            return "unknown"
        return (found.result, found.signed.get("approved")) if found.ended else "running"

    def ended_at(self, flow: str, subject: str) -> int:
        """Where in the log the newest instance of a flow about something has ended; -1 where it has not."""
        found = self._instances.get(self._newest.get((flow, subject), ""))
        return -1 if found is None else found.at

    @staticmethod
    def _came_to(found: _Instance, decided: Decided, given: Body, actor: str) -> bool:
        if (found.flow, found.subject) != (decided.flow, decided.subject(given)):
            return False
        if not found.ended or found.result != decided.result:
            return False
        return decided.meaning is None or found.signed.get(decided.meaning) == actor

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in (kinds.STARTED, kinds.ENDED, *_SIGNED):
            return
        self._about[index] = head.stream
        if given is None:
            self._instances[head.stream] = None
            self._cut = seen.stamp.index if head.kind == kinds.STARTED else self._cut
        elif head.kind == kinds.STARTED:
            made = _Instance(given["flow"], given["subject"], began=seen.stamp.index)
            self._instances.setdefault(head.stream, made)
            self._newest[given["flow"], given["subject"]] = head.stream
        elif (known := self._instances.get(head.stream)) is not None:
            if head.kind == kinds.ENDED:
                known.ended, known.result, known.at = True, given["result"], seen.stamp.index
            else:
                known.signed[given["meaning"]["code"]] = known.signed[LAST] = head.actor

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._instances[stream] = None
