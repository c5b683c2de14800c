"""The balance of a printed material: nothing lost is hidden, in the same digits on tablet and server (PRD-11)."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging_support import CARTON, LABEL, PHASES, balanced, specimen
from support import ROOT

from server.production.packaging import rules
from server.production.yields.rules import calculated
from server.recipes import printed

pytestmark = pytest.mark.urs("PRD-11")
FILE = ROOT / "tests/vectors/printed.json"
PHASE = PHASES[1]
COUNTS = st.fixed_dictionaries({name: st.integers(0, 10**7) for name in printed.COUNTS})


def inputs(counts: dict[str, Any]) -> list[dict[str, str]]:
    return [{"id": name, "value": str(value)} for name, value in counts.items()]


@given(COUNTS, st.sampled_from(["1", "2", "0.5"]))
def test_what_is_accounted_for_is_all_that_was_issued_and_the_difference(counts: dict[str, int], per: str) -> None:
    one = CARTON | {"per": per}
    found = printed.accounted(one, inputs(counts))
    assert found is not None
    kept = sum(counts[name] for name in ("destroyed", "specimens", "returned"))
    assert Decimal(found["used"]) == counts["packs"] * Decimal(per)
    assert counts["issued"] + Fraction(found["difference"]) == Fraction(found["used"]) + kept


@given(COUNTS.filter(lambda counts: counts["issued"] > 0))
def test_the_percentage_is_a_hundred_where_and_only_where_nothing_differs(counts: dict[str, int]) -> None:
    one = CARTON | {"decimals": 9}
    found = printed.accounted(one, inputs(counts))
    assert found is not None
    values = {name: str(value) for name, value in counts.items()}
    percent = Decimal(calculated(printed.plan(PHASE, one), values))
    assert (percent == 100) == (Decimal(found["difference"]) == 0)


def test_without_a_count_nothing_is_accounted_for() -> None:
    counts = {name: 1 for name in printed.COUNTS if name != "returned"}
    assert printed.accounted(CARTON, inputs(counts)) is None


@pytest.mark.urs("MAT-09")
@given(COUNTS, st.sampled_from([("99.5", "100.5"), (None, "100.5"), ("99.5", None), (None, None)]))
def test_what_is_missing_is_answered_for_only_where_the_balance_has_limits_for_it(
    counts: dict[str, int], bounds: tuple[str | None, str | None]
) -> None:
    """Where nothing asks the balance to be explained, the gate of materials does."""
    one = CARTON | {"per": "2", "low": bounds[0], "high": bounds[1]}
    said = balanced("B1", [], **{name: str(value) for name, value in counts.items()})["inputs"]
    found = rules.gone(one, said)
    assert found is not None
    told = counts["packs"] * 2 + counts["destroyed"] + counts["specimens"]
    away = counts["issued"] - counts["returned"]
    away = told if bounds[told > away] is None else away
    assert (Decimal(found["value"]), found["unit"]) == (away, "pcs")
    assert rules.gone(one, said[:-1]) is None
    assert rules.gone(one, [*said[:-1], said[-1] | {"unit": "kg"}]) is None


@pytest.mark.parametrize(
    ("slot", "name"),
    [("30/carton", "Carton"), ("30/label", "Seal"), ("30/leaflet", None), ("20/packs", None), ("30/yield", None)],
)
def test_a_calculation_stands_only_where_the_recipe_has_one(slot: str, name: str | None) -> None:
    found = printed.plan_at(next(one for one in PHASES if one["id"] == slot.partition("/")[0]), slot)
    assert (None if found is None else found["name"]["en"]) == name


def test_specimens_are_missed_of_each_material_that_asks_for_one() -> None:
    phase = {**PHASE, "printed": [CARTON, LABEL, CARTON | {"id": "leaflet"}]}
    assert rules.missing(phase, ()) == ["carton", "leaflet"]
    assert rules.missing(phase, [rules.slot("30", "leaflet"), "30/carton", "20/carton/specimen"]) == ["carton"]
    assert rules.missing(PHASES[0], ()) == []
    assert rules.judge_specimen(specimen("B1", number=" B1 "), phase) == []


UNCOUNTABLE = ({"returned": "-5"}, {"packs": "980.5"}, {"issued": "-1", "packs": "980.0"})


def vectors() -> Any:
    told = []
    for one in (CARTON, LABEL, CARTON | {"per": "0.5"}, CARTON | {"decimals": 3, "rounding": "gbt8170"}):
        for change in (
            {},
            {"returned": "0"},
            {"packs": "981", "destroyed": "3.5"},
            {"issued": "1234567"},
            *UNCOUNTABLE,
        ):
            said = balanced("B1", [], "0", item="carton", **change)["inputs"]
            counts = {each["id"]: each["value"] for each in said}
            plan = printed.plan(PHASE, one)
            about = {"value": calculated(plan, counts), **(printed.accounted(one, said) or {})}
            told.append({"one": one, "counts": counts, "uncountable": printed.uncountable(one, said), **about})
    return {"phase": PHASE, "plan": printed.plan(PHASE, CARTON), "balances": told}


def test_the_vectors_that_hold_the_tablet_are_what_the_rules_say() -> None:
    assert json.loads(FILE.read_text("utf-8")) == vectors()


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", "utf-8")
