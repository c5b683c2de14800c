"""What a check finds in a packaging phase: its printed materials, and where their counts come from (PRD-11)."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from packaging_support import CARTON, LABEL, PHASES, TYPED
from recipe_support import master, words

from server.recipes.checking import check
from server.recipes.findings import Registers

pytestmark = pytest.mark.urs("PRD-02", "PRD-11")
KNOWN = Registers(
    units={"api-1": "kg", "car-1": "pcs", "lab-1": "pcs"},
    equipment={"BAL-07": "2-114"},
    class_of={"BAL-07": "balance"},
    classes=frozenset({"balance"}),
    rooms=frozenset({"2-114"}),
)


def line(code: str, kind: str = "printed") -> dict[str, Any]:
    quantity = {"value": "1000", "unit": "pcs"}
    bounds = {"low": None, "high": None, "per_unit": None}
    return {"material": code, "name": words(code), "kind": kind, "quantity": quantity, **bounds}


def content(kind: str = "printed", **change: Any) -> dict[str, Any]:
    """The master recipe with packs counted in 70, and the cartons and labels of them balanced in 80."""
    made, (packs, packaging) = master(), deepcopy(PHASES[:2])
    carton = CARTON | {"sources": {**TYPED, "packs": ["70/packs"]}} | change
    made["phases"].append(packs | {"id": "70", "after": ["60"]})
    made["phases"].append(packaging | {"id": "80", "after": ["70"], "printed": [deepcopy(carton), typed(LABEL)]})
    made["procedure"][1]["operations"][0]["phases"] += ["70", "80"]
    made["materials"] += [line("car-1", kind), line("lab-1", "packaging")]
    return made


def typed(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"sources": {**TYPED, "packs": None}}


def found(given: dict[str, Any], known: Registers = KNOWN) -> list[tuple[str, str]]:
    return [(one.code, one.path.removeprefix("phases/7/printed/0/")) for one in check(given, known)]


def test_a_recipe_that_packs_is_right() -> None:
    assert found(content()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"per": "0"}, ("not_positive", "per")),
        ({"per": "x"}, ("number", "per")),
        ({"low": "99.55"}, ("too_fine", "low")),
        ({"low": "101.0"}, ("range_reversed", "low")),
        ({"id": "label"}, ("id_twice", "phases")),
        ({"unit": "kg"}, ("unit_differs", "unit")),
        ({"material": "api-1"}, ("material_not_printed", "material")),
        ({"material": "gone"}, ("material_unknown", "material")),
        ({"sources": {**TYPED, "packs": ["90/packs"]}}, ("slot_unknown", "sources/packs/0")),
        ({"sources": {**TYPED, "packs": ["70/packs", "20/net"]}}, ("slot_unit", "sources/packs/1")),
        ({"sources": {**TYPED, "packs": None, "destroyed": ["80/label"]}}, ("slot_not_before", "sources/destroyed/0")),
        ({"specimen": "yes"}, ("malformed", "specimen")),
    ],
)
def test_each_finding_stands_at_its_place(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in found(content(**change))


def test_only_what_the_bill_has_as_printed_or_packed_with_is_balanced() -> None:
    assert ("material_not_printed", "material") in found(content("raw"))
    given = content()
    given["materials"] = [one for one in given["materials"] if one["material"] != "car-1"]
    assert ("material_not_listed", "material") in found(given)
    assert ("material_unknown", "material") in found(content(), replace(KNOWN, units={"api-1": "kg", "lab-1": "pcs"}))
