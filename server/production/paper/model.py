"""The nouns of typing in from paper: a copy of the empty record, and what one device types in from it."""

from dataclasses import dataclass

# The flag of what was typed in so.
FROM_PAPER = "from_paper"


@dataclass(frozen=True, slots=True)
class Blank:
    """A copy of the empty record: `issued_at` by the log's clock; `accounted`: it came back without being typed in."""

    copy: int
    issued_at: str
    accounted: bool


@dataclass(frozen=True, slots=True)
class Copying:
    """What one device types in of a phase from one copy; `entry` says so. `ended` is the entry that ends it."""

    entry: str
    batch: str
    phase: str
    copy: int
    device: str
    done_from: str
    done_to: str
    done_by: str
    photo: str | None
    comment: str | None
    ended: str | None = None
    checked_by: str | None = None
