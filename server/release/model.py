"""The nouns of release: what the reviewer sees, the gates before a signature, and the signature itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a signature means, printed beside it (21 CFR 11.50).
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "reviewed_and_released": {"zh": "已审核批记录，批准放行", "en": "Batch record reviewed, batch released"},
    "qualified_person": {"zh": "质量受权人批准放行", "en": "Released by the qualified person"},
    "reviewed_and_rejected": {"zh": "已审核批记录，拒绝放行", "en": "Batch record reviewed, batch rejected"},
}
MEANINGS_OF = {"released": ("reviewed_and_released", "qualified_person"), "rejected": ("reviewed_and_rejected",)}

RELEASED_KIND = "release.batch_released.v1"
REJECTED_KIND = "release.batch_rejected.v1"
REFUSED_KIND = "release.release_refused.v1"
RESOLVED_KIND = "release.conflict_resolved.v1"
ASSESSED_KIND = "release.exception_assessed.v1"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release: `count` things stand against it, `details` names them."""

    code: str
    met: bool
    count: int
    details: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        return {"code": self.code, "met": self.met, "count": self.count, "details": list(self.details)}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the reviewer to look at. `entries` are ids; `state` is open, resolved, assessed or info."""

    id: str
    type: str
    code: str
    phase: str | None
    slot: str | None
    state: str
    entries: tuple[str, ...]
    details: Mapping[str, Any]
    comment: str | None
    decision: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Disposition:
    """A signed release or rejection, as it was recorded; times are UTC, `offset` minutes east of it."""

    decision: str
    meaning: Mapping[str, str]
    signer: Mapping[str, Any]
    signed_at: str
    offset: int
    digest: str
    stream_seq: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer signs: `digest` covers all of it, `stream_seq` and `stream_hash` bind every entry."""

    batch: str
    open: tuple[Notice, ...]
    notable: tuple[Notice, ...]
    clean: int
    entries: int
    gates: tuple[Gate, ...]
    stream_seq: int
    stream_hash: str
    digest: str

    @property
    def unmet(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.met]
