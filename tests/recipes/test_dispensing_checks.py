"""What is said of a phase of dispensing before a version of a recipe is submitted, each with its place."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from dispensing_support import API, DISPENSING, FILLER, SALT
from recipe_support import content

from server.recipes.checking import check
from server.recipes.findings import WORDS, Registers
from server.recipes.model import has_slot, slots

pytestmark = pytest.mark.urs("MAT-12", "PRD-02", "PRD-07")
KNOWN = Registers(
    units=dict.fromkeys(("api-1", "exc-1", "exc-2"), "kg") | {"mL-1": "mL"},
    equipment={"BAL-07": "2-114"},
    classes=frozenset({"balance"}),
    rooms=frozenset({"2-114"}),
)


def found(*lines: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in check(made(*lines, **changes), KNOWN)]


def made(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = [{"material": name, "name": {"zh": "名", "en": name}} for name in ("api-1", "exc-1", "exc-2", "mL-1")]
    phase = deepcopy(DISPENSING | {"lines": list(lines)} | changes)
    return content(phases=[phase], materials=names)


def test_a_phase_with_every_role_is_right_and_leaves_a_slot_for_each_line() -> None:
    assert found(API, FILLER, SALT) == []
    assert slots(DISPENSING) == ["20/api/1", "20/filler/1", "20/salt/1"]
    there = ["20/api/1", "20/api/999", "20/api/1000", "20/api/01", "20/x/1", "30/api/1", "20/api"]
    assert [slot for slot in there if has_slot(DISPENSING, slot)] == ["20/api/1", "20/api/999"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (API | {"quantity": None}, ("role_without_quantity", "quantity")),
        (API | {"quantity": "target *"}, ("expression_wrong", "quantity")),
        (API | {"quantity": "target > 1"}, ("expression_wrong", "quantity")),
        (API | {"quantity": "target + dispensed"}, ("expression_wrong", "quantity")),
        (API | {"potency": {"assay": "assay", "water": None}}, ("potency_missing", "potency/water")),
        (API | {"potency": None, "quantity": "target / assay"}, ("potency_missing", "potency/assay")),
        (API | {"compensates": ["api"]}, ("role_with_quantity", "compensates")),
        (API | {"material": "sugar"}, ("material_unknown", "material")),
        (API | {"unit": "L"}, ("unit_differs", "unit")),
        (API | {"low": "0.000"}, ("not_positive", "low")),
        (API | {"target": "6.000"}, ("target_outside", "target")),
        (API | {"high": "5.0251"}, ("too_fine", "high")),
        (API | {"high": "4.000"}, ("range_reversed", "low")),
        (API | {"role": "plain"}, ("role_with_quantity", "quantity")),
        (API | {"rounding": "down"}, ("malformed", "rounding")),
        (FILLER | {"compensates": []}, ("compensates_nothing", "compensates")),
        (FILLER | {"compensates": ["salt"]}, ("compensates_nothing", "compensates")),
        (FILLER | {"material": "mL-1", "unit": "mL"}, ("compensates_unit", "compensates")),
        (FILLER | {"potency": {"assay": "assay", "water": None}}, ("role_with_quantity", "potency")),
        (FILLER | {"quantity": "target - assay"}, ("expression_wrong", "quantity")),
    ],
)
def test_what_does_not_fit_is_told_with_its_path(line: dict[str, Any], expected: tuple[str, str]) -> None:
    first = line if line["id"] == "api" else API
    told = found(first, line if line["id"] == "filler" else FILLER, SALT)
    at = 0 if line["id"] == "api" else 1
    code, path = expected
    assert (code, f"phases/0/lines/{at}/{path}") in told
    assert all(one in WORDS for one, _ in told)


def test_two_lines_of_one_id_are_told() -> None:
    assert [code for code, _ in found(SALT, SALT)] == ["id_twice"]


def test_who_stands_by_is_one_of_the_ways_that_there_are() -> None:
    assert found(SALT, second="line") == []
    assert found(SALT, second="never") != []


def test_a_test_that_the_specification_has_not_is_told() -> None:
    registers = replace(KNOWN, tests={"api-1": frozenset({"assay"})})
    assert [(one.code, one.path) for one in check(made(API, SALT), registers)] == [
        ("test_unknown", "phases/0/lines/0/potency/water")
    ]
