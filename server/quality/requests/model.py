"""The nouns of sampling requests: what the floor asks the laboratory to take of a batch, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Said on tablets, of the room of production.
REQUESTED = "production.sample_requested.v1"
ANSWERED = "quality.request_answered.v1"
# A sample that was drawn on request is not tested, and why.
UNTESTED = "quality.sample_untested.v1"
TAKES, RECORDS, REVIEWS = "sample.take", "results.record", "batch.review"


@dataclass(frozen=True, slots=True)
class Request:
    """`entry` is its id; `sample` the recipe's id of a planned sample, None for one that somebody asks for by hand.
    `number` is that of the sample that was drawn, `declined` why none was; `answered_by` is None while it is open;
    `untested` is why what was drawn is not tested."""

    entry: str
    batch: str
    phase: str | None
    sample: str | None
    what: str
    amount: Mapping[str, str] | None
    reason: str | None
    comment: str | None
    by: str
    device: str
    at: str
    number: str | None = None
    drawn: Mapping[str, str] | None = None
    declined: str | None = None
    remark: str | None = None
    answered_by: str | None = None
    answered_at: str | None = None
    untested: str | None = None
    untested_by: str | None = None
    untested_at: str | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_by is None


def number_text(batch: str, n: int) -> str:
    """PK-2601-S1: the samples of a batch are counted from 1, in the order in which they are drawn."""
    return f"{batch}-S{n}"


def answer_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says of its request."""
    names = {"number": "sample", "drawn": "amount", "declined": "reason", "remark": "comment"}
    return {ours: given[theirs] for ours, theirs in names.items()}
