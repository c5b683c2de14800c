"""Which entries a review of the audit trail is about, and whether it may be signed: pure, for door and witness."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from server.release.audit.model import FOUND_SOMETHING, MOST_ENTRIES, Measure, Scope
from sync.entry import Header

# Rooms whose entries are work, where a person made them on a device: who did it does not review it.
WORK = ("production", "forms")


def matches(scope: Scope, head: Header, signers: Iterable[str], recorded_at: str) -> bool:
    """Whether an entry is in a scope, from its header, the `by` of its signatures, and its time of receipt.

    It says in Python what `core.log_filter` asks the database.
    """
    if scope.since is not None and recorded_at < scope.since:
        return False
    if scope.until is not None and recorded_at >= scope.until:
        return False
    if scope.device not in (None, head.device):
        return False
    if scope.person is not None and not is_by(scope.person, head.actor, signers):
        return False
    asked = scope.asked(None)
    return _within(head.stream, asked["stream"], "/") and _within(head.kind, asked["kind"], ".")


def is_by(person: str, actor: str, signers: Iterable[str]) -> bool:
    """Whether somebody acted in an entry, or has signed it as the second person."""
    return actor == person or f"person:{person}" in signers


def is_work(kind: str, device: str) -> bool:
    """Whether an entry is what somebody did on a device, and not what the server stated."""
    return device != "server" and kind.split(".")[0] in WORK


def measure(leaf_hashes: Iterable[bytes]) -> Measure:
    digest, count = hashlib.sha256(), 0
    for one in leaf_hashes:
        digest.update(one)
        count += 1
    return Measure(count, digest.hexdigest())


def refusal(
    given: Mapping[str, Any],
    now: str,
    size: int,
    measured: Callable[[], Measure],
    grown: Callable[[], bool],
    produced: Callable[[], bool],
) -> str | None:
    """Why nobody may sign this now; a code of the error catalogue. `size` is that of the log now.

    Asked only where it depends on them: what the scope held in a log of `log_size` entries, whether it has grown since,
    and whether the signer worked on what is in it.
    """
    until, remarks = given["scope"]["until"], given["remarks"]
    if until is not None and until > now:
        return "audit_scope_future"
    if (given["meaning"]["code"] == FOUND_SOMETHING) != bool(remarks):
        return "meaning_unknown"
    if given["count"] > MOST_ENTRIES:
        return "audit_scope_large"
    if given["log_size"] > size or measured() != Measure(given["count"], given["digest"]) or grown():
        return "audit_scope_changed"
    return "reviewer_produced" if produced() else None


def marked_twice(remarks: Sequence[Mapping[str, Any]]) -> bool:
    return len({one["entry"] for one in remarks}) != len(remarks)


def _within(name: str, wanted: str, mark: str) -> bool:
    return wanted in ("", name) or name.startswith(wanted + mark)
