"""Whether a sampling request may be answered so. Pure; door and witness ask the same."""

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
