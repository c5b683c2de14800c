"""How much of a lot a line asks for, and what its portions come to: exact, and the same as on the tablet. Pure.

`tests/vectors/dispensing.json` holds this and pwa/src/production/dispensing together. Sums are fractions, so that no
step of them rounds; what is weighed out is rounded once, as the line says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from server.core import units
from server.core.units import Link
from server.engines import expressions
from server.engines.expressions import ExpressionError, ExpressionProblem, Program
from server.recipes import model as recipes

Line = Mapping[str, Any]
NOT_POSITIVE = "not_positive"


@dataclass(frozen=True, slots=True)
class Portion:
    """A portion as it was recorded: `quantity` is what the line asked for of its lot, in the unit of the line; `links`
    what its material says of its own units."""

    entry: str
    slot: str
    line: str
    net: Mapping[str, str]
    quantity: str
    links: Sequence[Link] = ()


@lru_cache(maxsize=512)
def _program(source: str, role: str) -> Program:
    return expressions.compile(source, recipes.variables(role), "decimal")


def quantity(line: Line, values: Mapping[str, str | None]) -> str:
    """How much of a lot, with the decimals of the line; `values` are results of the lot, or sums. ExpressionError with
    `missing` where a result is, and with `not_positive` where nothing is left to weigh."""
    if Decimal(line["target"]) <= 0:
        raise ExpressionError(NOT_POSITIVE)
    if line["quantity"] is None:
        return str(line["target"])
    known = {name: None if text is None else Decimal(text) for name, text in values.items()}
    every = dict.fromkeys(recipes.variables(line["role"])) | known | {"target": Decimal(line["target"])}
    try:
        found = _program(line["quantity"], line["role"]).run(every)
    except ExpressionProblem as problem:
        # Of a recipe that came from elsewhere nobody has checked its expressions.
        raise ExpressionError("format_wrong") from problem
    assert isinstance(found, Decimal)
    asked = expressions.rounded(found, line["decimals"], line["rounding"])
    if asked <= 0:
        raise ExpressionError(NOT_POSITIVE)
    return expressions.written(asked, line["decimals"])


def limits(line: Line, asked: str) -> dict[str, str]:
    """{low, high, target, unit} for so much of a lot: as wide as those of the line, and never wider for rounding."""
    if Fraction(asked) == Fraction(line["target"]):
        return {name: line[name] for name in ("low", "high")} | {"target": asked, "unit": line["unit"]}
    times = Fraction(asked) / Fraction(line["target"])
    steps = 10 ** line["decimals"]
    low, high = Fraction(line["low"]) * times * steps, Fraction(line["high"]) * times * steps
    bounds = {"low": -(-low.numerator // low.denominator), "high": high.numerator // high.denominator}
    written = {name: f"{Decimal(bound).scaleb(-line['decimals']):f}" for name, bound in bounds.items()}
    return written | {"target": asked, "unit": line["unit"]}


def worth(line: Line, portion: Portion) -> Fraction | None:
    """What a portion is of the line's target: its weight, less as its lot holds less. None in a unit that leads to none
    of the line's."""
    net = units.convert(portion.net["value"], portion.net["unit"], line["unit"], portion.links)
    asked = Fraction(portion.quantity)
    if net is None or asked <= 0 or Fraction(line["target"]) <= 0:
        return net
    return net * Fraction(line["target"]) / asked


def total(line: Line, portions: Iterable[Portion]) -> Fraction:
    """What the portions of a line come to; of several claims of one place, which is for QA to decide, the most."""
    most: dict[str, Fraction] = {}
    for one in portions:
        value = worth(line, one) if one.line == line["id"] else None
        if value is not None:
            most[one.slot] = max(value, most.get(one.slot, Fraction(0)))
    return sum(most.values(), Fraction(0))


def complete(line: Line, portions: Iterable[Portion]) -> bool:
    return Fraction(line["low"]) <= total(line, portions) <= Fraction(line["high"])


def left(line: Line, portions: Iterable[Portion], asked: str) -> str:
    """How much is still to dispense of a lot of which the line asks for so much, rounded once, as the line says."""
    exact = (Fraction(line["target"]) - total(line, portions)) * Fraction(asked) / Fraction(line["target"])
    whole = rounded(exact * 10 ** line["decimals"], line["rounding"])
    return f"{Decimal(whole).scaleb(-line['decimals']):f}"


def rounded(value: Fraction, rule: str) -> int:
    """To the whole number by the rule of a line, however great it is."""
    floor, rest = divmod(value.numerator, value.denominator)
    twice = 2 * rest - value.denominator
    up = floor >= 0 if rule == "half_up" else floor % 2 == 1
    return floor + (twice > 0 or (twice == 0 and up))


def basis(line: Line, phase: Mapping[str, Any], portions: Sequence[Portion]) -> dict[str, str | None]:
    """{nominal, dispensed} of a compensator in its own unit; null where it is no decimal of that."""
    active = [one for number in line["compensates"] if (one := recipes.find_line(phase, number)) is not None]
    links = {one.line: one.links for one in portions}
    targets = [units.convert(one["target"], one["unit"], line["unit"], links.get(one["id"], ())) for one in active]
    names = {one["id"] for one in active}
    weights: dict[str, Fraction | None] = {}
    for portion in portions:
        if portion.line in names:
            net = units.convert(portion.net["value"], portion.net["unit"], line["unit"], portion.links)
            before = weights.get(portion.slot)
            weights[portion.slot] = net if before is None or net is None else max(net, before)
    return {"nominal": _sum(targets), "dispensed": _sum(weights.values())}


def _sum(values: Iterable[Fraction | None]) -> str | None:
    whole = Fraction(0)
    for one in values:
        if one is None:
            return None
        whole += one
    return units.written(whole)
