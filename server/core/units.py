"""Units of materials as UCUM writes them, and exact conversion between them: of itself and per material. Pure.

`pwa/src/core/measures.ts` is the same; `tests/vectors/units.json` holds both together. A conversion is a fraction, so
that no step of it rounds; only what is a decimal in the end is ever written as a quantity.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

# UCUM 2.1, case sensitive: what each is, and how many of the first of its kind (kg, L, m, m2) it is worth.
KNOWN: dict[str, tuple[str, Fraction]] = {
    "kg": ("mass", Fraction(1)),
    "t": ("mass", Fraction(1000)),
    "g": ("mass", Fraction(1, 10**3)),
    "mg": ("mass", Fraction(1, 10**6)),
    "ug": ("mass", Fraction(1, 10**9)),
    "ng": ("mass", Fraction(1, 10**12)),
    "[lb_av]": ("mass", Fraction("0.45359237")),
    "[oz_av]": ("mass", Fraction("0.028349523125")),
    "L": ("volume", Fraction(1)),
    "m3": ("volume", Fraction(1000)),
    "hL": ("volume", Fraction(100)),
    "dL": ("volume", Fraction(1, 10)),
    "cL": ("volume", Fraction(1, 100)),
    "mL": ("volume", Fraction(1, 10**3)),
    "uL": ("volume", Fraction(1, 10**6)),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1000)),
    "cm": ("length", Fraction(1, 100)),
    "mm": ("length", Fraction(1, 1000)),
    "m2": ("area", Fraction(1)),
    "cm2": ("area", Fraction(1, 10**4)),
    "mm2": ("area", Fraction(1, 10**6)),
    "1": ("count", Fraction(1)),
    "10*3": ("count", Fraction(10**3)),
    "10*4": ("count", Fraction(10**4)),
    "10*6": ("count", Fraction(10**6)),
}
# "{tablet}", "10*3{tablet}": counted things. UCUM takes an annotation for nothing; a tablet is still no box, so that
# each word is a kind of its own, and what a box holds stands in the material.
_COUNTED = re.compile(r"(10\*3|10\*4|10\*6)?(\{[!-z|~]{1,18}\})")
# What a quantity can be written as (`fields.decimal`).
_MOST_WHOLE, _MOST_PLACES = 15, 12
Quantity = Mapping[str, Any]
# (unit, unit, how many of the second one of the first is).
Link = tuple[str, str, Fraction]


def known(unit: str) -> bool:
    return unit in KNOWN or _COUNTED.fullmatch(unit) is not None


def kind_of(unit: str) -> tuple[str, Fraction]:
    """What a unit measures, and what it is worth in the first unit of that; a word that is none of ours stands for
    itself alone, so that it equals itself and converts to nothing."""
    if unit in KNOWN:
        return KNOWN[unit]
    counted = _COUNTED.fullmatch(unit)
    if counted is None:
        return f"?{unit}", Fraction(1)
    return counted[2], KNOWN[counted[1]][1] if counted[1] else Fraction(1)


def links(conversions: Iterable[Mapping[str, Any]]) -> list[Link]:
    """Of a material's conversions {given, equals}, two quantities that are the same amount of it: 1 L and 0.789 kg."""
    return [
        (
            one["given"]["unit"],
            one["equals"]["unit"],
            Fraction(one["equals"]["value"]) / Fraction(one["given"]["value"]),
        )
        for one in conversions
    ]


def ratio(unit: str, other: str, own: Iterable[Link] = ()) -> Fraction | None:
    """How many of the other unit one of the first is; None where nothing leads from one to the other."""
    if unit == other:
        return Fraction(1)
    (start, worth), (end, other_worth) = kind_of(unit), kind_of(other)
    found = _way(start, end, list(_both_ways(own)))
    return None if found is None else worth * found / other_worth


def _both_ways(own: Iterable[Link]) -> Iterator[Link]:
    for unit, other, times in own:
        (start, worth), (end, other_worth) = kind_of(unit), kind_of(other)
        yield start, end, times * other_worth / worth
        yield end, start, worth / (times * other_worth)


def _way(start: str, end: str, steps: list[Link]) -> Fraction | None:
    """Over what a material says; where two ways lead to one place they say the same (`contradicts`)."""
    reached, open_ = {start: Fraction(1)}, [start]
    while open_ and end not in reached:
        here = open_.pop(0)
        for one, other, times in steps:
            if one == here and other not in reached:
                reached[other] = reached[here] * times
                open_.append(other)
    return reached.get(end)


def contradicts(own: list[Link]) -> int | None:
    """Which conversion, counted from 0, is between units that those before it convert already; None where each adds."""
    for at, (unit, other, _) in enumerate(own):
        if ratio(unit, other, own[:at]) is not None:
            return at
    return None


def convert(value: str, unit: str, other: str, own: Iterable[Link] = ()) -> Fraction | None:
    """A decimal in another unit, exactly; None where nothing leads there."""
    times = ratio(unit, other, own)
    return None if times is None else Fraction(value) * times


def written(value: Fraction) -> str | None:
    """A fraction as a decimal string; None for what no decimal of 15 and 12 digits is."""
    top, bottom = value.numerator, value.denominator
    places = next((n for n in range(_MOST_PLACES + 1) if 10**n % bottom == 0), None)
    if places is None or abs(top) // bottom >= 10**_MOST_WHOLE:
        return None
    return f"{Decimal(top * 10**places // bottom).scaleb(-places):f}"


def converted(quantity: Quantity, other: str, own: Iterable[Link] = ()) -> dict[str, str] | None:
    """A quantity in another unit; None where nothing leads there, or what is there is no decimal.

    What was measured keeps its digits where the units are a power of ten apart: 12.340 kg are 12340 g, and back.
    """
    value, unit = quantity["value"], quantity["unit"]
    times = ratio(unit, other, own)
    found = None if times is None else written(Fraction(value) * times)
    if times is None or found is None:
        return None
    places = len(value.partition(".")[2]) - _power(times)
    text = found if places < 0 or places > _MOST_PLACES else _padded(found, places)
    return {"value": text, "unit": other}


def _power(times: Fraction) -> int:
    """Of ten, which this is; far too many where it is none, so that nothing is padded."""
    return next((n for n in range(-18, 19) if times == Fraction(10) ** n), 99)


def _padded(text: str, places: int) -> str:
    whole, _, part = text.partition(".")
    return text if len(part) >= places else f"{whole}.{part.ljust(places, '0')}"
