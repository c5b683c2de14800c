"""A recipe for another size of batch: what is weighed and what is bought, to the last place of each line. Pure.

Everything is multiplied by the exact ratio of both sizes and rounded once, so that a line differs from the exact amount
by no more than half of its last place. The limits of a line are scaled like its target, so that these stay in order.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

from server.core import units

Rounding = Literal["half_up", "gbt8170"]
_AMOUNTS = ("target", "low", "high")
# How far rounding may take a quantity from what it should be: half of a per cent is half of what a line may be off
# where its limits are as narrow as one per cent.
MOST_OFF = Fraction(5, 1000)
# Digits before the point that a quantity may have.
_MOST_DIGITS = 15


def factor(recipe: Mapping[str, Any], size: Mapping[str, Any]) -> Fraction | None:
    """How many times the recipe's own size this one is; None where its unit is of another kind, or one is nothing."""
    per = units.ratio(size["unit"], recipe["size"]["unit"])
    own, asked = Fraction(recipe["size"]["value"]), Fraction(size["value"])
    return None if per is None or own <= 0 or asked <= 0 else asked * per / own


def unfit(content: Mapping[str, Any], size: Mapping[str, Any]) -> str | None:
    """Which material cannot be scaled to this size: an amount or a limit becomes nothing or too long, or rounding takes
    a target further away than `MOST_OFF`. None where all can."""
    times = factor(content, size)
    if times is None or times == 1:
        return None
    made = scale(content, times)
    pairs = zip(_lines(content), _lines(made), strict=True)
    return next(
        (own["material"] for own, new in pairs if not all(_fits(own, new, name, times) for name in _AMOUNTS)), None
    )


def _lines(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for phase in content["phases"]:
        if phase["type"] == "weighing":
            yield phase
        yield from phase["lines"] if phase["type"] == "dispensing" else ()
    for line in content["materials"]:
        if line.get("quantity") is not None:
            yield {
                "material": line.get("material"),
                "target": line["quantity"]["value"],
                "low": line["low"],
                "high": line["high"],
            }


def _fits(own: Mapping[str, Any], new: Mapping[str, Any], name: str, times: Fraction) -> bool:
    if own[name] is None:
        return True
    exact, made = Fraction(own[name]) * times, Fraction(new[name])
    if len(new[name].partition(".")[0]) > _MOST_DIGITS or (exact > 0) != (made > 0):
        return False
    return name != "target" or abs(made - exact) <= MOST_OFF * abs(exact)


def scale(content: Mapping[str, Any], times: Fraction) -> dict[str, Any]:
    """{phases, materials} of the recipe for so many times its size; those of the recipe itself for 1."""
    if times == 1:
        return {"phases": content["phases"], "materials": content["materials"]}
    return {
        "phases": [_phase(phase, times) for phase in content["phases"]],
        "materials": [_material(line, times, _places(content, line.get("material"))) for line in content["materials"]],
    }


def rounded(value: Fraction, decimals: int, rule: Rounding = "half_up") -> str:
    """A fraction to so many decimals, exactly: halves away from zero, or to even (GB/T 8170-2008, 3.2)."""
    whole, rest = divmod(abs(value) * 10**decimals, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (rule == "half_up" or whole % 2 == 1))
    digits = str(whole + up).rjust(decimals + 1, "0")
    sign = "-" if value < 0 and whole + up else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def _phase(phase: Mapping[str, Any], times: Fraction) -> dict[str, Any]:
    """What is weighed grows with the batch; parameters, checks and yields say how, and not how much."""
    if phase["type"] == "weighing":
        return dict(phase) | _amounts(phase, times, phase["decimals"], "half_up")
    if phase["type"] == "dispensing":
        lines = [dict(line) | _amounts(line, times, line["decimals"], line["rounding"]) for line in phase["lines"]]
        return dict(phase) | {"lines": lines}
    return dict(phase)


def _amounts(line: Mapping[str, Any], times: Fraction, decimals: int, rule: Rounding) -> dict[str, str | None]:
    found = {name: line[name] for name in _AMOUNTS}
    return {
        name: None if text is None else rounded(Fraction(text) * times, decimals, rule) for name, text in found.items()
    }


def _places(content: Mapping[str, Any], material: str | None) -> int:
    """To how many decimals it is weighed."""
    return max(
        (line["decimals"] for line in _lines(content) if "decimals" in line and line["material"] == material), default=0
    )


def _material(line: Mapping[str, Any], times: Fraction, weighed: int) -> dict[str, Any]:
    """A line of the bill of materials, to as many decimals as its amounts are written with, or as it is weighed to
    where those are more."""
    quantity = line.get("quantity")
    if quantity is None:
        return dict(line)
    amounts = {"target": quantity["value"], "low": line["low"], "high": line["high"]}
    written = (len(text.partition(".")[2]) for text in amounts.values() if text is not None)
    places = max(weighed, *written)
    made = _amounts(amounts, times, places, "half_up")
    return dict(line) | {"quantity": quantity | {"value": made["target"]}, "low": made["low"], "high": made["high"]}
