"""Mean, standard deviation and ranges of decimals: exact until one rounding, half even, to 34 digits.

Sums are whole numbers, so that no order of adding and no cancellation changes a digit: NIST's univariate reference
values hold (tests/engines/test_statistics.py). pwa/src/engines/statistics/numbers.ts gives the same digits;
`tests/vectors/statistics.json` holds both.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from server.engines.expressions import written

DIGITS = 34


def mean(values: Sequence[str]) -> str:
    """The arithmetic mean of at least one decimal."""
    return text(_mean(values))


def deviation(values: Sequence[str]) -> str:
    """The standard deviation of a sample of at least two decimals, with n - 1."""
    count, exact = len(values), [Fraction(one) for one in values]
    total = sum(exact, Fraction(0))
    squares = sum((one * one for one in exact), Fraction(0))
    return root((count * squares - total * total) / (count * (count - 1)))


def spread(values: Sequence[str]) -> str:
    """The range of at least one decimal: the largest less the smallest."""
    exact = [Fraction(one) for one in values]
    return text(max(exact) - min(exact))


def moving_ranges(values: Sequence[str]) -> list[str]:
    """How far each value is from the one before it: one fewer than there are values."""
    pairs = pairwise(values)
    return [text(abs(Fraction(later) - Fraction(before))) for before, later in pairs]


def text(value: Fraction) -> str:
    """To 34 digits, half even, without an exponent and without zeros at the end."""
    if not value:
        return "0"
    places = DIGITS - _magnitude(abs(value))
    scaled = abs(value) * Fraction(10) ** places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    return _shown(value < 0, _half_even(whole, 2 * rest - scaled.denominator), places)


def root(value: Fraction) -> str:
    """The square root of what is not negative, as `text`: the same digits that the exact root begins with."""
    if not value:
        return "0"
    places = DIGITS - (_magnitude(value) + 1) // 2
    scaled = value * Fraction(100) ** places
    whole = isqrt(scaled.numerator // scaled.denominator)
    # Against the middle between this and the next whole number: (2 whole + 1)² / 4.
    over = 4 * scaled - (2 * whole + 1) ** 2
    return _shown(False, _half_even(whole, (over > 0) - (over < 0)), places)


def _mean(values: Sequence[str]) -> Fraction:
    return sum((Fraction(one) for one in values), Fraction(0)) / len(values)


def _magnitude(value: Fraction) -> int:
    """How many digits there are before the point; 0.05 has -1."""
    guess = len(str(value.numerator)) - len(str(value.denominator))
    return guess + 1 if value >= Fraction(10) ** guess else guess


def _half_even(whole: int, over: int) -> int:
    return whole + (over > 0 or (over == 0 and whole % 2 == 1))


def _shown(negative: bool, digits: int, places: int) -> str:
    sign = (1 if negative else 0, tuple(int(one) for one in str(digits)), -places)
    return written(Decimal(sign))
