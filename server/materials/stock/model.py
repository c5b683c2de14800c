"""The nouns of stock: a location, a movement, and how a container stands on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RECEIVED = ("materials.containers_received.v1", "materials.containers_received.v2")
LOT_RECEIVED = ("materials.lot_received.v1", "materials.lot_received.v2")
# Of rooms above, by name: these take something out of a container for a place of a batch.
WEIGHED = "production.material_weighed.v1"
ALLOCATED, DEALLOCATED = "production.containers_allocated.v1", "production.allocation_released.v1"
CONFLICT, RESOLVED = "production.conflict_found.v1", "release.conflict_resolved.v1"

# What a movement is. What is claimed may be corrected, and is the most of what claims one place of a batch.
CAME, WENT, CLAIMED = "received", "weighed", ("weighed", "dispensed")
# What has become of a container that holds nothing any more.
EMPTY = "empty"
GONE = {"merged_out": "merged", "scrapped": "scrapped"}

RELEASED, RESTRICTED, EXPIRED, RETEST_DUE = "released", "restricted", "expired", "retest_due"
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Movement:
    """What an entry says came into a container (more than nothing) or left it.

    `amount` is in the container's unit, a decimal or a fraction `n/d`; None where what was said does not convert to it.
    `place` is where a batch claims it, `<batch>/<slot>`; `superseded` by a correction or a decision.
    """

    entry: str
    what: str
    amount: str | None
    place: str | None
    superseded: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A container on a day. `quantity` is what it came with, `held` what is in it, below nothing where more was taken
    than it had. `status` is its lot's on that day (materials), `restricted` for one that is itself; `use_until` the
    last day on which it may be used; `batch` it is allocated to; `gone`: empty, merged or scrapped."""

    container: str
    material: str
    lot: str
    quantity: dict[str, str]
    held: dict[str, str]
    location: str | None
    warehouse: str | None
    status: str
    batch: str | None
    use_until: str | None
    gone: str | None
    opened: bool

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}
