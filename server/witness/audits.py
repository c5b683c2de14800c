"""Whether a signed review of the audit trail is of the entries that the log holds, by the door's own rule (IDN-10)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.production.model import batch_stream
from server.release.audit import rules
from server.release.audit.model import REVIEWED_KIND, Scope
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from sync import canonical, merkle
from sync.entry import Header, Receipt, parse_signatures, split_leaf
from sync.errors import SyncError

Leaves = Callable[[], Iterable[bytes]]
"""All leaves before the entry that is being looked at, the first first."""


@dataclass(frozen=True, slots=True)
class _Entry:
    index: int
    id: str
    leaf_hash: bytes
    worked: bool


class AuditRules:
    """Remembers nothing: reviews are few, and the mirror has all leaves."""

    def __init__(self, leaves: Leaves, lineage: Lineage, papers: PaperRules) -> None:
        self._leaves, self._lineage, self._papers = leaves, lineage, papers

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `audit_scope_changed`, `reviewer_produced` and so on."""
        if not seen.by_server or seen.head.kind != REVIEWED_KIND or seen.body is None:
            return
        given, who = seen.body, seen.head.actor
        found = list(self._in_scope(Scope(**given["scope"]), who))
        shown = [one for one in found if one.index < given["log_size"]]
        code = rules.refusal(
            given,
            seen.stamp.recorded_at,
            seen.stamp.index,
            lambda: rules.measure(one.leaf_hash for one in shown),
            lambda: len(shown) < len(found),
            lambda: any(one.worked for one in shown) or self._worked_above(given, who),
        )
        if code is not None:
            raise SyncError(code, f"the review {seen.head.id} by {who} of {given['count']} entries")
        _check_remarks(given, {one.id for one in shown})

    def _worked_above(self, given: Mapping[str, Any], who: str) -> bool:
        """Whether somebody worked on what the batch of a scope came of."""
        scope = Scope(**given["scope"])
        above = () if scope.batch is None else self._lineage.above(scope.batch)
        found = (one for batch in above for one in self._in_scope(replace(scope, batch=batch), who))
        return any(one.worked and one.index < given["log_size"] for one in found)

    def _in_scope(self, scope: Scope, who: str) -> Iterable[_Entry]:
        must = _needles(scope)
        for index, leaf in enumerate(self._leaves()):
            # Most are of something else, which their bytes show before anybody has read them.
            if all(one in leaf for one in must) and (found := _entry(index, leaf, scope, who)) is not None:
                yield replace(found, worked=found.worked or self._papers.did(found.id, who))


def _entry(index: int, leaf: bytes, scope: Scope, who: str) -> _Entry | None:
    header, signatures, receipt = split_leaf(leaf)
    head, stamp = Header.parse(header), Receipt.parse(receipt)
    signers = [one["by"] for one in parse_signatures(signatures)]
    if not rules.matches(scope, head, signers, stamp.recorded_at):
        return None
    worked = rules.is_work(head.kind, head.device) and rules.is_by(who, head.actor, signers)
    return _Entry(index, head.id, merkle.leaf_hash(leaf), worked)


def _needles(scope: Scope) -> list[bytes]:
    """What stands in the bytes of each entry of the scope, as canonical JSON spells it; of a stream its beginning,
    since those below it are of the scope as well."""
    found = [] if scope.device is None else [b'"device":' + canonical.encode(scope.device)]
    if scope.batch is not None:
        found.append(b'"stream":' + canonical.encode(batch_stream(scope.batch))[:-1])
    return found


def _check_remarks(given: Mapping[str, Any], ids: set[str]) -> None:
    marked = [one["entry"] for one in given["remarks"]]
    if not ids.issuperset(marked) or rules.marked_twice(given["remarks"]):
        raise SyncError("not_found", "a remark is about no entry of what was reviewed, or two are about one")
