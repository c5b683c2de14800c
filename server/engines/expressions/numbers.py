"""Exact decimals as Python and TypeScript both have them: 34 digits, half even, one way to write and to round."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException, Overflow
from typing import Literal

from server.engines.expressions.model import MAX_EXPONENT, ExpressionError

Rounding = Literal["gbt8170", "half_up"]
_MODES = {"gbt8170": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP}
# Digits and mode of decimal128 (IEEE 754-2008); exponents wide enough that our own limit is met first.
CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)
_MOST_PLACES = 20


def kept(value: Decimal) -> Decimal:
    """The same where it is not too large or too small to be an amount of anything. ExpressionError `out_of_range`."""
    if not value.is_finite() or (value and abs(value.adjusted()) > MAX_EXPONENT):
        raise ExpressionError("out_of_range")
    return value


def calculated(sign: str, left: Decimal, right: Decimal) -> Decimal:
    """`left sign right`, to 34 digits. ExpressionError `division_by_zero`, `out_of_range`."""
    if sign in "/%" and not right:
        raise ExpressionError("division_by_zero")
    try:
        return kept(_BY_SIGN[sign](left, right))
    except (DecimalException, Overflow):
        # A remainder of which the quotient has more digits than there are.
        raise ExpressionError("out_of_range") from None


_BY_SIGN = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "%": CONTEXT.remainder,
}


def rounded(value: Decimal, decimals: int, rule: Rounding) -> Decimal:
    """`value` to so many decimals, with exactly that many written.

    `gbt8170`: half to even, as GB/T 8170-2008, 3.2 has it; `half_up`: half away from zero. ExpressionError
    `out_of_range` for decimals beyond ±20, or a result of more than 34 digits.
    """
    if abs(decimals) > _MOST_PLACES:
        raise ExpressionError("out_of_range")
    place = Decimal(1).scaleb(-decimals)
    try:
        result = value.quantize(place, rounding=_MODES[rule], context=CONTEXT)
    except DecimalException:
        raise ExpressionError("out_of_range") from None
    return kept(result or result.copy_abs())


def written(value: Decimal, decimals: int | None = None) -> str:
    """A decimal as text without an exponent: with `decimals` places, or without zeros at the end."""
    if decimals is not None:
        return f"{value:.{max(decimals, 0)}f}" if value else f"{value.copy_abs():.{max(decimals, 0)}f}"
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
