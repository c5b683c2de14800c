"""The eight rules that tell a process's special causes from chance (L. S. Nelson, Journal of Quality Technology 16
(1984), 237-239; ISO 7870-2:2023, 8, leaves the choice of rules to its user). Pure; mirrored by nelson.ts.

A point on a line is not beyond it, and one on the centre is on neither side. Each is told at the point that completes
it: of the rules that let points of a window be elsewhere (5 and 6) that point is itself one of those beyond.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

RULES = (1, 2, 3, 4, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A rule that fires: from the first to the last of its points, both counted from 0."""

    last: int
    rule: int
    first: int


Zones = Sequence[Fraction]


def check(points: Sequence[str], centre: str, sigma: str) -> list[Found]:
    """Every window of points that a rule names, by its last point; `sigma` of 0 or below is of no process."""
    return [one for last in range(len(points)) for one in ending(points[: last + 1], centre, sigma)]


def ending(points: Sequence[str], centre: str, sigma: str) -> list[Found]:
    """Those that the last of these points completes."""
    spread, last = Fraction(sigma), len(points) - 1
    if spread <= 0:
        return []
    # In sigmas from the centre.
    away = [(Fraction(one) - Fraction(centre)) / spread for one in points[-_LONGEST:]]
    return [
        Found(last, rule, last - size + 1)
        for rule, (size, broken) in _WINDOWS.items()
        if len(away) >= size and broken(away[-size:])
    ]


def beginnings(found: Sequence[Found]) -> list[Found]:
    """Those that no other of their rule leads up to: a run that goes on is told once, a point beyond 3 sigma always."""
    known = {(one.rule, one.last) for one in found}
    return [one for one in found if one.rule == 1 or (one.rule, one.last - 1) not in known]


def _beyond(sigmas: int, least: int) -> Callable[[Zones], bool]:
    """Whether so many of a window are further from the centre on one side, its last point among them."""

    def broken(window: Zones) -> bool:
        side = 1 if window[-1] > 0 else -1
        return side * window[-1] > sigmas and sum(side * one > sigmas for one in window) >= least

    return broken


def _one_side(window: Zones) -> bool:
    return all(one > 0 for one in window) or all(one < 0 for one in window)


def _trend(window: Zones) -> bool:
    steps = _steps(window)
    return all(one > 0 for one in steps) or all(one < 0 for one in steps)


def _alternating(window: Zones) -> bool:
    steps = _steps(window)
    return all(one * other < 0 for one, other in pairwise(steps))


def _within(window: Zones) -> bool:
    """Too little variation to be chance; where there is none at all, nothing is measured (a point may not move)."""
    return all(abs(one) < 1 for one in window) and any(one != window[0] for one in window)


def _mixture(window: Zones) -> bool:
    """None within 1 sigma, on both sides of the centre: two processes, not one."""
    return all(abs(one) > 1 for one in window) and not _one_side(window)


def _steps(window: Zones) -> list[Fraction]:
    return [later - before for before, later in pairwise(window)]


_WINDOWS: dict[int, tuple[int, Callable[[Zones], bool]]] = {
    1: (1, _beyond(3, 1)),
    2: (9, _one_side),
    3: (6, _trend),
    4: (14, _alternating),
    5: (3, _beyond(2, 2)),
    6: (5, _beyond(1, 4)),
    7: (15, _within),
    8: (8, _mixture),
}
_LONGEST = max(size for size, _ in _WINDOWS.values())
