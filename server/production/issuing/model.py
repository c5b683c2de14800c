"""The nouns of issuing: what a batch needs of a material, and a container that was brought to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from server.materials.stock.model import Held, Movement

ALLOCATED = "production.containers_allocated.v2"
ISSUED = "production.container_issued.v1"
RETURNED = "production.container_returned.v1"
ISSUES = "material.issue"


@dataclass(frozen=True, slots=True)
class Need:
    """What the frozen recipe of a batch weighs of a material: `value` by its targets, `most` by their upper limits,
    in `unit`."""

    material: str
    name: Mapping[str, str]
    value: Decimal
    most: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A container that may be given to a batch: what is in it, {value, unit}, and the last day that it may be used on
    (YYYY-MM-DD), None where nothing ends that."""

    container: str
    material: str
    held: Mapping[str, str]
    use_until: str | None


@dataclass(frozen=True, slots=True)
class Issue:
    """A container in the hands of production: what was in it when it came, and when it went back. Times are UTC text;
    quantities {value, unit}. `taken`: what the batch had taken out of it before it was issued, in the unit of what was
    in it; `begun`: how many movements of the container there were by then. Not `issued`: given to the batch, which took
    something out of it all the same: so it was with it, and nobody has said that it came or went back."""

    container: str
    material: str
    lot: str
    batch: str
    held: Mapping[str, str]
    location: str | None
    by: str
    at: str
    returned: Mapping[str, str] | None = None
    returned_by: str | None = None
    returned_at: str | None = None
    taken: str = "0"
    begun: int = 0
    issued: bool = True


class Containers(Protocol):
    """What the log knows of containers: as the door keeps it in tables, a witness in memory."""

    def find(self, label: str) -> Held | None: ...

    def movements(self, label: str) -> Sequence[Movement]:
        """All of the container, in the order of the log."""

    def parts(self, entries: Sequence[str]) -> Sequence[str]:
        """The containers that began with these entries, filled out of another."""

    def owner(self, label: str) -> str | None:
        """The batch that it is given to."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of material that came to a batch, exactly, in `unit`: None where something was said of it in a unit
    that leads to no other. `balanced`: what came and does not go back by the balances of a printed material that stand
    (PRD-11). `rest`: what nothing accounts for, or what is with the batch still where `open`; `places`: as many
    decimals as were measured."""

    unit: str
    issued: Fraction | None
    used: Fraction | None
    returned: Fraction | None
    scrapped: Fraction | None
    open: bool
    places: int = 0
    balanced: Fraction = Fraction(0)

    @property
    def rest(self) -> Fraction | None:
        """A balance tells of all that came, also of what was weighed, sampled or destroyed by scan: only one of the two
        counts, the larger, as nobody knows how much of it is the same."""
        if self.issued is None or self.used is None or self.returned is None or self.scrapped is None:
            return None
        return self.issued - self.returned - max(self.used + self.scrapped, self.balanced)
