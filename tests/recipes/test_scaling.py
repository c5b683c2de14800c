"""A recipe for another size of batch: exact, and rounded once to the last place of each line."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from dispensing_support import API, DISPENSING
from hypothesis import given, settings
from hypothesis import strategies as st
from recipe_support import content, master

from server.recipes import scaling

pytestmark = pytest.mark.urs("PRD-03", "PRD-04")
AMOUNTS = st.decimals("0.001", "99999.999", places=3).map(str)


def size(value: str, unit: str = "tablets") -> dict[str, str]:
    return {"value": value, "unit": unit}


def test_the_own_size_changes_nothing() -> None:
    for one in (content(), master()):
        times = scaling.factor(one, one["size"])
        assert times == 1
        assert scaling.scale(one, times) == {"phases": one["phases"], "materials": one["materials"]}


def test_half_the_size_is_half_of_everything_that_is_weighed_and_of_nothing_else() -> None:
    recipe = master()
    times = scaling.factor(recipe, size("1250000"))
    assert times == Fraction(1, 2)
    made = scaling.scale(recipe, times)
    weighing = made["phases"][1]
    assert [weighing[name] for name in ("low", "target", "high")] == ["6.300", "6.320", "6.340"]
    assert [made["phases"][at] for at in (0, 2, 3, 4, 5)] == [recipe["phases"][at] for at in (0, 2, 3, 4, 5)]
    [line] = made["materials"]
    assert (line["quantity"], line["low"], line["high"]) == ({"value": "6.320", "unit": "kg"}, "6.300", "6.340")
    assert line["per_unit"] == {"value": "5.056", "unit": "mg"}


def test_a_size_of_another_kind_has_no_factor() -> None:
    assert scaling.factor(master(), size("5", "kg")) is None
    assert scaling.factor(master(), size("0")) is None
    assert scaling.factor(master(size=size("100", "kg")), size("50000", "g")) == Fraction(1, 2)


@pytest.mark.parametrize(("rule", "found"), [("half_up", "0.13"), ("gbt8170", "0.12")])
def test_a_line_is_rounded_by_its_own_rule(rule: Any, found: str) -> None:
    line = API | {"target": "0.25", "low": "0.10", "high": "0.30", "decimals": 2, "rounding": rule}
    made = scaling.scale(content(phases=[DISPENSING | {"lines": [line]}]), Fraction(1, 2))
    assert made["phases"][0]["lines"][0]["target"] == found


@settings(deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.fractions("1/1000", 1000))
def test_the_total_is_off_by_at_most_half_a_last_place_for_each_line(amounts: list[str], times: Fraction) -> None:
    lines = [{"quantity": {"value": one, "unit": "kg"}, "low": one, "high": None} for one in amounts]
    made = scaling.scale({"phases": [], "materials": lines}, times)["materials"]
    exact = sum((Fraction(one) for one in amounts), Fraction(0)) * times
    total = sum((Fraction(one["quantity"]["value"]) for one in made), Fraction(0))
    assert abs(total - exact) <= Fraction(1, 2000) * len(amounts)
    assert all(one["low"] == one["quantity"]["value"] for one in made)


@settings(deadline=None)
@given(st.lists(AMOUNTS, min_size=3, max_size=3), st.fractions("1/1000", 1000))
def test_limits_stay_around_their_target(amounts: list[str], times: Fraction) -> None:
    low, target, high = sorted(amounts, key=Decimal)
    phase = {"type": "weighing", "low": low, "target": target, "high": high, "decimals": 3}
    [made] = scaling.scale({"phases": [phase], "materials": []}, times)["phases"]
    assert Decimal(made["low"]) <= Decimal(made["target"]) <= Decimal(made["high"])


@settings(deadline=None)
@given(st.fractions(-10, 10), st.integers(0, 9))
def test_rounding_is_exact(value: Fraction, decimals: int) -> None:
    for rule in ("half_up", "gbt8170"):
        text = scaling.rounded(value, decimals, rule)
        assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**decimals)
        assert len(text.partition(".")[2]) == decimals


@pytest.mark.parametrize(
    ("amounts", "decimals", "value", "fits"),
    [
        (("0.4", "0.5", "0.6"), 1, "250000", False),
        (("6.300", "6.320", "6.340"), 3, "1250000", True),
        (("0.001", "500.000", "900.000"), 3, "250000", False),
        (("6.300", "6.320", "6.340"), 3, "25000000000000000000000", False),
    ],
)
def test_a_size_at_which_rounding_would_make_another_dose_is_named(
    amounts: tuple[str, str, str], decimals: int, value: str, fits: bool
) -> None:
    low, target, high = amounts
    line = API | {"low": low, "target": target, "high": high, "decimals": decimals}
    recipe = content(phases=[DISPENSING | {"lines": [line]}], materials=[])
    assert scaling.unfit(recipe, size(value)) == (None if fits else API["material"])


def test_a_bill_is_scaled_to_the_decimals_that_its_material_is_weighed_to() -> None:
    recipe = master()
    material = recipe["phases"][1]["material"]
    bill = [
        line | {"quantity": {"value": "12", "unit": "kg"}, "low": None, "high": None} for line in recipe["materials"]
    ]
    made = scaling.scale(recipe | {"materials": bill}, Fraction(1, 10))["materials"]
    assert [line["quantity"]["value"] for line in made if line["material"] == material] == ["1.200"]
