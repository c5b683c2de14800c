"""The nouns of receiving: the plant's rule for it, blocks of lot numbers, and what may be wrong with a delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.materials import model as nouns
from server.materials.purchasing import model as purchasing
from server.materials.suppliers import model as suppliers

LOT_RECEIVED = "materials.lot_received.v2"
CONTAINERS_RECEIVED = "materials.containers_received.v2"
NUMBERS_RESERVED = "materials.numbers_reserved.v1"
NUMBERS_RETURNED = "materials.numbers_returned.v1"
RULE_SET = "materials.receiving_rule_set.v1"
RECEIVES, MANAGES = "lot.receive", "material.manage"
# In one entry: its payload has a limit. And of one receipt: a lorry.
TOGETHER, MOST_CONTAINERS, MOST_PHOTOS = 100, 500, 20
# Lot numbers that a handheld takes along: more deliveries than anybody takes in without a connection.
BLOCK = 20
# The flags of a receipt, in the order in which screens tell them.
UNKNOWN = "material_unknown"
NOT_APPROVED = suppliers.NOT_APPROVED
ORDER_UNKNOWN, ORDER_UNDECIDED = "order_unknown", purchasing.UNDECIDED
ORDER_CLOSED, OTHER_SUPPLIER = "order_closed", "order_supplier_other"
OVER = "over_delivered"
EXPIRED, SHORT, NO_EXPIRY = "receipt_expired", "shelf_life_short", "expiry_missing"
DIFFERS = nouns.DIFFERS
UNIT = "unit_mismatch"
NUMBER_FOREIGN = "lot_number_foreign"
# What nobody can go on with at the desk, whatever the reason.
BARS = (UNKNOWN, UNIT, ORDER_UNDECIDED)
# What is wrong with the order of a delivery.
OF_ORDER = (ORDER_UNKNOWN, ORDER_UNDECIDED, ORDER_CLOSED, OTHER_SUPPLIER, OVER)
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` of site lot numbers; `remaining`: the percent of a material's shelf life that must be left when it
    comes; `over`: the percent by which more may come than was ordered."""

    pattern: str
    remaining: int
    over: int

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


# Of a plant that has set none: LAC-260001, half of the shelf life, nothing more than ordered.
DEFAULT = Rule("{material}-{yy}{seq:4}", 50, 0)


@dataclass(frozen=True, slots=True)
class Block:
    """The lot numbers from `first` to `last` of a period, which are one device's; `period` is a year or empty."""

    pattern: str
    period: str
    first: int
    last: int

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery of a lot as it was received; `flags` are what was wrong with it. Times are UTC text."""

    entry: str
    material: str
    lot: str
    order: str | None
    line: int | None
    supplier: str | None
    delivery_note: str | None
    quantity: Mapping[str, str] | None
    containers: int | None
    comment: str | None
    damage: Payload | None
    flags: tuple[str, ...]
    received_by: str
    received_at: str
