"""How much of a lot a line asks for, and what portions come to: by vectors shared with the app, and properties."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from dispensing_support import API, DISPENSING, FILLER, SALT
from hypothesis import assume, given
from hypothesis import strategies as st
from support import ROOT

from server.core import units
from server.engines.expressions import ExpressionError
from server.production.dispensing import rules, sums
from server.production.dispensing.sums import Portion

pytestmark = pytest.mark.urs("MAT-12")
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/dispensing.json").read_text("utf-8"))
KILOGRAMS = st.integers(1, 30_000).map(lambda grams: f"{Decimal(grams).scaleb(-3):f}")
ASSAYS = st.integers(500, 1200).map(lambda tenths: f"{Decimal(tenths).scaleb(-1):f}")
WATERS = st.integers(0, 3000).map(lambda hundredths: f"{Decimal(hundredths).scaleb(-2):f}")
LINES = st.sampled_from(["api", "filler", "salt"])


def portion(slot: str, net: str, quantity: str, line: str = "api", unit: str = "kg") -> Portion:
    return Portion(slot, slot, line, {"value": net, "unit": unit}, quantity)


@pytest.mark.urs("PRD-07")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["why"]))
def test_the_vectors_that_the_app_shares(case: dict[str, Any]) -> None:
    line = case["line"]
    own = units.links(case.get("conversions", ()))
    portions = [Portion("", one["slot"], line["id"], one["net"], one["quantity"], own) for one in case["portions"]]
    whole = sums.total(line, portions)
    assert (str(whole.numerator), str(whole.denominator)) == tuple(case["sum"])
    assert sums.complete(line, portions) == case["complete"]
    if "error" in case:
        with pytest.raises(ExpressionError) as caught:
            sums.quantity(line, case["basis"])
        assert caught.value.code == case["error"]
        return
    asked = sums.quantity(line, case["basis"])
    assert (asked, sums.limits(line, asked)) == (case["quantity"], case["limits"])
    assert sums.left(line, portions, asked) == case["left"]


@given(ASSAYS, WATERS)
def test_a_quantity_is_the_exact_one_rounded_once(assay: str, water: str) -> None:
    exact = Fraction(API["target"]) * 100 / Fraction(assay) * 100 / (100 - Fraction(water))
    apart = abs(Fraction(sums.quantity(API, {"assay": assay, "water": water})) - exact)
    assert apart <= Fraction(1, 2000)


@given(ASSAYS, WATERS, st.integers(1, 12_000))
def test_a_net_weight_is_within_the_limits_of_its_lot_when_its_worth_is_within_those_of_the_line(
    assay: str, water: str, grams: int
) -> None:
    asked = sums.quantity(API, {"assay": assay, "water": water})
    net, limits = f"{Decimal(grams).scaleb(-3):f}", sums.limits(API, asked)
    within = Decimal(limits["low"]) <= Decimal(net) <= Decimal(limits["high"])
    assert sums.complete(API, [portion("1", net, asked)]) == within


@given(ASSAYS, WATERS, st.lists(st.integers(1, 5000), min_size=1, max_size=8))
def test_portions_that_are_the_quantity_are_worth_the_target_to_the_last_digit(
    assay: str, water: str, parts: list[int]
) -> None:
    asked = sums.quantity(API, {"assay": assay, "water": water})
    grams = int(Decimal(asked) * 1000)
    assume(sum(parts) < grams)
    nets = [*parts, grams - sum(parts)]
    portions = [portion(str(at), f"{Decimal(one).scaleb(-3):f}", asked) for at, one in enumerate(nets)]
    assert sums.total(API, portions) == Fraction(API["target"])
    assert Decimal(sums.left(API, portions, asked)) == 0


@given(st.lists(st.tuples(LINES, st.integers(1, 6), KILOGRAMS), max_size=12), LINES, KILOGRAMS)
def test_no_portion_changes_another_line_nor_does_their_order_count(
    made: list[tuple[str, int, str]], line: str, net: str
) -> None:
    portions = [portion(f"{name}/{number}", value, "5.128", name) for name, number, value in made]
    more = [*portions, portion(f"{line}/7", net, "5.128", line)]
    for one in (API, FILLER, SALT):
        before, after = sums.total(one, portions), sums.total(one, more)
        assert after == sums.total(one, reversed(more))
        mine = portion("", net, "5.128", one["id"])
        grown = sums.worth(one, mine) or Fraction(0)
        assert after - before == (grown if one["id"] == line else 0)


@given(st.lists(st.integers(1, 4000), max_size=6))
def test_a_compensator_makes_up_to_the_whole_of_target_and_nominal(parts: list[int]) -> None:
    portions = [portion(f"api/{at}", str(one), "5128", unit="g") for at, one in enumerate(parts)]
    basis = sums.basis(FILLER, DISPENSING, portions)
    dispensed = Fraction(sum(parts), 1000)
    assert (Fraction(basis["nominal"] or ""), Fraction(basis["dispensed"] or "")) == (Fraction(5), dispensed)
    if dispensed < 25:
        assert Fraction(sums.quantity(FILLER, basis)) + dispensed == 25


@given(st.lists(st.tuples(st.integers(1, 3), KILOGRAMS), min_size=1, max_size=6))
def test_of_several_claims_of_a_place_the_most_counts(made: list[tuple[int, str]]) -> None:
    portions = [portion(f"salt/{place}", net, "0.500", "salt") for place, net in made]
    most = {place: max(Fraction(net) for other, net in made if other == place) for place, _ in made}
    assert sums.total(SALT, portions) == sum(most.values())
    assert bool(rules.judge_complete(DISPENSING | {"lines": [SALT]}, portions)) != sums.complete(SALT, portions)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": "target *"}, "format_wrong"),
        ({"quantity": "sugar + 1"}, "format_wrong"),
        ({"quantity": "target > 1"}, "format_wrong"),
        ({"target": "0", "low": "0"}, "not_positive"),
        ({"target": "0", "quantity": None}, "not_positive"),
    ],
)
def test_a_line_that_nobody_has_checked_has_no_quantity_and_breaks_nothing(changes: dict[str, Any], code: str) -> None:
    line = API | changes
    with pytest.raises(ExpressionError) as caught:
        sums.quantity(line, {"assay": "98.0", "water": "0.50"})
    assert caught.value.code == code
    assert sums.total(line, [portion("1", "2.000", "0")]) == 2


@pytest.mark.urs("MAT-05", "MAT-12")
def test_a_line_in_litres_is_weighed_where_the_material_has_a_density() -> None:
    """0.789 kg are a litre: a third of a litre is no decimal, and is counted as it is."""
    density = units.links([{"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}])
    line = SALT | {"unit": "L", "target": "1.000", "low": "0.995", "high": "1.005", "decimals": 3}
    weighed = Portion("", "10/salt/1", "salt", {"value": "0.263", "unit": "kg"}, "1.000", density)
    assert sums.worth(line, weighed) == Fraction(1, 3)
    assert sums.worth(line, replace(weighed, links=())) is None
    phase = {"room": None, "second": None, "lines": [line]}
    given = {
        "tare": None,
        "gross": None,
        "net": {"value": "0.789", "unit": "kg"},
        "reading": None,
        "tare_reading": None,
        "limits": {name: line[name] for name in ("low", "high", "target", "unit")},
        "potency": None,
        "basis": None,
        "container": None,
        "scanned": {"room": None, "balance": None, "container": None},
        "verified_by": None,
        "source": "device",
        "comment": None,
    }
    assert rules.judge(given, "10/salt/1", phase, line, [], {}, links=density) == []
    assert [one.code for one in rules.judge(given, "10/salt/1", phase, line, [], {})] == ["unit_mismatch"]
    # A compensator in kilograms makes up for it.
    filler = FILLER | {"compensates": ["salt"]}
    both = {"lines": [line, filler]}
    whole = replace(weighed, net={"value": "0.789", "unit": "kg"})
    assert sums.basis(filler, both, [whole]) == {"nominal": "0.789", "dispensed": "0.789"}
