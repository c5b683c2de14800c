"""The nouns of descent: how batches come of batches, and what rework means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.production import model

SPLIT_KIND, MERGED_KIND = "production.batch_split.v1", "production.batches_merged.v1"
REWORK_KIND = "production.rework_ordered.v1"
DECISIONS = (SPLIT_KIND, MERGED_KIND, REWORK_KIND)
# Who decides on rework: quality, which has assessed its risk (CN GMP 2010, 134).
REWORKS = "batch.release"
MOST_PARTS = 50
# By the same process again (ICH Q7: reprocessing), or by another one (ICH Q7: reworking).
SAME, OTHER = "same", "other"
# Of what another process may make something else (CN GMP 2010, 134: 制剂产品不得进行重新加工), by its type of material;
# what nobody has defined as one of these leaves the plant as it is made.
MADE_ANEW = ("raw", "intermediate", "bulk")
# How a batch came of others.
HOW: Mapping[str, str] = {SPLIT_KIND: "split", MERGED_KIND: "merge", REWORK_KIND: "rework"}
# How a batch is still what the others were: a rework has made something else of it.
PARTS = (HOW[SPLIT_KIND], HOW[MERGED_KIND])
# The status of what is whole in others.
GONE: Mapping[str, str] = {SPLIT_KIND: model.SPLIT, MERGED_KIND: model.MERGED, REWORK_KIND: model.REWORKED}
MEANING: Mapping[str, str] = {
    "code": "rework_approved",
    "zh": "已评估风险，批准返工",
    "en": "Risk assessed, rework approved",
}
_SAID = ("batch", "into", "way", "stage", "reason", "risk", "recipe", "version", "recipe_hash", "lots")


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown to who signed a rework."""
    return {name: given[name] for name in _SAID} | {"meaning": given["meaning"]["code"]}


def ways(type_: str | None) -> Sequence[str]:
    """How a product of this type of material may be reworked; None: it is no material of the register."""
    return (SAME, OTHER) if type_ in MADE_ANEW else (SAME,)


def parents(kind: str, given: Mapping[str, Any]) -> Sequence[str]:
    """The batches that are whole in others by a decision."""
    found: Sequence[str] = given["parents"] if kind == MERGED_KIND else [given["batch"]]
    return found


@dataclass(frozen=True, slots=True)
class Origin:
    """A batch that others are to come of. `order` in the third form, with its size; `begun` and `ended` are phases, and
    so is `unexplained`: with a yield out of its limits that nobody has explained; `above`: the phases of what the batch
    came of itself; `first`: the order of what it is a part of, as it was frozen before anything was split or merged."""

    batch: str
    status: str
    order: Mapping[str, Any]
    begun: frozenset[str]
    ended: frozenset[str]
    unexplained: frozenset[str] = frozenset()
    above: Sequence[Mapping[str, Any]] = ()
    first: Mapping[str, Any] | None = None
    # Phases that are typed in from paper still: nobody takes the batch along any more once it is whole in others.
    typing: frozenset[str] = frozenset()
    # Whether the orders of all that it came of can still be read.
    is_traced: bool = True
    # Copies of the empty record that were issued for it or for what it is a part of, by the batch and the number; and
    # those of which nobody knows yet what became of them.
    copies: frozenset[tuple[str, int]] = frozenset()
    copies_out: frozenset[tuple[str, int]] = frozenset()

    @property
    def is_open(self) -> bool:
        return self.status in (model.ORDERED, model.IN_PROGRESS, model.AWAITING_REVIEW)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing comes of a batch: a code of the error catalogue, with what it is about."""

    code: str
    details: Mapping[str, Any]
