"""Whether a sample that the floor asks for is one that the recipe plans, or has a reason, and whether every planned one
was asked for before its phase was completed. Pure; door and witness."""

from collections.abc import Collection, Mapping
from typing import Any

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
    left = [one for one in planned(phase) if one not in asked]
    return [Judgement(MISSING, {"samples": left, "severity": MAJOR})] if left else []


def planned(phase: Mapping[str, Any] | None) -> list[str]:
    """The ids of the samples that the recipe plans in a phase."""
    return [] if phase is None else [one["id"] for one in phase.get("sampling") or ()]
