"""The nouns of a review of the audit trail: its scope, what was marked in it, what its signature means."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from server.production.model import batch_stream

REVIEWED_KIND = "release.audit_reviewed.v1"

# What a signature means, printed beside it (21 CFR 11.50).
FOUND_NOTHING, FOUND_SOMETHING = "audit_found_nothing", "audit_found_something"
MEANINGS: Mapping[str, Mapping[str, str]] = {
    FOUND_NOTHING: {
        "zh": "已审核所示审计追踪，未发现需处理的事项",
        "en": "Audit trail as shown reviewed, nothing found to act upon",
    },
    FOUND_SOMETHING: {
        "zh": "已审核所示审计追踪，意见见所附备注",
        "en": "Audit trail as shown reviewed, with the remarks given",
    },
}
# What one person can look at, and what the committer may spend its time on.
MOST_ENTRIES = 100_000
MOST_REMARKS = 200

# What was shown to who signs this.
_SAID = ("scope", "log_size", "count", "digest", "comment", "remarks")


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the page, for the door, and for every verifier."""
    return {**{name: given[name] for name in _SAID}, "meaning": given["meaning"]["code"]}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries: of a batch, or of a stream and those below it; of a kind or a room; by whom, on which device.

    `since` is the first recorded time that counts, `until` the first that no longer does. None: all.
    """

    batch: str | None = None
    stream: str | None = None
    kind: str | None = None
    person: str | None = None
    device: str | None = None
    since: str | None = None
    until: str | None = None

    def payload(self) -> dict[str, Any]:
        return asdict(self)

    def asked(self, before: int | None) -> dict[str, Any]:
        """As the filter of the log is asked: entries that stand before an index, or all of now."""
        stream = batch_stream(self.batch) if self.batch is not None else self.stream
        given = {**asdict(self), "stream": stream}
        return {name: value or "" for name, value in given.items()} | {"before": before}

    @property
    def is_whole_batch(self) -> bool:
        return self.batch is not None and self == Scope(batch=self.batch)

    @property
    def is_whole_log(self) -> bool:
        return self == Scope(since=self.since, until=self.until)


@dataclass(frozen=True, slots=True)
class Measure:
    """How many entries a scope has, and SHA-256 over their leaf hashes in the order of the log."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class AuditReview:
    """One that was signed, as it was recorded; `size` is that of the log when it was shown, `entry` its id."""

    entry: str
    index: int
    scope: Scope
    size: int
    count: int
    digest: str
    meaning: Mapping[str, str]
    signer: Mapping[str, Any]
    signed_at: str
    offset: int
    method: str
    components: int
    comment: str | None
    remarks: tuple[Mapping[str, Any], ...]
    recorded_at: str
