"""What a container holds, until when it may be used, and what of it may be done: pure, exact to the last digit."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from server.core import units
from server.core.units import Link, Quantity
from server.materials.stock import model
from server.materials.stock.model import Movement

# Sums of quantities of 15 and 12 digits, as many as there ever are: none is rounded.
_EXACT = Context(prec=80)
_PLACES = 12


def amount(quantity: Quantity, unit: str, own: Iterable[Link] = (), sign: int = 1) -> str | None:
    """A quantity in a container's unit, as a movement has it: a decimal with the digits that were measured, or the
    fraction where it is none; None where nothing leads there."""
    known = list(own)
    found = units.converted(quantity, unit, known)
    if found is not None:
        return f"{_EXACT.multiply(Decimal(found['value']), Decimal(sign)):f}"
    exact = units.convert(quantity["value"], quantity["unit"], unit, known)
    return None if exact is None else str(exact * sign)


def held(movements: Iterable[Movement]) -> str:
    """The sum of all movements that stand: of several that claim one place of a batch, which is for QA to decide, the
    most that was taken. A decimal; rounded, at the twelfth place, only where it is none."""
    amounts: list[str] = []
    claims: dict[str, str] = {}
    for one in movements:
        if one.superseded or one.amount is None:
            continue
        if one.place is None:
            amounts.append(one.amount)
        elif one.place not in claims or Fraction(one.amount) < Fraction(claims[one.place]):
            claims[one.place] = one.amount
    return total([*amounts, *claims.values()])


def total(amounts: Sequence[str]) -> str:
    """Of decimals and fractions, as a decimal."""
    whole = Decimal(0)
    parts = Fraction(0)
    for one in amounts:
        if "/" in one:
            parts += Fraction(one)
        else:
            whole = _EXACT.add(whole, Decimal(one))
    if not parts:
        return f"{whole:f}"
    exact = Fraction(whole) + parts
    return units.written(exact) or f"{Decimal(round(exact * 10**_PLACES)).scaleb(-_PLACES, _EXACT):f}"


def gone(movements: Sequence[Movement]) -> str | None:
    """What has become of a container that holds nothing; None while it holds something."""
    if Decimal(held(movements)) > 0:
        return None
    left = [one.what for one in movements if not one.superseded and one.place is None]
    return model.GONE.get(left[-1], model.EMPTY) if left else model.EMPTY


def use_until(expiry: str | None, retest: str | None) -> str | None:
    """The last day (YYYY-MM-DD) on which a lot may be used: by its expiry or its retest, whichever is first."""
    return min((day for day in (expiry, retest) if day is not None), default=None)


def after(day: str, months: int) -> str:
    """The day so many months later; the last of a month that has no such day."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}-{min(int(day[8:10]), monthrange(year, month + 1)[1]):02d}"
