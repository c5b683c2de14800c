"""How a result is judged against its limits, and which number a deviation gets: pure."""

from collections.abc import Collection
from decimal import Decimal

from server.core import numbering
from server.quality.model import PREFIX, Deviation


def verdict(value: str, low: str | None, high: str | None) -> str:
    """pass, fail, or none where there is no limit; the limits themselves pass (GB/T 8170, 4.3)."""
    if low is None and high is None:
        return "none"
    number = Decimal(value)
    below = low is not None and number < Decimal(low)
    above = high is not None and number > Decimal(high)
    return "fail" if below or above else "pass"


def number_is_next(text: str, captured_at: str, last: int) -> bool:
    """Whether a deviation's number is the one after `last` in its year, and its year that of the opening."""
    return numbering.is_next(PREFIX, text, captured_at, last)


def is_opened(asked: bool, flags: Collection[str], is_told: bool) -> bool:
    """Whether a report that asks for a deviation opens one: of a batch that there is, and of what it corrects not a
    second one; `is_told`: one was opened for that."""
    corrects = is_told and "correction_unknown" not in flags
    return asked and "batch_unknown" not in flags and not corrects


def closing_refused(found: Deviation | None, batch: str, entries: int) -> str | None:
    """Why a deviation cannot be closed; a code of the error catalogue. `entries`: how many the closer has seen."""
    if found is None or found.batch != batch:
        return "not_found"
    if found.closing is not None:
        return "item_closed"
    return "deviation_changed" if entries != len(found.entries) else None
