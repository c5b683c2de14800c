"""The vectors that hold the rules of receiving here and in the app together."""

import json
from decimal import Decimal
from typing import Any

import pytest
from support import ROOT

from server.core import units
from server.materials import rules as lots
from server.materials.receiving import numbering, rules
from server.materials.receiving.model import Rule
from server.materials.suppliers import rules as suppliers
from server.materials.suppliers.model import Supplier, Supply

pytestmark = pytest.mark.urs("MAT-04", "MAT-01")
Json = dict[str, Any]
VECTORS: Json = json.loads((ROOT / "tests" / "vectors" / "receiving.json").read_text("utf-8"))
REGISTER: Json = VECTORS["register"]
MATERIALS = {one["code"]: one for one in REGISTER["materials"]}


def test_days_and_numbers() -> None:
    day = REGISTER["day"]
    for one in VECTORS["months"]:
        assert lots.months_after(one["day"], one["months"]) == one["is"]
    for one in VECTORS["short"]:
        assert rules.is_short(day, one["expiry"], one["shelf_life"], one["remaining"]) == one["is"]
    for one in VECTORS["retest"]:
        assert rules.retest_of(day, one["retest"], one["expiry"]) == one["is"]
    for one in VECTORS["numbers"]:
        assert numbering.number(one["pattern"], one["material"], one["period"], one["seq"]) == one["is"]


@pytest.mark.parametrize("case", VECTORS["findings"], ids=lambda one: str(one["name"]))
def test_what_is_wrong_with_a_delivery(case: Json) -> None:
    given = {**VECTORS["delivery"], **case["delivery"]}
    assert rules.findings(given, known(given, case["containers"])) == case["is"]


def known(given: Json, came: list[Json]) -> rules.Known:
    material, line = MATERIALS.get(given["material"]), expected(given)
    unit = None if material is None else material["unit"]
    return rules.Known(
        unit=unit,
        shelf_life=None if material is None else material["shelf_life"],
        stopped=material is not None and is_stopped(given, material),
        fits=not came or total(came, unit) is not None,
        expected=line,
        amount=None if line is None else total(came, "kg"),
        lot=None,
        day=REGISTER["day"],
        rule=Rule(**REGISTER["rule"]),
    )


def total(came: list[Json], unit: str | None) -> Decimal | None:
    found = [None if unit is None else units.converted(one["quantity"], unit) for one in came]
    return None if None in found else sum((Decimal(one["value"]) for one in found if one), Decimal(0))


def expected(given: Json) -> rules.Expected | None:
    for order in REGISTER["orders"]:
        for one in order["lines"]:
            if (order["order"], one["line"]) == (given["order"], given["line"]):
                amounts = Decimal(one["quantity"]), Decimal(one["received"])
                return rules.Expected(order["supplier"], one["material"], *amounts, open=True, approved=True, unit="kg")
    return None


def is_stopped(given: Json, material: Json) -> bool:
    nobody = ("", (), None, None, None)
    companies = {
        one["supplier"]: Supplier(
            one["supplier"],
            one["name"],
            "",
            (),
            "qualified" if one["qualified_until"] else "new",
            one["qualified_until"],
            *nobody[1:],
        )
        for one in REGISTER["suppliers"]
    }
    pairs = [Supply(**one, approved=True, reason="", decided_by="", decided_at="") for one in REGISTER["supplies"]]
    name = given["supplier"] or given["supplier_name"]
    found = next((one for one in companies.values() if name is not None and one.is_named(name)), None)
    ours = [one for one in pairs if one.material == material["code"]]
    fit = suppliers.approved(found, ours, companies, REGISTER["day"], given["manufacturer"])
    return (name is not None or material["type"] == "raw" or material["type"] == "packaging") and not fit
