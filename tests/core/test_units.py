"""Units convert exactly: there and back is what it was, and no dust is ever made."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from server.core import units

pytestmark = pytest.mark.urs("MAT-06")
VECTORS = json.loads((ROOT / "tests" / "vectors" / "units.json").read_text("utf-8"))
OF_KIND: dict[str, list[str]] = {}
for code, (kind, _) in units.KNOWN.items():
    OF_KIND.setdefault(kind, []).append(code)
PAIRS = [(one, other) for codes in OF_KIND.values() for one in codes for other in codes]
DECIMALS = st.decimals(min_value=Decimal("-999999999"), max_value=Decimal("999999999"), places=4).map(
    lambda one: f"{one:f}"
)


@pytest.mark.parametrize("case", VECTORS["conversions"], ids=lambda case: case["name"])
def test_kept_conversions(case: dict[str, Any]) -> None:
    own = units.links(case["own"])
    assert units.converted(case["quantity"], case["to"], own) == case["is"]


@pytest.mark.parametrize("case", VECTORS["known"], ids=lambda case: case["unit"])
def test_kept_units(case: dict[str, Any]) -> None:
    assert units.known(case["unit"]) is case["known"]


@given(DECIMALS, st.sampled_from(PAIRS))
def test_there_and_back_is_exact(value: str, pair: tuple[str, str]) -> None:
    there = units.convert(value, *pair)
    assert there is not None
    times = units.ratio(pair[1], pair[0])
    assert times is not None
    assert there * times == Fraction(value)
    through = units.converted({"value": value, "unit": pair[0]}, pair[1])
    if through is not None:
        back = units.converted(through, pair[0])
        assert back is not None
        assert Decimal(back["value"]) == Decimal(value)


# Of which two together, in the smallest unit below, still have 15 digits.
HALVES = st.decimals(min_value=Decimal("-499999999"), max_value=Decimal("499999999"), places=4).map(
    lambda one: f"{one:f}"
)


@given(HALVES, HALVES, st.sampled_from([("kg", "mg"), ("g", "kg"), ("mL", "L"), ("10*3{tablet}", "{tablet}")]))
def test_parts_convert_to_what_their_sum_does(one: str, other: str, pair: tuple[str, str]) -> None:
    parts = [units.converted({"value": text, "unit": pair[0]}, pair[1]) for text in (one, other)]
    whole = units.converted({"value": f"{Decimal(one) + Decimal(other):f}", "unit": pair[0]}, pair[1])
    assert whole is not None
    assert all(parts)
    assert sum(Decimal(part["value"]) for part in parts if part) == Decimal(whole["value"])


def test_what_has_more_than_fifteen_digits_in_a_unit_is_not_written_in_it() -> None:
    most = {"value": "999999999.999999", "unit": "kg"}
    assert units.converted(most, "mg") == {"value": "999999999999999", "unit": "mg"}
    assert units.converted({"value": "1000000000", "unit": "kg"}, "mg") is None


@given(
    st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("9999"), places=4),
    st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("9999"), places=4),
    DECIMALS,
)
def test_over_density_and_tablet_mass_there_and_back_is_exact(density: Decimal, mass: Decimal, value: str) -> None:
    own = [("L", "kg", Fraction(density)), ("10*3{tablet}", "g", Fraction(mass))]
    there = units.ratio("{tablet}", "mL", own)
    back = units.ratio("mL", "{tablet}", own)
    assert there is not None
    assert back is not None
    assert Fraction(value) * there * back == Fraction(value)
    assert there == Fraction(mass) / 1000 / 1000 / Fraction(density) * 1000


def test_the_second_way_between_two_units_is_named() -> None:
    own = [("L", "kg", Fraction("0.789")), ("mL", "mg", Fraction(789))]
    assert units.contradicts(own) == 1
    assert units.contradicts(own[:1]) is None
    assert units.contradicts([("g", "kg", Fraction(1, 1000))]) == 0
