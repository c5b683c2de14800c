"""The nouns of production: a batch and its status, its slots, and what may be wrong with an entry."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.engines.flows import kinds as flows
from sync import canonical

ORDERED, IN_PROGRESS, AWAITING_REVIEW = "ordered", "in_progress", "awaiting_review"
RELEASED, REJECTED, HISTORICAL = "released", "rejected", "historical"
# Whole in the batches that came of it (PRD-14): it is not made on, nor released itself.
SPLIT, MERGED, REWORKED = "split", "merged", "reworked"
GONE = (SPLIT, MERGED, REWORKED)
STATUSES = (ORDERED, IN_PROGRESS, AWAITING_REVIEW, RELEASED, REJECTED, HISTORICAL, *GONE)

ORDER, ORDER_PLANNED = "production.order_released.v1", "production.order_planned.v1"
# An order by a recipe of the third form: with its procedure, and its bill of materials for the size of the order.
MASTER_ORDER = "production.order_released.v2"
# A batch that came of others: it says what an order says.
FORMED = "production.batch_formed.v1"
BY_RECIPE = (ORDER, MASTER_ORDER)
RELEASES = (*BY_RECIPE, FORMED)
ORDER_WITHDREW = "production.order_withdrawn.v1"
ORDERS = "order.release"
# Who may have a number given to a batch: who plans, and who orders a rework.
NUMBERS = (ORDERS, "batch.release")
# What becomes of an order that was planned.
PLANNED, ORDER_RELEASED, ORDER_WITHDRAWN = "planned", "released", "withdrawn"
# The flow that checks and releases orders, where the plant has put it to use.
ORDER_FLOW = flows.ORDER_RELEASE

STARTED = "production.phase_started.v1"
CLEARED = "production.line_cleared.v1"
WEIGHED = "production.material_weighed.v1"
DISPENSED = "production.material_dispensed.v1"
PARAMETER = "production.parameter_recorded.v1"
# Of a parameter that the recipe binds to a signal: with the sample that it was taken from, or why it was typed.
BOUND = "production.parameter_recorded.v2"
CHECKED = "production.check_recorded.v1"
RESTED = "production.rest_weighed.v1"
YIELDED = "production.yield_recorded.v1"
EXPLAINED = "production.yield_explained.v1"
# What became of a printed material, and a picture of what is printed on it.
BALANCED, SPECIMEN = "production.material_balanced.v1", "production.specimen_kept.v1"
# After how many hours of silence a batch stands still.
QUIET_SET = "production.quiet_set.v1"
COMPLETED = "production.phase_completed.v1"
HELD, RESUMED = "production.phase_held.v1", "production.phase_resumed.v1"
IDENTIFIED = "production.equipment_identified.v1"
# On a tablet, in the record of the batch; what is cleaned elsewhere stands with the piece alone.
EQUIPMENT_CLEANED, CLEANING_CHECKED = "production.equipment_cleaned.v1", "production.cleaning_checked.v1"
# A machine gives an alarm: told on a tablet, in the record of the batch; elsewhere it stands with the piece alone.
ALARM_RAISED = "production.alarm_raised.v1"
REQUESTED = "production.sample_requested.v1"
ABORTED, SKIPPED = "production.phase_aborted.v1", "production.phase_skipped.v1"
REMARK = "production.remark_added.v1"
PHOTO = "production.photo_attached.v1"
# What a device records of a phase between these two is typed in from a copy of the empty record on paper.
PAPER_BEGUN, PAPER_ENDED = "production.paper_begun.v1", "production.paper_ended.v1"
VERIFIED = "production.entry_verified.v1"
EXCEPTION = "production.exception_raised.v1"
# What a person reports, with how grave it seems to them; the first version of this was `EXCEPTION` itself.
REPORTED = "production.exception_reported.v1"
CONFLICT = "production.conflict_found.v1"
# What an exception of the server's was about has come since, from another tablet.
WITHDRAWN = "production.exception_withdrawn.v1"

ALLOCATED = "production.containers_allocated.v1"
DEALLOCATED = "production.allocation_released.v1"
# Codes of exceptions about a container: none named of a lot that has labelled ones; no such label; not given to this
# batch; used by two batches; more taken out of it than it held.
MISSING, CONTAINER_UNKNOWN, NOT_ALLOCATED = "container_missing", "container_unknown", "container_not_allocated"
SHARED, USED_UP = "container_shared", "container_used_up"
ABOUT_CONTAINERS = (MISSING, CONTAINER_UNKNOWN, NOT_ALLOCATED, SHARED, USED_UP)
MINOR, MAJOR, CRITICAL = "minor", "major", "critical"
SEVERITIES = (MINOR, MAJOR, CRITICAL)

# Who may explain a yield that is out of its limits, so that the batch goes on.
EXPLAINS = "yield.explain"
# Who may work on a batch.
WORKERS = ("batch.work",)
# Who may be a second person: QA verifies and remarks, but does not produce.
WITNESSES = ("batch.work", "batch.review")
# The flag of work whose second person's roles did not hold in the area where they stood by.
SECOND_ELSEWHERE = "second_area_not_permitted"

# The flag of an entry that came after QA had sealed the batch by its disposition. Logs from before there were
# deviations say "after_disposition" instead.
POST_SEAL = "post_seal"
AFTER_DISPOSITION = "after_disposition"

PARAMETERS = (PARAMETER, BOUND)
# A slot of these kinds holds one value; a second entry in it is a conflict (PLT-10).
SINGLE_VALUED = (CLEARED, WEIGHED, DISPENSED, *PARAMETERS, CHECKED, YIELDED, BALANCED)
# What is calculated from other values of the batch, and names these.
CALCULATED = (YIELDED, BALANCED)
# Said beside the work, by whoever stands by.
BESIDE = (REMARK, PHOTO, VERIFIED, EXPLAINED, EXCEPTION, REPORTED, CLEANING_CHECKED, ALARM_RAISED, REQUESTED)
# Something was taken out of a container of a lot, by weight.
WEIGHINGS = (WEIGHED, DISPENSED)
# Work of a phase, which has its turn; remarks and photos may come at any time.
WORK = (STARTED, *SINGLE_VALUED, SPECIMEN, COMPLETED)
# What is done in its room by whoever is qualified for it; what is left over has no turn.
IN_ROOM = (*WORK, RESTED)
# What names a reading of a balance.
READ = (*WEIGHINGS, RESTED)
# A phase that was left before it was done, or not done at all; with either it has ended, as it has when completed, and
# the phases after it may begin (ISA-88: aborted; what is skipped goes on without it).
LEFT = (ABORTED, SKIPPED)
ENDS = (COMPLETED, *LEFT)
# The exception that each of these is.
LEFT_CODES: Mapping[str, str] = {ABORTED: "phase_aborted", SKIPPED: "phase_skipped"}
# What is said of a phase besides its work: what moves it, what it is done with, how that was cleaned, and its alarms.
COURSE = (
    *(HELD, RESUMED, *LEFT, IDENTIFIED, EQUIPMENT_CLEANED, CLEANING_CHECKED, ALARM_RAISED),
    *(PAPER_BEGUN, PAPER_ENDED),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that is wrong with an entry: `code` of an exception, `details` for the reviewer."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


def made_of(product: Mapping[str, Any]) -> str:
    """What a change of is a change of product for machines: its code with its strength."""
    return f"{product['code']} {product['strength']}"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the rules need it; `phases` is the frozen control recipe, `lots` the allocated (material, lot)."""

    number: str
    status: str
    phases: tuple[Mapping[str, Any], ...]
    lots: frozenset[tuple[str, str]]

    @property
    def disposed(self) -> bool:
        return self.status in (RELEASED, REJECTED)

    @property
    def closed(self) -> bool:
        """Nothing is given to it any more."""
        return self.disposed or self.status == HISTORICAL or self.status in GONE


@dataclass(frozen=True, slots=True)
class Use:
    """An entry that says that something was taken out of a container for a batch, and that nothing has superseded.

    `net` is what was taken, {value, unit}; None where the payload was erased.
    """

    entry: str
    batch: str
    phase: str | None
    slot: str
    net: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in a list; `phase` is the one that is next or under way, `open_items` what QA must decide."""

    number: str
    product: dict[str, Any]
    size: dict[str, str] | None
    status: str
    phases_done: int
    phases_total: int
    phase: dict[str, Any] | None
    open_items: int
    started_at: str | None
    updated_at: str

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """What production remembers of an entry of a batch without opening its payload.

    `superseded_by` is the id of the correction, or of the decision that chose another entry; `paper` that of the entry
    with which the typing in from paper began that this is a part of.
    """

    index: int
    id: str
    kind: str
    batch: str
    slot: str
    phase: str | None
    actor: str
    verifier: str | None
    device: str
    source: str | None
    corrects: str | None
    superseded_by: str | None
    late: bool
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A conflict, an exception or a deviation of a batch: `state` is open, resolved, assessed, withdrawn or closed.

    `decision` closed it.
    """

    id: str
    index: int
    type: str
    code: str
    phase: str | None
    slot: str | None
    state: str
    entries: tuple[str, ...]
    details: Mapping[str, Any]
    comment: str | None
    decision: Mapping[str, Any] | None


def order_stream(batch: str) -> str:
    """Where an order stands before there is a batch."""
    return f"order/{batch}"


def order_hash(planned: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical bytes of an `ORDER_PLANNED` payload."""
    return hashlib.sha256(canonical.encode(planned)).hexdigest()


def batch_stream(number: str) -> str:
    return f"batch/{number}"
