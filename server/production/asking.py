"""Whether a sample that the floor asks for is one that the recipe plans, or has a reason. Pure; door and witness."""

from collections.abc import Mapping
from typing import Any

from server.production.model import MINOR, Judgement

# The flag of a request that is neither planned nor explained.
UNPLANNED = "sample_unplanned"


def judge(given: Mapping[str, Any], phase: Mapping[str, Any] | None) -> list[Judgement]:
    planned = [] if phase is None else [one["id"] for one in phase.get("sampling") or ()]
    known = given["sample"] in planned if given["sample"] is not None else given["reason"] is not None
    said = {"sample": given["sample"], "what": given["what"], "severity": MINOR}
    return [] if known else [Judgement(UNPLANNED, said)]
