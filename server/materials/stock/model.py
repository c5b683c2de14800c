"""The nouns of stock: a location, a movement, and how a container stands on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.materials.model import NOT_PERMITTED

RECEIVED = ("materials.containers_received.v1", "materials.containers_received.v2")
# Of these the second says where each was put.
LABELLED = RECEIVED[1]
LOT_RECEIVED = ("materials.lot_received.v1", "materials.lot_received.v2")
# Of rooms above, by name: these take something out of a container for a place of a batch.
WEIGHED, DISPENSED = "production.material_weighed.v1", "production.material_dispensed.v1"
# And this says what is left in one.
RESTED = "production.rest_weighed.v1"
ALLOCATED = ("production.containers_allocated.v1", "production.containers_allocated.v2")
DEALLOCATED = "production.allocation_released.v1"
COUNT_CLOSED = "materials.count_closed.v1"
ISSUED, RETURNED = "production.container_issued.v1", "production.container_returned.v1"
# What went into a sample, out of each container that it names.
SAMPLED = "quality.sample_taken.v1"
# Flags of what was done with a container by nobody who may: a revoked device is in the hands of whoever found it.
VOID = frozenset({NOT_PERMITTED, "device_revoked"})
# Flags of a rest that nobody can vouch for, or of a time that nobody can believe: it stands in the record of its batch,
# and measures nothing.
UNMEASURED = VOID | {"batch_unknown", "container_not_allocated", "reading_unverified", "weights_inconsistent"}
UNMEASURED |= {"clock_skew", "captured_outside"}
# Flags of a sample that was none, or is recorded twice.
SAMPLED_NOT = frozenset({NOT_PERMITTED, "sample_known"})
CONFLICT, RESOLVED = "production.conflict_found.v1", "release.conflict_resolved.v1"

LOCATION, MOVED = "materials.location_defined.v1", "materials.container_moved.v1"
SPLIT, MERGED = "materials.container_split.v1", "materials.containers_merged.v1"
SCRAPPED = "materials.container_scrapped.v1"
BARRED, FREED = "materials.container_restricted.v1", "materials.container_freed.v1"
RULE_SET = "materials.stock_rule_set.v1"
MANAGES, MOVES, RECEIVES, DECIDES = "stock.manage", "stock.move", "lot.receive", "lot.decide"
# Who may stand by where rejected stock is destroyed.
SECONDS = (MANAGES, DECIDES)
KINDS_OF_PLACE = ("receiving", "storage", "quarantine", "sampling", "dispensing", "production", "shipping", "rejected")

# Flags of what was done with a container, which is kept as it was said.
UNKNOWN, IS_GONE, ELSEWHERE = "container_unknown", "container_gone", "container_elsewhere"
KNOWN, OTHER_LOT, OVERDRAWN = "container_known", "lot_other", "container_overdrawn"
# Containers that are not given to the same batch are filled together.
MIXED = "allocation_mixed"
UNIT, NO_PLACE, STORAGE, UNFIT = "unit_mismatch", "location_unknown", "storage_unfit", "location_unfit"
# Two moves that devices made without knowing of each other's; work where its maker's roles do not hold.
PLACE_CONFLICT, OTHER_AREA = "place_conflict", "area_not_permitted"
# What somebody at a desk may go on with who says why; with nothing else.
EXPLAINED = (ELSEWHERE, STORAGE, UNFIT)
# What must not stand in a place of some kind (CN 2010, 62): refused goods apart, and nothing that waits where it would
# be used.
NOT_IN = {
    "rejected": frozenset({"storage", "dispensing", "production", "shipping"}),
    "quarantine": frozenset({"dispensing", "production", "shipping"}),
}

# What a movement is; of what batches take, by the kind of its entry: that may be corrected.
TAKES = {WEIGHED: "weighed", DISPENSED: "dispensed"}
CAME, FILLED = "received", "split_in"
# How a container begins.
BEGINS = (CAME, FILLED)
# What was found in a container, whatever had been said of it before: such an amount is all that is in it.
REST = "rest"
MEASURED = ("returned", REST)
# The variance that a count was closed with: it is of the moment at which it was counted.
CORRECTED = "counted"
# What has become of a container that holds nothing any more.
EMPTY = "empty"
GONE = {"merged_out": "merged", "scrapped": "scrapped"}

# Why a container is barred that a device brings of a lot which was decided about before: a code that screens word.
LATE = "came_after_decision"
RELEASED, RESTRICTED, EXPIRED, RETEST_DUE = "released", "restricted", "expired", "retest_due"
Payload = Mapping[str, Any]


def is_unfit(kind: str, status: str) -> bool:
    """Whether stock of this status must not stand in a place of this kind."""
    return kind in NOT_IN.get(status, ())


def place_of(kind: str, given: Payload) -> str:
    """Where a batch claims what it takes: `<batch>/<slot>`."""
    slot = "net" if kind == WEIGHED else f"{given['line']}/{given['portion']}"
    return f"{given['batch']}/{given['phase']}/{slot}"


@dataclass(frozen=True, slots=True)
class Movement:
    """What an entry says came into a container (more than nothing) or left it.

    `amount` is in the container's unit, a decimal or a fraction `n/d`; None where what was said does not convert to it;
    of what was measured, all that is in it.
    `place` is where a batch claims it, `<batch>/<slot>`; `superseded` by a correction or a decision; `at` when it was
    done, UTC text: what a handheld says late was done before what the log has had meanwhile. `index`: its place in the
    log; `seen`: how many entries of the log its device had seen; nothing of both: only the time says when it was.
    """

    entry: str
    what: str
    amount: str | None
    place: str | None
    superseded: bool
    at: str
    index: int = 0
    seen: int = 0
    device: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """Which entry moves something, and when that was: as in `Movement`."""

    entry: str
    at: str
    index: int = 0
    seen: int = 0
    device: str = ""


@dataclass(frozen=True, slots=True)
class Born:
    """A container that was filled out of another, and with how much, {value, unit}."""

    container: str
    quantity: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days ahead people are told that stock expires, and that it must be tested again."""

    expiry_days: int
    retest_days: int

    def payload(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Moved:
    """What an entry moved, as it is shown: `superseded` by a correction; `measured` is what was found in it."""

    amount: dict[str, str]
    superseded: bool
    measured: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """A lot of which something is left, and the day after which it may not be used."""

    material: str
    lot: str
    day: str
    name: Mapping[str, str | None]


# Of a plant that has set none.
DEFAULT = Rule(60, 30)


@dataclass(frozen=True, slots=True)
class Held:
    """A container as the rules need it. `held` is exact: a decimal, or a fraction `n/d`."""

    container: str
    material: str
    lot: str
    unit: str
    held: str
    gone: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry does to one container: `said` as it says it, `amount` in the container's unit, less than nothing of
    what leaves it. `born`: the container begins with it, of the material and lot of this one."""

    container: str
    what: str
    said: Payload
    amount: str
    born: Held | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """`warehouse`: the code of its area."""

    location: str
    name: Mapping[str, str]
    warehouse: str
    kind: str
    storage: str | None
    active: bool

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Standing:
    """A container on a day. `quantity` is what it came with, `held` what is in it, below nothing where more was taken
    than it had. `status` is its lot's on that day (materials), `restricted` for one that is itself; `use_until` the
    last day on which it may be used; `batch` it is allocated to; `gone`: empty, merged or
    scrapped; `restricted`: why it alone must not be used;
    `lot_status`: without that."""

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
    restricted: str | None
    lot_status: str

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}
