"""A published formula entered as recipes: the check finds where its own figures disagree, and passes where they agree.

It is that of the example bundle of HL7's UV DX PQ: masses per tablet, per batch and in total for two sizes. What is a
disagreement is worked out here once more from the file alone, by plain rounding.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from dispensing_support import SALT
from recipe_support import master, step, words
from support import ROOT

from server.recipes.checking import check
from server.recipes.findings import Finding, Registers

FORMULA = ROOT.parent / "shared/data/formula/stelbatolol.csv"
pytestmark = [
    pytest.mark.urs("PRD-02"),
    pytest.mark.skipif(not FORMULA.is_file(), reason="the published formula is not at ../shared/data/formula"),
]
Row = dict[str, str]


def rows(batch: str) -> list[Row]:
    with FORMULA.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["batch"] == batch]


def recipe(given: list[Row], total_per_unit: str | None = None) -> dict[str, Any]:
    """One phase that dispenses all components as they are published per batch."""
    tablets = {"value": given[0]["tablets"], "unit": "tablets"}
    lines, materials = [], []
    for row in given:
        same = {"material": row["component"], "material_name": words(row["component"])}
        amount = dict.fromkeys(("target", "low", "high"), row["kg"])
        lines.append(SALT | same | amount | {"id": row["component"], "unit": "kg", "decimals": 2})
        line = {"material": row["component"], "name": words(row["component"]), "kind": "raw", "low": None, "high": None}
        line["quantity"] = {"value": row["kg"], "unit": "kg"}
        materials.append(line | {"per_unit": {"value": row["mg_per_tablet"], "unit": "mg"}})
    operation = {"id": "A1", "name": words("Dispense"), "phases": ["10"]}
    return master(
        size=tablets,
        formula={
            "count": tablets,
            "total_per_unit": None if total_per_unit is None else {"value": total_per_unit, "unit": "mg"},
            "total": {"value": given[0]["stated_total_kg"], "unit": "kg"},
        },
        procedure=[{"id": "A", "name": words("Dispensing"), "operations": [operation]}],
        phases=[step("10", "dispensing", second=None, lines=lines)],
        materials=materials,
    )


def findings(content: dict[str, Any]) -> dict[tuple[str, str], Finding]:
    known = Registers(units={one["material"]: "kg" for one in content["materials"]}, rooms=frozenset({"2-114"}))
    return {(one.path, one.code): one for one in check(content, known)}


def place_of(stated: str) -> Decimal:
    return Decimal(1).scaleb(int(Decimal(stated).as_tuple().exponent))


def disagree(stated: str, computed: Decimal) -> bool:
    return computed.quantize(place_of(stated), rounding=ROUND_HALF_UP) != Decimal(stated)


@pytest.mark.parametrize(("batch", "wrong"), [("large", 4), ("small", 5)])
def test_each_disagreement_of_the_paper_is_found_and_nothing_else(batch: str, wrong: int) -> None:
    given, expected = rows(batch), set()
    count, kilos = Decimal(given[0]["tablets"]), [Decimal(row["kg"]) for row in given]
    for at, row in enumerate(given):
        if disagree(row["kg"], Decimal(row["mg_per_tablet"]) * count / 10**6):
            expected.add((f"materials/{at}/quantity/value", "per_unit_differs"))
    assert len(expected) == wrong
    if disagree(given[0]["stated_total_kg"], sum(kilos, Decimal(0))):
        expected.add(("formula/total/value", "total_differs"))
    assert set(findings(recipe(given))) == expected


def test_the_total_of_the_large_batch_agrees_and_that_of_the_small_one_does_not() -> None:
    assert ("formula/total/value", "total_differs") not in findings(recipe(rows("large")))
    one = findings(recipe(rows("small")))["formula/total/value", "total_differs"]
    assert dict(one.said) == {"found": "66.5", "stated": "65", "unit": "kg"}
    en = one.payload()["what"]["en"]
    assert en == "The materials come to 66.5 kg, and a total of 65 kg is stated."


def test_both_numbers_of_a_component_are_told() -> None:
    one = findings(recipe(rows("small")))["materials/1/quantity/value", "per_unit_differs"]
    assert dict(one.said) == {"found": "53.795", "stated": "52.36", "unit": "kg"}


def test_a_tablet_of_180_mg_is_the_sum_of_its_components_and_makes_the_large_batch_alone() -> None:
    for batch, codes in (("large", set()), ("small", {"total_differs", "total_count_differs"})):
        found = findings(recipe(rows(batch), "180.0"))
        assert {code for path, code in found if path.startswith("formula")} == codes
    wrong = findings(recipe(rows("large"), "181.0"))
    assert ("formula/total_per_unit/value", "total_differs") in wrong


@pytest.mark.parametrize("batch", ["large", "small"])
def test_the_formula_computed_from_one_tablet_passes(batch: str) -> None:
    """What would have been right: each mass per batch and the total as they follow from a tablet."""
    given = rows(batch)
    count = Decimal(given[0]["tablets"])
    mended = [row | {"kg": f"{Decimal(row['mg_per_tablet']) * count / 10**6:.4f}"} for row in given]
    total = sum((Decimal(row["kg"]) for row in mended), Decimal(0))
    content = recipe([row | {"stated_total_kg": f"{total:.2f}"} for row in mended], "180.0")
    for line in content["phases"][0]["lines"]:
        line["decimals"] = 4
    assert findings(content) == {}
