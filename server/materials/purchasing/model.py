"""The nouns of purchase orders: lines, what has come of them, and the states of both."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.materials.model import NOT_PERMITTED
from sync import canonical

PREFIX = "PO"
PLACED, APPROVED_KIND, REJECTED_KIND, LINE_CLOSED = (
    "materials.purchase_order_placed.v1",
    "materials.purchase_order_approved.v1",
    "materials.purchase_order_rejected.v1",
    "materials.purchase_line_closed.v1",
)
RECEIVED = "materials.lot_received.v2"
# The flag of a receipt against an order that nobody has approved: it is none of this order's.
UNDECIDED = "order_not_approved"
VOID = frozenset({NOT_PERMITTED, UNDECIDED})
PLACES, APPROVES = "purchase.place", "purchase.approve"
FLOW = "purchase-order"
MEANING = {"code": "prepared", "zh": "起草", "en": "Prepared"}
WAITING, APPROVED, REJECTED = "waiting", "approved", "rejected"
STATES = {APPROVED_KIND: APPROVED, REJECTED_KIND: REJECTED}
OPEN, PARTIAL, CLOSED = "open", "partial", "closed"
# What of an order is signed.
SAID = ("order", "supplier", "lines", "note")
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """`amount` is in the unit of its order line; None where what came could not be counted so."""

    lot: str
    amount: Decimal | None
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` is {value, unit} in the unit of the material, `wanted_by` YYYY-MM-DD; `closed_by` only where somebody
    closed it before all had come."""

    line: int
    material: str
    quantity: Mapping[str, str]
    wanted_by: str | None
    requisition: str | None
    receipts: tuple[Receipt, ...]
    closed: bool
    closed_by: str | None
    closed_at: str | None
    closed_reason: str | None

    @property
    def ordered(self) -> Decimal:
        return Decimal(self.quantity["value"])

    @property
    def received(self) -> Decimal:
        return sum((one.amount for one in self.receipts if one.amount is not None), Decimal(0))

    @property
    def open(self) -> Decimal:
        """What is still to come; nothing of a line that is closed."""
        return Decimal(0) if self.state == CLOSED else self.ordered - self.received

    @property
    def counted(self) -> Decimal:
        """How much of a requisition this line takes: all that was ordered, or what came of it where it was closed."""
        return self.ordered if self.closed_by is None else self.received

    @property
    def state(self) -> str:
        """open, partial, closed."""
        return CLOSED if self.closed else PARTIAL if self.receipts else OPEN


@dataclass(frozen=True, slots=True)
class Order:
    """`state`: waiting until its flow has ended, then approved or rejected. Times are UTC text."""

    number: str
    supplier: str
    note: str | None
    sha256: str
    placed_by: str
    placed_at: str
    state: str
    decided_by: str | None
    decided_at: str | None
    decided_reason: str | None
    instance: str | None
    lines: tuple[Line, ...]

    @property
    def standing(self) -> str:
        """waiting, rejected; approved orders by what has come: open, partial, closed."""
        if self.state != APPROVED:
            return self.state
        if all(one.closed for one in self.lines):
            return CLOSED
        return PARTIAL if any(one.receipts for one in self.lines) else OPEN


def stream(number: str) -> str:
    return f"purchase/{number}"


# What the flow of an order is about.
subject = stream


def number_of(subject_: str) -> str | None:
    """The order that a flow is about; None where it is about something else."""
    number = subject_.removeprefix("purchase/")
    return None if number == subject_ else number


def digest(given: Payload) -> str:
    """SHA-256 over all that is ordered, in canonical JSON: what is signed and approved."""
    return hashlib.sha256(canonical.encode({name: given[name] for name in SAID})).hexdigest()


def said(given: Payload) -> dict[str, Any]:
    """What whoever places the order signs."""
    return {name: given[name] for name in ("order", "supplier", "sha256")} | {"meaning": given["meaning"]["code"]}


def told(lines: Sequence[Payload]) -> str:
    """What is ordered in one line, as approvers read it in the flow."""
    text = "; ".join(f"{one['material']} {one['quantity']['value']} {one['quantity']['unit']}" for one in lines)
    return text if len(text) <= 200 else f"{text[:199]}…"
