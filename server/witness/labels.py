"""Whether labels were counted one after the other and say what their digest is of, by designs that somebody else had
approved, from the log alone (MAT-11)."""

from server.materials.labels import model, queries, rules
from server.materials.labels.model import Version
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_OF_DESIGNS = (model.SUBMITTED_KIND, model.DECIDED_KIND)


class LabelRules(Remembering):
    """Designs with their versions, and how many labels each thing has had; None where an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._designs: dict[str, list[Version] | None] = {
            model.template_stream(code): [one] for code, one in queries.delivered().items()
        }
        self._copies: dict[str, int | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (*_OF_DESIGNS, model.PRINTED_KIND):
            return
        about = given if head.kind == model.PRINTED_KIND else None
        own = model.template_stream(given["template"]) if about is None else model.stream(about["what"], about["about"])
        if head.stream != own:
            raise SyncError("stream_wrong", f"{head.kind} of {own} stands in {head.stream}")
        versions = self._designs.get(model.template_stream(given["template"]), [])
        code = None if versions is None else self._refused(head.kind, given, head.actor, versions)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['template']} {given['version']} by {head.actor}")

    def _refused(self, kind: str, given: Body, actor: str, versions: list[Version]) -> str | None:
        if kind == model.SUBMITTED_KIND:
            return rules.submission_refused(given, versions)
        version = next((one for one in versions if one.version == given["version"]), None)
        if kind == model.DECIDED_KIND:
            return rules.decision_refused(given, version, actor)
        copies = self._copies.get(model.stream(given["what"], given["about"]), 0)
        if copies is None:
            return None
        return rules.print_refused(given, copies, _as_printed(given, queries.in_force(versions)))

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind == model.PRINTED_KIND:
            self._about[index] = head.stream
            copies = self._copies.get(head.stream, 0)
            self._copies[head.stream] = None if given is None or copies is None else given["copy"]
        elif head.kind in _OF_DESIGNS:
            self._about[index] = head.stream
            versions = self._designs.setdefault(head.stream, [])
            if given is None or versions is None:
                self._designs[head.stream] = None
            elif head.kind == model.SUBMITTED_KIND:
                versions.append(rules.submitted(given, head.actor))
            else:
                self._designs[head.stream] = [rules.decided(one, given) for one in versions]

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is not None:
            return
        if stream in self._copies:
            self._copies[stream] = None
        else:
            self._designs[stream] = None


def _as_printed(given: Body, force: Version | None) -> Version | None:
    """What came with the program has changed with it: a witness of today knows only today's."""
    if force is None or force.version > 0 or given["version"] > 0:
        return force
    return rules.with_digest(force, given["design"])
