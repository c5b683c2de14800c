"""Whether a sample that the floor asks for is one that the recipe plans, or has a reason, and whether every planned one
was asked for before its phase was completed. Pure; door and witness."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from server.production.course.rules import Mark, is_before
from server.production.model import MAJOR, MINOR, Judgement

# The flag of a request that is neither planned nor explained, and of the end of a phase in which one is planned that
# nobody has asked for (China GMP 2010, Article 222; 21 CFR 211.110(b)).
UNPLANNED, MISSING = "sample_unplanned", "sample_missing"


def judge(given: Mapping[str, Any], phase: Mapping[str, Any] | None) -> list[Judgement]:
    known = given["sample"] in planned(phase) if given["sample"] is not None else given["reason"] is not None
    said = {"sample": given["sample"], "what": given["what"], "severity": MINOR}
    return [] if known else [Judgement(UNPLANNED, said)]


def judge_completed(phase: Mapping[str, Any] | None, asked: Collection[str]) -> list[Judgement]:
    """Of a phase that is said to be done; `asked` are the planned samples that somebody has asked for in it."""
    return missing([one for one in planned(phase) if one not in asked])


def missing(left: list[str]) -> list[Judgement]:
    return [Judgement(MISSING, {"samples": left, "severity": MAJOR})] if left else []


def unasked(
    phase: Mapping[str, Any] | None, ends: Sequence[Mark], asked: Iterable[tuple[str | None, Mark]]
) -> list[str]:
    """The planned samples that nobody had asked for before each end of their phase, by all that is known of it, in
    whatever order it came; `asked` are the requests that stand, each with when it was first made."""
    before = {sample for sample, mark in asked if all(is_before(mark, end) for end in ends)}
    return [one for one in planned(phase) if one not in before]


def planned(phase: Mapping[str, Any] | None) -> list[str]:
    """The ids of the samples that the recipe plans in a phase."""
    return [] if phase is None else [one["id"] for one in phase.get("sampling") or ()]
