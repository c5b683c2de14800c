"""From which day a version of a recipe is effective, and which one orders go by on a day.

Pure; door and witness ask the same.
"""

from collections.abc import Iterable, Mapping

# By the number of an approved version the day (YYYY-MM-DD) from which it is effective; None: since its approval.
Days = Mapping[int, str | None]


def first_day(named: str | None, approved: str) -> str | None:
    """Approved after the day that it names, a version is effective from the day of its approval; one that names none
    since then."""
    return None if named is None else max(named, approved)


def effective(approved: Days, day: str) -> int | None:
    """The newest version whose day has come."""
    return max((number for number, first in approved.items() if first is None or first <= day), default=None)


def superseded_on(approved: Iterable[tuple[int, str]], number: int) -> str | None:
    """The day on which a later version takes the place of this one; `approved`: the approved versions with the day from
    which each is effective."""
    return min((first for other, first in approved if other > number), default=None)
