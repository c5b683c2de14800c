"""What a batch needs, which container comes next, and what nothing accounts for in the end: pure rules."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.production.issuing import rules
from server.production.issuing.model import Choice, Issue

NAME = {"zh": "乳糖", "en": "Lactose"}


def weighing(material: str, target: str | None, high: str | None, unit: str = "kg") -> dict[str, Any]:
    return {
        "type": "weighing",
        "material": material,
        "material_name": NAME,
        "target": target,
        "low": None,
        "high": high,
        "unit": unit,
    }


def dispensing(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"type": "dispensing", "lines": list(lines)}


def choice(label: str, until: str | None, material: str = "lactose") -> Choice:
    return Choice(label, material, {"value": "25", "unit": "kg"}, until)


def issue(held: str, returned: str | None) -> Issue:
    back = None if returned is None else {"value": returned, "unit": "kg"}
    at = None if returned is None else "2026-11-26T09:00:00.000Z"
    return Issue("C-1", "lactose", "L1", "B1", {"value": held, "unit": "kg"}, None, "P-1", "t", back, "P-1", at)


@pytest.mark.urs("MAT-08")
def test_a_batch_needs_what_its_weighings_and_dispensings_come_to() -> None:
    phases = [
        weighing("lactose", "12.5", "12.6"),
        {"type": "parameters"},
        dispensing(weighing("lactose", "500", "505", "g"), weighing("starch", None, "3", "kg")),
    ]
    found = {one.material: (one.value, one.most, one.unit) for one in rules.needs(phases)}
    assert found == {"lactose": (Decimal("13.0"), Decimal("13.105"), "kg"), "starch": (Decimal(3), Decimal(3), "kg")}


@pytest.mark.urs("MAT-08")
def test_what_has_no_amount_or_another_kind_of_unit_adds_nothing() -> None:
    assert rules.needs([weighing("lactose", None, None)]) == []
    [found] = rules.needs([weighing("lactose", "1", None), weighing("lactose", "4", None, "L")])
    assert (found.value, found.most, found.unit) == (Decimal(1), Decimal(1), "kg")


@pytest.mark.urs("MAT-07")
def test_the_one_that_ends_first_is_taken_first() -> None:
    proposed = [choice("A", "2026-12-01"), choice("B", "2027-01-01"), choice("C", None)]
    assert rules.departs(choice("B", "2027-01-01"), proposed, {"B"}) == "A"
    assert rules.departs(choice("C", None), proposed, {"A", "C"}) == "B"
    assert rules.departs(choice("A", "2026-12-01"), proposed, {"A"}) is None
    # Together with all that end before it, or beside one that ends on the same day.
    assert rules.departs(choice("C", None), proposed, {"A", "B", "C"}) is None
    assert rules.departs(choice("D", "2026-12-01"), proposed, {"D"}) is None
    assert rules.departs(choice("E", None, "starch"), proposed, {"E"}) is None


@given(some.lists(some.sampled_from(["2026-12-01", "2027-01-01", "2027-06-30", None]), min_size=1, max_size=8))
@pytest.mark.urs("MAT-07")
def test_taken_in_the_order_of_stock_nothing_asks_for_a_reason(ends: list[str | None]) -> None:
    ordered = [choice(str(at), until) for at, until in enumerate(sorted(ends, key=lambda one: one or rules.NEVER))]
    for count in range(1, len(ordered) + 1):
        together = {one.container for one in ordered[:count]}
        assert all(rules.departs(one, ordered, together) is None for one in ordered[:count])
    last, first = ordered[-1], ordered[0]
    sooner = (first.use_until or rules.NEVER) < (last.use_until or rules.NEVER)
    assert (rules.departs(last, ordered, {last.container}) is not None) == sooner


@pytest.mark.urs("MAT-08")
def test_enough_is_what_the_upper_limits_come_to() -> None:
    [need] = rules.needs([weighing("lactose", "12.5", "12.6")])
    assert not rules.covered(need, [{"value": "12.599", "unit": "kg"}])
    assert rules.covered(need, [{"value": "12", "unit": "kg"}, {"value": "600", "unit": "g"}])


@pytest.mark.urs("MAT-09")
def test_a_container_that_is_with_the_batch_still_leaves_nothing_unexplained() -> None:
    found = rules.reconciled("kg", [issue("25", None)], [{"value": "12.64", "unit": "kg"}])
    assert {name: one["value"] for name, one in found.items()} == {
        "issued": "25",
        "used": "12.64",
        "returned": "0",
        "open": "12.36",
        "difference": "0",
    }


amounts = some.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=3)


@given(some.lists(some.tuples(amounts, amounts), min_size=1, max_size=6), some.lists(amounts, max_size=6))
@pytest.mark.urs("MAT-09")
def test_what_came_is_what_was_used_returned_and_unexplained_to_the_last_digit(
    containers: list[tuple[Decimal, Decimal]], used: list[Decimal]
) -> None:
    issues = [issue(f"{held:f}", f"{back:f}") for held, back in containers]
    found = rules.reconciled("kg", issues, [{"value": f"{one:f}", "unit": "kg"} for one in used])
    said = {name: Decimal(one["value"]) for name, one in found.items()}
    assert said["issued"] == said["used"] + said["returned"] + said["difference"] + said["open"]
    assert said["open"] == 0
    assert said["used"] == sum(used, Decimal(0))
