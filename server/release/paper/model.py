"""The nouns of the empty record on paper: a copy that somebody issued."""

from dataclasses import dataclass

ISSUED = "release.blank_issued.v1"
ISSUES = "batch.review"


@dataclass(frozen=True, slots=True)
class Copy:
    """`copy` counts from 1; `reason`: why there is another beside the first."""

    batch: str
    copy: int
    by: str
    at: str
    reason: str | None
