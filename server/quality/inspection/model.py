"""The nouns of inspections: an inspection of a lot, a sample, and a step of the chain of custody of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.core import numbering

OPENED = "quality.inspection_opened.v1"
# More of the lot came, so that it was drawn again.
DRAWN = "quality.inspection_drawn.v1"
TAKEN = "quality.sample_taken.v1"
HANDED_KIND = "quality.sample_handed.v1"
# A sample that was recorded of something else than it was taken of: it stands for no container any more.
VOIDED = "quality.sample_voided.v1"
# Of the room of materials, by name.
LOT_RECEIVED = "materials.lot_received.v2"
CONTAINERS_RECEIVED = ("materials.containers_received.v1", "materials.containers_received.v2")

TEST, IDENTITY, RETAINED = "test", "identity", "retained"
PURPOSES = (TEST, IDENTITY, RETAINED)
HANDED, RECEIVED, STORED, DESTROYED = "handed", "received", "stored", "destroyed"
STEPS = (HANDED, RECEIVED, STORED, DESTROYED)
# Containers are to be sampled; a sample for tests is to be received by the laboratory; nothing is missing.
SAMPLING, SAMPLED, COMPLETE = "sampling", "sampled", "complete"
STATES = (SAMPLING, SAMPLED, COMPLETE)
TAKES, RECORDS, DECIDES = "sample.take", "results.record", "lot.decide"
PREFIX = "INS"

NOT_PERMITTED = "person_not_permitted"
# A sample with one of these flags stands in the log, and is none of the inspection's.
COUNTS_NOT = frozenset({NOT_PERMITTED, "not_qualified", "inspection_unknown", "sample_known", "device_revoked"})
# Clocks of a handheld and of a desk may differ by as much before a link counts as earlier than the one before (PLT-13).
CLOCK_TOLERANCE = timedelta(minutes=5)
# Breaks of a chain after which nobody can say whose hands a sample was in.
LOSES = frozenset(
    {"time_order", "other_holder", "not_received", "not_handed", "received_own", "other_receiver", "after_destroyed"}
)
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """`containers` are {container, quantity, instead_of, reason}; `counts`: it is one of the inspection's."""

    sample: str
    entry: str
    inspection: str
    purpose: str
    containers: tuple[Payload, ...]
    comment: str | None
    taken_by: str
    taken_at: str
    device: str
    flags: tuple[str, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a sample: by whom, when (UTC text), where, handed to whom, kept until (YYYY-MM-DD)."""

    entry: str
    step: str
    by: str
    at: str
    place: str | None
    to: str | None
    until: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """`containers` came, `number` of them are to be sampled by the plan `sampling`; `drawn` are those by label, None
    where all are. `samplers`: who took a sample of it."""

    inspection: str
    material: str
    lot: str
    specification: str | None
    version: int | None
    sampling: Payload
    containers: int
    number: int
    drawn: tuple[str, ...] | None
    reason: str | None
    opened_by: str
    opened_at: str
    state: str
    samplers: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every container that was drawn is sampled, and the laboratory has a sample for its tests."""
        return self.state == COMPLETE


def stream(material: str, lot: str) -> str:
    return f"lot/{material}/{lot}"


def sample_number(inspection: str, n: int) -> str:
    """SMP-2026-0001-01: the samples of an inspection bear its number."""
    return f"SMP-{inspection.removeprefix(f'{PREFIX}-')}-{n:02d}"


def parse_number(number: str) -> tuple[int, int] | None:
    return numbering.parse(PREFIX, number)
