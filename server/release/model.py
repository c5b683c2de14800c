"""The nouns of release: what the reviewer sees, the gates before a signature, the seal, and the waiver of a device."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.engines.forms.records import model as records
from server.environment.model import BEYOND
from server.equipment.alarms.model import IN_ALARM
from server.quality import model as quality
from server.quality.requests import model as requests
from server.quality.usage import model as usage
from server.release.paper import model as paper

# Exceptions that a bridge may bring to light after the seal of the batch that they are of.
TOLD_ELSEWHERE = (BEYOND, IN_ALARM)

# What a signature means, printed beside it (21 CFR 11.50).
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "reviewed_and_released": {"zh": "已审核批记录，批准放行", "en": "Batch record reviewed, batch released"},
    "qualified_person": {"zh": "质量受权人批准放行", "en": "Released by the qualified person"},
    "reviewed_and_rejected": {"zh": "已审核批记录，拒绝放行", "en": "Batch record reviewed, batch rejected"},
}
MEANINGS_OF = {"released": ("reviewed_and_released", "qualified_person"), "rejected": ("reviewed_and_rejected",)}

# Printed beside the signature of a waiver.
WAIVER_MEANING: Mapping[str, str] = {
    "code": "device_waived",
    "zh": "已评估该设备未交付的内容，同意不再等待",
    "en": "What this device has not delivered was assessed; the batch need not wait for it",
}

# Printed beside the signature under a difference of a material.
DIFFERENCE_MEANING: Mapping[str, str] = {
    "code": "difference_explained",
    "zh": "已调查该物料的平衡偏差，解释如下",
    "en": "The difference of this material was investigated and is explained",
}

# Printed beside the signature of production's own review.
PRODUCTION_MEANING: Mapping[str, str] = {
    "code": "production_reviewed",
    "zh": "生产部门已审核批生产记录",
    "en": "Batch production record reviewed by production",
}

RELEASED_KIND = "release.batch_released.v3"
REJECTED_KIND = "release.batch_rejected.v3"
# Before a signature said how it was proved: read for ever, set no more.
RELEASED_V2 = "release.batch_released.v2"
REJECTED_V2 = "release.batch_rejected.v2"
# Before the seal named the devices: read for ever, set no more.
RELEASED_V1 = "release.batch_released.v1"
REJECTED_V1 = "release.batch_rejected.v1"
REFUSED_KIND = "release.release_refused.v1"
RESOLVED_KIND = "release.conflict_resolved.v1"
ASSESSED_KIND = "release.exception_assessed.v1"
SET_ASIDE = "release.record_set_aside.v1"
WAIVED_KIND = "release.device_waived.v2"
WAIVED_V1 = "release.device_waived.v1"
EXPLAINED_KIND = "release.difference_explained.v1"
ASKED_KIND = "release.question_asked.v1"
ANSWERED_KIND = "release.question_answered.v1"
# Production has reviewed its record (CN GMP 2010, 230): what quality reviews after it, where no flow has both steps.
PRODUCTION_KIND = "release.production_reviewed.v1"
# How long somebody looked at the review before signing it: for planning, never a control.
TIMED_KIND = "release.review_timed.v1"
# Four weeks of looking: more is a clock that was wrong.
MOST_SECONDS = 28 * 24 * 3600
# The flow that carries the review of a batch record, and how it ends where the batch may be released.
REVIEW_FLOW, REVIEWED = "batch-review", "reviewed"
RELEASES = (RELEASED_KIND, RELEASED_V2, RELEASED_V1)
REJECTIONS = (REJECTED_KIND, REJECTED_V2, REJECTED_V1)
DISPOSITIONS = (*RELEASES, *REJECTIONS)
# They say nothing about how the batch was made, so what is signed need not cover them, and stays as good as it was when
# they come; they are listed beside it. Wrong PINs that lock somebody are stated elsewhere, work of somebody who is
# locked is an exception of its own. Whoever adds a kind here decides what witnesses let pass: see `server.witness`.
HARMLESS = (REFUSED_KIND, "handheld.lease_returned.v1", "handheld.pin_tried.v1")
# Who may sign production's review of its record.
REVIEWS_PRODUCTION = "production.review"
# What quality says of a record while it reviews it, and what the laboratory finds: nothing of how the batch was made,
# so that production's signature need not cover it. An answer of the floor is not among these.
OF_QUALITY = (
    PRODUCTION_KIND,
    RESOLVED_KIND,
    ASSESSED_KIND,
    SET_ASIDE,
    WAIVED_KIND,
    WAIVED_V1,
    EXPLAINED_KIND,
    ASKED_KIND,
    *quality.RESULTS,
    quality.DEVIATION_OPENED,
    quality.DEVIATION_CLOSED_V1,
    quality.DEVIATION_CLOSED,
    usage.CHECKED,
    usage.SET_ASIDE,
    requests.ANSWERED,
    requests.UNTESTED,
    records.SETTLED,
    # What becomes of the copies of an empty record, which QA issues.
    *paper.OF_COPIES,
)

# What a person signs; `said` is what was shown for that.
SIGNED = (RELEASED_KIND, REJECTED_KIND, WAIVED_KIND, EXPLAINED_KIND, PRODUCTION_KIND)
_SAID = ("batch", "digest", "reason")
_SAID_OF = {
    WAIVED_KIND: ("batch", "device", "known", "delivered", "reason"),
    EXPLAINED_KIND: ("batch", "material", "difference", "reason"),
}


def said(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown to who signed this: the same for the page, for the door, and for every verifier."""
    return {**{name: given[name] for name in _SAID_OF.get(kind, _SAID)}, "meaning": given["meaning"]["code"]}


def times_stream(batch: str) -> str:
    """Beside the batch's own stream: it says nothing of the batch, and makes no signature stale."""
    return f"review/{batch}"


def review_subject(batch: str) -> str:
    """What the flow of a batch's review is about."""
    return f"batch/{batch}"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release: `count` things stand against it, `details` names them.

    `waived` names the devices that would stand against it if QA had not waived them.
    """

    code: str
    met: bool
    count: int
    details: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        lists = {"details": list(self.details), "waived": list(self.waived)}
        return {"code": self.code, "met": self.met, "count": self.count, **lists}


@dataclass(frozen=True, slots=True)
class Holding:
    """A device that held the batch: `known` entries it is known to have written, `delivered` stand in the log.

    `blocks` are the gates that it stands against, `waived` those that it would stand against without a waiver.
    """

    device: str
    returned_at: str | None
    known: int
    delivered: int
    blocks: tuple[str, ...]
    waived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """QA no longer waits for a device; `entry` is the id, times are UTC, `offset` minutes east of it."""

    entry: str
    device: str
    known: int
    delivered: int
    meaning: Mapping[str, str]
    signer: Mapping[str, Any]
    signed_at: str
    offset: int
    reason: str
    recorded_at: str
    method: str | None = None
    components: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a batch does not account for of a material, `figures` as they are shown; `value` {value, unit}, None where
    it cannot be told. `explained` by {by, at, text}, as long as the difference is the same. `unissued`: containers out
    of which the batch took something though nobody had issued them."""

    material: str
    value: Mapping[str, str] | None
    figures: Mapping[str, Any]
    settled: bool
    explained: Mapping[str, Any] | None
    unissued: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.settled and self.explained is None


@dataclass(frozen=True, slots=True)
class Question:
    """What the review of a batch asks the floor: `entry` is its id, `about` the entries it is about, times are UTC.
    `answer` is {by, at, text}, None as long as nobody has answered."""

    entry: str
    batch: str
    phase: str | None
    about: tuple[str, ...]
    text: str
    by: str
    at: str
    answer: Mapping[str, str] | None

    @property
    def is_open(self) -> bool:
        return self.answer is None


@dataclass(frozen=True, slots=True)
class DeviceHead:
    """The end of a device's chain in the log: its last sequence, and the SHA-256 of that header (0 and zeros: none)."""

    device: str
    seq: int
    hash: str

    def payload(self) -> dict[str, Any]:
        return {"device": self.device, "seq": self.seq, "hash": self.hash}


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
    """A signed release or rejection, or production's review, as recorded; times are UTC, `offset` minutes east of it.

    It seals the batch: `stream_seq` entries up to the head `stream_hash`, and of `devices` each up to its head. None
    for a signature from before the seal named devices.
    """

    decision: str
    meaning: Mapping[str, str]
    signer: Mapping[str, Any]
    signed_at: str
    offset: int
    digest: str
    stream_seq: int
    stream_hash: str
    devices: tuple[DeviceHead, ...] | None
    reason: str | None
    method: str | None = None
    components: int | None = None
    # Where in the log it stands.
    index: int = -1


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer signs: `digest` covers all of it; `stream_seq`, `stream_hash` and `devices` are the seal."""

    batch: str
    open: tuple[Notice, ...]
    notable: tuple[Notice, ...]
    clean: int
    entries: int
    gates: tuple[Gate, ...]
    stream_seq: int
    stream_hash: str
    devices: tuple[DeviceHead, ...]
    digest: str

    @property
    def unmet(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.met]
