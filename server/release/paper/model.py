"""The nouns of the empty record on paper: a copy that somebody issued, and each print of it."""

from dataclasses import dataclass

ISSUED = "release.blank_issued.v1"
# A copy that nobody types in from came back, or did not.
ACCOUNTED = "release.blank_accounted.v1"
OUTCOMES = ("unused", "spoiled", "lost")
# Each time a copy is printed, as PDF: what is printed twice is two sheets of one number.
PRINTED = "release.blank_printed.v1"
OF_COPIES = (ISSUED, ACCOUNTED, PRINTED)
LANGUAGES = ("zh", "en")
ISSUES = "batch.review"


@dataclass(frozen=True, slots=True)
class Copy:
    """`copy` counts from 1; `reason`: why there is another beside the first."""

    batch: str
    copy: int
    by: str
    at: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a copy that nobody types in from, one of `OUTCOMES`, and why."""

    copy: int
    outcome: str
    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Print:
    """A print of a copy, in one of `LANGUAGES`; `reason`: why again, of all but the first of a copy."""

    copy: int
    lang: str
    by: str
    at: str
    reason: str | None
