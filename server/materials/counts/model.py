"""The nouns of stock counts: a count, what somebody found, and what became of a container in it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

PREFIX = "SC"
ORDERED, COUNTED, CLOSED = (
    "materials.count_ordered.v1",
    "materials.container_counted.v1",
    "materials.count_closed.v1",
)
MANAGES, COUNTS, APPROVES = "stock.manage", "stock.move", "stock.approve"
MEANING = {"code": "variances_approved", "zh": "批准盘点差异", "en": "Variances of the count approved"}
# Flags of what was counted, which is kept as it was said.
UNKNOWN, OVER, ELSEWHERE, UNIT = "count_unknown", "count_over", "count_place_other", "unit_mismatch"
NO_CONTAINER = "container_unknown"
# What a count came to for a container: as it was booked; at another place; with another quantity; not there; a label
# that is none of ours; counts that differ, of which one must be chosen; measured in a unit that says nothing of it.
SAME, MOVED, DIFFERS, MISSING, STRANGE, CONFLICT = "same", "moved", "differs", "missing", "strange", "conflict"
OTHER_UNIT = "other_unit"
# These change nothing in the book.
QUIET = (SAME, STRANGE)
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Count:
    """`lines` are those of its closing, {container, entry, was, counted, from, to, reason}; none of an open one."""

    count: str
    locations: tuple[str, ...]
    reason: str | None
    ordered_by: str
    ordered_at: str
    closed_by: str | None
    closed_at: str | None
    lines: tuple[Payload, ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """What somebody found. `quantity` None: it was there, its content was not measured. `book` and `place` are what the
    book says of the moment of counting (`at`, UTC text), by all that is known now; None of a label that is none of
    ours. `found`: the quantity in the unit of the book, None where it does not convert; `overtaken`: another count has
    corrected the container by what was found in it later."""

    entry: str
    container: str
    location: str
    quantity: dict[str, str] | None
    seen: bool
    person: str
    device: str
    at: str
    book: dict[str, str] | None
    place: str | None
    late: bool
    found: str | None = None
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Upset:
    """A container of which a count was closed by a book that is another one now: `entry` is what the log heard of too
    late, `book` and `place` what is known of the moment of counting now."""

    count: str
    container: str
    entry: str
    book: dict[str, str] | None
    place: str | None

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Expected:
    """A container as the book has it."""

    container: str
    material: str
    lot: str
    held: dict[str, str]
    location: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A container in a count. `countings` in the order of the log, `standing` the last of each device; `book` and
    `place` by the book."""

    container: str
    material: str | None
    lot: str | None
    book: dict[str, str] | None
    place: str | None
    countings: tuple[Counting, ...]
    standing: tuple[Counting, ...]
    result: str


def stream(count: str) -> str:
    return f"count/{count}"


def digest(count: str, lines: Sequence[Line]) -> str:
    """SHA-256 over what is approved: the book, and every counting that stands against it."""
    shown = [
        {
            "container": one.container,
            "book": one.book,
            "place": one.place,
            "entries": [each.entry for each in one.countings],
            "result": one.result,
        }
        for one in lines
    ]
    return hashlib.sha256(canonical.encode({"count": count, "lines": shown})).hexdigest()


def said(given: Payload) -> dict[str, Any]:
    """What whoever approves signs."""
    return {name: given[name] for name in ("count", "lines", "digest")} | {"meaning": given["meaning"]["code"]}
