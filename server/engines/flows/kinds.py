"""The names of the kinds of flows and what signatures in them mean: what the rest of this room agrees on."""

from collections.abc import Mapping
from typing import Any

SUBMITTED, APPROVED, REJECTED = "flows.version_submitted.v1", "flows.version_approved.v2", "flows.version_rejected.v2"
# Before a flow decided on versions of flows.
APPROVED_V1, REJECTED_V1 = "flows.version_approved.v1", "flows.version_rejected.v1"
DELIVERED = "flows.version_delivered.v1"
STARTED, MOVED, CANCELLED = "flows.instance_started.v1", "flows.instance_moved.v1", "flows.instance_cancelled.v1"
ENDED = "flows.instance_ended.v1"
ENABLED, DISABLED = "flows.flow_enabled.v1", "flows.flow_disabled.v1"
# Delivered flows that rooms of this product start by themselves where a plant wants it.
OFFERED = ("batch-order-release", "batch-review", "deviation")
# Approvals of which rooms wait for the end `approved`, with a signature that means it.
APPROVALS = (
    "form-approval",
    "flow-approval",
    "recipe-approval",
    "specification-approval",
    "material-approval",
    "purchase-requisition",
    "purchase-order",
)
# An order is released by whoever signed so.
ORDER_RELEASE = "batch-order-release"
# Ends that other rooms wait for.
AWAITED = {
    **dict.fromkeys(APPROVALS, "approved"),
    ORDER_RELEASE: "released",
    "batch-review": "reviewed",
    "deviation": "closed",
}
# What flows are about that rooms start themselves: the first part of the subject. Nobody starts those by hand.
SUBJECTS = {
    "form-approval": "form",
    "flow-approval": "flow",
    "recipe-approval": "recipe",
    "specification-approval": "specification",
    "material-approval": "material",
    "purchase-requisition": "requisition",
    "purchase-order": "purchase",
    "batch-order-release": "order",
    "batch-review": "batch",
    "deviation": "deviation",
}
COMPLETED, TASK_SIGNED = "flows.task_completed.v1", "flows.task_signed.v2"
CLAIMED, DELEGATED, COMMENTED = "flows.task_claimed.v1", "flows.task_delegated.v1", "flows.task_commented.v1"
# Since comments carry files, and may be about the whole instance.
COMMENTED_V2 = "flows.task_commented.v2"
# Time or a message would bring it on, and what a room makes of that is refused.
HALTED = "flows.instance_halted.v1"
FIRED, MESSAGE = "flows.timer_fired.v1", "flows.message_received.v1"

# Before signers said how much of the history they had seen.
TASK_SIGNED_V1 = "flows.task_signed.v1"
NOTED = "flows.noted.v1"
# By who manages flows, where somebody cannot do any more what waits for them.
REASSIGNED = "flows.task_reassigned.v1"

DESIGNS, APPROVES, MANAGES, WORKS = "flows.design", "flows.approve", "flows.manage", "flows.work"

# What a signature in a flow can mean (21 CFR 11.50(a)(3)); codes as definitions name them.
MEANINGS: dict[str, dict[str, str]] = {
    "prepared": {"zh": "起草", "en": "Prepared"},
    "checked": {"zh": "复核", "en": "Checked"},
    "approved": {"zh": "批准", "en": "Approved"},
    "reviewed": {"zh": "审核", "en": "Reviewed"},
    "released": {"zh": "放行", "en": "Released"},
    "rejected": {"zh": "拒绝", "en": "Rejected"},
}


def meaning(code: str) -> dict[str, str]:
    """As it stands in what is signed: {code, zh, en}."""
    return {"code": code, **MEANINGS[code]}


def flow_stream(flow: str) -> str:
    return f"flow/{flow}"


def instance_stream(instance: str) -> str:
    return f"instance/{instance}"


def said_of_version(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever submits or decides signs."""
    said = {name: given[name] for name in ("flow", "version", "sha256", "reason")}
    return said | {"meaning": given["meaning"]["code"]}


def said_of_task(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever completes a task signs; `seen` since they say it."""
    names = ("instance", "task", "outcome", "values", "comment", "seen")
    said = {name: given[name] for name in names if name in given}
    return said | {"meaning": given["meaning"]["code"]}
