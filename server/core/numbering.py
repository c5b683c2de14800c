"""Numbers that a plant gives by the year and without a gap: DEV-2026-0001, REQ-2026-0001."""

import re
from datetime import datetime, timedelta


def text(prefix: str, year: int, n: int) -> str:
    """The one spelling of a number; those of a year begin at 1."""
    return f"{prefix}-{year:04d}-{n:04d}"


def parse(prefix: str, number: str) -> tuple[int, int] | None:
    """(year, n) of a number in its one spelling; None for any other text."""
    match = re.fullmatch(rf"{prefix}-([0-9]{{4}})-([0-9]{{4,9}})", number)
    if match is None:
        return None
    year, n = int(match[1]), int(match[2])
    return (year, n) if n > 0 and text(prefix, year, n) == number else None


def is_next(prefix: str, number: str, captured_at: str, last: int) -> bool:
    """Whether a number is the one after `last` in its year, and its year that of the moment (UTC text).

    A day's grace at the turn of the year: the server's clock and its place in the world may disagree on it.
    """
    parsed, moment = parse(prefix, number), datetime.fromisoformat(captured_at)
    years = {(moment + timedelta(days=days)).year for days in (-1, 0, 1)}
    return parsed is not None and parsed[0] in years and parsed[1] == last + 1
