"""Whether versions of materials came one after the other, each approved by another than who prepared it, from the log
alone (MAT-02)."""

from dataclasses import dataclass, replace

from server.materials.masters import model, rules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class _Version:
    sha256: str
    unit: str
    state: str
    submitted_by: str


class MasterRules(Remembering):
    """The versions of each material after the entries learnt so far; None is one of which an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[str, list[_Version] | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `master_own`, `master_stale`, …"""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in model.DECISIONS:
            return
        versions = self._versions.get(model.stream(given["material"]), [])
        if versions is None:
            return
        code = rules.refused(head.kind, given, head.actor, versions)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['material']} {given['version']} by {head.actor}")

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in model.DECISIONS:
            return
        self._about[index] = head.stream
        versions = self._versions.setdefault(head.stream, [])
        if given is None or versions is None:
            self._versions[head.stream] = None
        elif head.kind == model.SUBMITTED_KIND:
            same = {name: given[name] for name in ("sha256", "unit")}
            versions.append(_Version(**same, state=model.SUBMITTED, submitted_by=head.actor))
        elif given["version"] <= len(versions):
            at = given["version"] - 1
            versions[at] = replace(versions[at], state=model.STATES[head.kind])

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._versions[stream] = None
