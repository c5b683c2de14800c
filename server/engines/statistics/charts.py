"""Control charts of means and of single values, after ISO 7870-2:2023, 6: where their centre and limits are.

sigma comes from the ranges within rounds (of several values each) or from the moving ranges (of one value each), so
that a shift between rounds does not widen the limits that are to show it. Mirrored by
pwa/src/engines/statistics/charts.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from server.engines.statistics import nelson
from server.engines.statistics.numbers import root, text

# ISO 7870-2:2023, table 2: the mean range of so many values of a normal distribution, in its standard deviations.
D2 = (
    *("1.128", "1.693", "2.059", "2.326", "2.534", "2.704", "2.847", "2.970", "3.078", "3.173", "3.258", "3.336"),
    *("3.407", "3.472", "3.532", "3.588", "3.640", "3.689", "3.735", "3.778", "3.819", "3.858", "3.895", "3.931"),
)
# Of fewer rounds nothing is known of how a process varies.
LEAST = 5
# Sums of decimals, in which no digit is ever lost: decimals of C are ten times faster to add than fractions.
_EXACT = Context(prec=1000, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Round:
    """A point of a chart: its mean as it was recorded, and the single values that it is the mean of."""

    mean: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre, the standard deviation of a point, and the limits at three of these, to 34 digits."""

    centre: str
    sigma: str
    lower: str
    upper: str


def limits(rounds: Sequence[Round], target: str | None) -> Limits | None:
    """Of the points so far; the centre is the target that the recipe states (5.3), else their mean (5.2).

    None of fewer than `LEAST` points, of rounds of more values than there is a factor for, and where nothing varies.
    """
    known = _Sums()
    for one in rounds:
        known.add(one)
    return known.limits(target)


def told(rounds: Sequence[Round], target: str | None, since: int = 0) -> list[nelson.Found]:
    """What was to be told of each point from `since` on as it came, by the limits of the points up to it.

    A later point moves the limits but never what was known before: so it is the same in whatever order points arrive.
    Each rule is told where a run of it begins.
    """
    found: list[nelson.Found] = []
    means = [one.mean for one in rounds]
    sums = _Sums()
    for count, one in enumerate(rounds, 1):
        sums.add(one)
        known = sums.limits(target) if count >= since else None
        if known is not None:
            found += nelson.ending(means[:count], known.centre, known.sigma)
    return [one for one in nelson.beginnings(found) if one.last >= since]


class _Sums:
    """What the limits follow from, of the points so far: exact, and no dearer for each point however many there are."""

    def __init__(self) -> None:
        self._count = 0
        self._sizes: set[int] = set()
        self._means, self._ranges = Decimal(0), Decimal(0)
        self._last: Decimal | None = None

    def add(self, one: Round) -> None:
        mean = Decimal(one.mean)
        self._sizes.add(len(one.values))
        if len(one.values) > 1:
            values = [Decimal(value) for value in one.values]
            self._spread(max(values), min(values))
        elif self._last is not None:
            self._spread(max(mean, self._last), min(mean, self._last))
        self._count, self._means, self._last = self._count + 1, _EXACT.add(self._means, mean), mean

    def _spread(self, high: Decimal, low: Decimal) -> None:
        self._ranges = _EXACT.add(self._ranges, _EXACT.subtract(high, low))

    def limits(self, target: str | None) -> Limits | None:
        spread = self._sigma() if self._count >= LEAST else None
        if not spread:
            return None
        centre = Fraction(self._means) / self._count if target is None else Fraction(target)
        sigma = Fraction(spread)
        return Limits(text(centre), spread, text(centre - 3 * sigma), text(centre + 3 * sigma))

    def _sigma(self) -> str | None:
        """The standard deviation of a point; None where it cannot be told, or is none."""
        size = min(self._sizes)
        if len(self._sizes) > 1 or not 0 < size <= len(D2) + 1:
            return None
        count = self._count - 1 if size == 1 else self._count
        middle = Fraction(self._ranges) / count / Fraction(D2[max(size, 2) - 2])
        # R̄ / d2 is that of single values; a mean of so many varies less by their root.
        return root(middle * middle / size) if middle else None
