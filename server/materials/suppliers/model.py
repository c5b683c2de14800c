"""The nouns of suppliers: who they are, what was decided about them, and which materials they may deliver."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

REGISTERED = "materials.supplier_registered.v1"
DECIDED = "materials.supplier_decided.v1"
SUPPLY_DECIDED = "materials.supply_decided.v1"
ACCEPTED = "materials.delivery_accepted.v1"
RECEIVED, RECEIVED_V2 = "materials.lot_received.v1", "materials.lot_received.v2"
MANAGES, APPROVES, DECIDES_LOTS = "supplier.manage", "supplier.approve", "lot.decide"
# The flag of a receipt from somebody who is not approved for the material.
NOT_APPROVED = "supplier_not_approved"
# The flags of a receipt that keep its lot from being set free until QA has accepted it; of v1 the first alone.
HOLDING: tuple[str, ...] = (
    NOT_APPROVED,
    "material_unknown",
    "order_unknown",
    "order_not_approved",
    "order_closed",
    "order_supplier_other",
    "over_delivered",
    "receipt_expired",
    "shelf_life_short",
    "expiry_missing",
    "lot_differs",
    "person_not_permitted",
    "device_revoked",
)
MEANINGS = {
    "approved": {"code": "approved", "zh": "批准", "en": "Approved"},
    "rejected": {"code": "rejected", "zh": "拒绝", "en": "Rejected"},
}
NEW, QUALIFIED, SUSPENDED = "new", "qualified", "suspended"
# The materials that are bought: a receipt of these says from whom.
BOUGHT = ("raw", "packaging", "printed")
WAITS, TAKEN = "waits", "accepted"
# An audit takes time: so long before its end a qualification is warned of.
ENDS = timedelta(days=60)
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Supplier:
    """`status`: new, qualified until the day `valid_until` (YYYY-MM-DD), or suspended. `contacts` {name, phone, email};
    `evidence` of the last decision {sha256, name, size, type}."""

    supplier: str
    name: Mapping[str, str]
    address: str
    contacts: tuple[Payload, ...]
    status: str
    valid_until: str | None
    evidence: tuple[Payload, ...]
    reason: str | None
    decided_by: str | None
    decided_at: str | None

    def qualified(self, day: str) -> bool:
        return self.status == QUALIFIED and self.valid_until is not None and day <= self.valid_until

    def standing(self, day: str) -> str:
        """new, qualified, expired, suspended."""
        return "expired" if self.status == QUALIFIED and not self.qualified(day) else self.status

    def is_named(self, text: str) -> bool:
        return text in (self.supplier, self.name["zh"], self.name["en"])


@dataclass(frozen=True, slots=True)
class Supply:
    """That a material may come from a supplier, made by a manufacturer, which may be the same."""

    material: str
    supplier: str
    manufacturer: str
    approved: bool
    reason: str
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A lot with which something was wrong when it came: `flags` of `HOLDING`; `state` waits or accepted."""

    material: str
    lot: str
    supplier: str | None
    manufacturer: str | None
    flags: tuple[str, ...]
    state: str
    received_at: str
    reason: str | None
    decided_by: str | None
    decided_at: str | None


def held_by(kind: str, flags: Iterable[str]) -> tuple[str, ...]:
    """The flags of a receipt that hold its lot."""
    return tuple(one for one in flags if one in (HOLDING if kind == RECEIVED_V2 else HOLDING[:1]))


def stream(supplier: str) -> str:
    return f"supplier/{supplier}"


def said(given: Payload) -> dict[str, Any]:
    """What whoever decides signs: all that the decision says."""
    signature = ("signer", "signed_at", "offset", "method", "components", "passkey")
    return {name: value for name, value in given.items() if name not in signature} | {
        "meaning": given["meaning"]["code"]
    }
