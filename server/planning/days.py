"""Working days: a site works on some days of the week, and not on those that are closed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Days:
    """`weekdays` from Monday = 0, at least one; `closed`: ordinals of days."""

    weekdays: frozenset[int] = frozenset(range(7))
    closed: frozenset[int] = frozenset()
    _known: dict[tuple[int, int], int] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, weekdays: Iterable[int], closed: Iterable[str]) -> "Days":
        """As an entry says them; `closed`: YYYY-MM-DD."""
        return cls(frozenset(weekdays), frozenset(date.fromisoformat(one).toordinal() for one in closed))

    def works(self, day: int) -> bool:
        # The first day of the calendar, ordinal 1, was a Monday.
        return (day - 1) % 7 in self.weekdays and day not in self.closed

    def before(self, day: int, count: int) -> int:
        """The latest working day from which so many working days lead to `day`; with none the day itself."""
        return self._walk(day, -count)

    def after(self, day: int, count: int) -> int:
        """The earliest day that so many working days from `day` lead to."""
        return self._walk(day, count)

    def _walk(self, day: int, count: int) -> int:
        key = (day, count)
        if key not in self._known:
            way, at, left = (1 if count > 0 else -1), day, abs(count)
            while left:
                at += way
                left -= self.works(at)
            self._known[key] = at
        return self._known[key]
