"""Whether versions of forms came one after the other, approved by another than who prepared them, and whether records
are of approved ones, from the log alone (ENG-01)."""

from dataclasses import dataclass, replace

from server.engines.forms import deciding, model
from server.engines.forms.records.model import OPENED
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class _Version:
    sha256: str
    state: str
    submitted_by: str
    effective_from: str | None = None


class FormRules(Remembering):
    """The versions of each form after the entries learnt so far; None is a form of which an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[str, list[_Version] | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `form_own`, `form_version_stale`, `form_not_effective`, …"""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (*deciding.KINDS, OPENED):
            return
        versions = self._forms.get(given["form"], [])
        if versions is None:
            return
        day = seen.day
        if head.kind == OPENED:
            code = self._opening_refused(given["version"], given["sha256"], day, versions)
        else:
            code = deciding.refused(head.kind, given, head.actor, day, versions)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['form']} {given['version']} by {head.actor}")

    @staticmethod
    def _opening_refused(number: int, sha256: str, day: str, versions: list[_Version]) -> str | None:
        effective = [
            (at + 1, one.sha256)
            for at, one in enumerate(versions)
            if one.state == deciding.APPROVED and (one.effective_from or day) <= day
        ]
        return None if effective and effective[-1] == (number, sha256) else "form_not_effective"

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in deciding.KINDS:
            return
        self._about[index] = head.stream
        form = head.stream.removeprefix(model.form_stream(""))
        versions = self._forms.setdefault(form, [])
        if given is None or versions is None:
            self._forms[form] = None
        elif head.kind in deciding.SUBMISSIONS:
            versions.append(_Version(given["sha256"], deciding.SUBMITTED, head.actor))
        elif given["version"] <= len(versions):
            at, day = given["version"] - 1, given.get("effective_from")
            versions[at] = replace(versions[at], state=deciding.STATES[head.kind], effective_from=day)

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._forms[stream.removeprefix(model.form_stream(""))] = None
