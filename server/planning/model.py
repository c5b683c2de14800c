"""The nouns of planning: what is needed, what covers it, and what is proposed. Quantities are exact fractions in the
unit of their item; days are ordinals of `date`, so that they are counted and not converted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Self

PARAMETERS, DEMAND = "planning.parameters_set.v1", "planning.demand_set.v1"
CALENDAR = "planning.calendar_set.v1"
# The calendar by which lead times are counted.
SITE = "site"
# Who orders batches plans them.
PLANS = "order.release"

# Lot for lot; always a whole number of one size; at least a minimum, then by multiples; what a period needs at once.
EXACT, FIXED, MINIMUM, PERIOD = "exact", "fixed", "minimum", "period"
POLICIES = (EXACT, FIXED, MINIMUM, PERIOD)
# What stands behind a requirement: a demand, a proposal of what is made of it, a batch that is ordered.
FOR_DEMAND, FOR_PROPOSAL, FOR_ORDER = "demand", "proposal", "order"
# What covers a requirement.
STOCK, PURCHASE, REQUISITION, ORDER, PROPOSAL = "stock", "purchase", "requisition", "order", "proposal"


@dataclass(frozen=True, slots=True)
class Use:
    """A line of a bill of materials: so much of `item` for one unit of what is made."""

    item: str
    per: Fraction


@dataclass(frozen=True, slots=True)
class Change:
    """From a day on an item is made in batches of this size and of this, by a later version of its recipe."""

    day: int
    size: Fraction
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """How an item is planned. `lead` in working days; `yields`: the part of what is ordered that comes out; `life` in
    days, None where it keeps; `step`: the smallest amount that is ordered or asked for. Without `uses` it is bought.
    `changes`: by their days, how that goes on."""

    code: str
    lead: int = 0
    policy: str = EXACT
    size: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)
    multiple: Fraction = Fraction(0)
    period: int = 1
    safety: Fraction = Fraction(0)
    yields: Fraction = Fraction(1)
    life: int | None = None
    step: Fraction = Fraction(1, 1000)
    uses: tuple[Use, ...] = ()
    changes: tuple[Change, ...] = ()

    def on(self, day: int) -> Self:
        """As it is made when it is begun on a day."""
        come = [one for one in self.changes if one.day <= day]
        return replace(self, size=come[-1].size, uses=come[-1].uses) if come else self

    def every_use(self) -> set[str]:
        """What it is made of, be it by a later version."""
        return {use.item for uses in (self.uses, *(one.uses for one in self.changes)) for use in uses}


@dataclass(frozen=True, slots=True)
class Supply:
    """What is there or comes: from `day` on, of use until and with `last` (None: always)."""

    id: str
    kind: str
    item: str
    quantity: Fraction
    day: int
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """So much of an item until a day. `cause` and `about`: the demand, proposal or order that needs it; `per` of the
    line of the bill where it follows from one."""

    id: int
    item: str
    quantity: Fraction
    day: int
    cause: str
    about: str
    per: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Peg:
    """So much of a requirement is covered by a supply or a proposal."""

    requirement: int
    supply: str
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be ordered: `quantity` = `ordered` × yield is what comes out, and equals `net` (what nothing else
    covers) + `safety` (what the stock lacked of its least) + `extra` (lot size, steps, and what is needed soon)."""

    id: str
    item: str
    ordered: Fraction
    quantity: Fraction
    net: Fraction
    safety: Fraction
    extra: Fraction
    release: int
    needed: int
    available: int
    last: int | None
    made: bool


@dataclass(frozen=True, slots=True)
class Shortage:
    """So much of a requirement comes `days` after it is needed, or not before `earliest`."""

    requirement: int
    quantity: Fraction
    supply: str
    earliest: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a run, each list in the order in which it was found: items of a higher level first, then by day."""

    levels: Mapping[str, int]
    requirements: list[Requirement] = field(default_factory=list)
    pegs: list[Peg] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    shortages: list[Shortage] = field(default_factory=list)


def parameters_stream(item: str) -> str:
    return f"planning/item/{item}"


def demand_stream(demand: str) -> str:
    return f"planning/demand/{demand}"


def calendar_stream(calendar: str) -> str:
    return f"planning/calendar/{calendar}"
