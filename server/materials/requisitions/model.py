"""The nouns of requisitions: what is asked for, until when, why, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "REQ"
RAISED, APPROVED, REJECTED = (
    "materials.requisition_raised.v1",
    "materials.requisition_approved.v1",
    "materials.requisition_rejected.v1",
)
RAISES, APPROVES = "requisition.raise", "requisition.approve"
FLOW = "purchase-requisition"
OPEN = "open"
STATES = {APPROVED: "approved", REJECTED: "rejected"}


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` is {value, unit} in the unit of the material, `needed_by` YYYY-MM-DD."""

    material: str
    quantity: Mapping[str, str]
    needed_by: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Requisition:
    """`state`: open until its flow has ended, then approved or rejected. Times are UTC text."""

    number: str
    raised_by: str
    raised_at: str
    reason: str
    state: str
    decided_by: str | None
    decided_at: str | None
    decided_reason: str | None
    instance: str | None
    lines: tuple[Line, ...]


def stream(number: str) -> str:
    return f"requisition/{number}"


def subject(number: str) -> str:
    """What the flow of a requisition is about."""
    return f"requisition/{number}"


def number_of(subject_: str) -> str | None:
    """The requisition that a flow is about; None where it is about something else."""
    number = subject_.removeprefix("requisition/")
    return None if number == subject_ else number


def told(lines: list[Mapping[str, Any]]) -> str:
    """What is asked for in one line, as approvers read it in the flow."""
    said = [f"{one['material']} {one['quantity']['value']} {one['quantity']['unit']}" for one in lines]
    text = "; ".join(said)
    return text if len(text) <= 200 else f"{text[:197]}…"
