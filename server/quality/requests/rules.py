"""Whether a sampling request may be answered so, and whether it holds a release. Pure; asked by door and witness."""

from collections.abc import Mapping
from typing import Any

from server.quality.requests.model import Request, number_text


def refused(asked: Request | None, given: Mapping[str, Any], person: str, drawn: int) -> str | None:
    """Why it cannot be answered so; a code of the error catalogue. `drawn`: how many samples the batch has so far. Who
    has asked for a sample neither draws it nor says that none is needed."""
    if asked is None or asked.batch != given["batch"]:
        return "not_found"
    if not asked.is_open:
        return "request_answered"
    if (given["sample"] is None) == (given["reason"] is None) or (given["amount"] and given["sample"] is None):
        return "request_answer_wrong"
    if given["sample"] is not None and given["sample"] != number_text(given["batch"], drawn + 1):
        return "sample_number_wrong"
    return "request_own" if asked.by == person else None


def untested_refused(asked: Request | None, given: Mapping[str, Any], person: str) -> str | None:
    """Why nobody can say so that a sample is not tested: none was drawn, somebody has said so already, or they asked
    for it themselves; a code of the error catalogue."""
    if asked is None or asked.batch != given["batch"] or asked.number is None:
        return "not_found"
    if asked.untested is not None:
        return "request_answered"
    return "request_own" if asked.by == person else None


def holds(asked: Request, tested: bool) -> bool:
    """Whether a request holds the release: nobody has answered it, or what was drawn has no result and nobody has said
    why (China GMP 2010, Articles 221 and 229; 21 CFR 211.165, 211.192). `tested`: a result of that sample stands."""
    return asked.is_open or (asked.number is not None and asked.untested is None and not tested)
