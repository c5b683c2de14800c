"""What a batch needs, which container comes next, and what nothing accounts for in the end: pure rules."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.core import units
from server.materials.stock.model import Movement
from server.production.issuing import rules
from server.production.issuing.model import Account, Choice, Issue

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


def issue(held: str, begun: int = 1, taken: str = "0") -> Issue:
    came = {"value": held, "unit": "kg"}
    return Issue("C-1", "lactose", "L1", "B1", came, None, "P-1", "t00", taken=taken, begun=begun)


def moved(what: str, amount: str | None, at: int, place: str | None = None, superseded: bool = False) -> Movement:
    return Movement(f"e{at}", what, amount, place, superseded, f"t{at:02}")


CAME = moved("received", "25", 0)


@pytest.mark.urs("MAT-08")
def test_a_batch_needs_what_its_weighings_and_dispensings_come_to() -> None:
    phases = [
        weighing("lactose", "12.5", "12.6"),
        {"type": "parameters"},
        dispensing(weighing("lactose", "500", "505", "g"), weighing("starch", None, "3", "kg")),
    ]
    found = {one.material: (one.value, one.most, one.unit) for one in rules.needs(phases, {})}
    assert found == {"lactose": (Decimal("13.0"), Decimal("13.105"), "kg"), "starch": (Decimal(3), Decimal(3), "kg")}


@pytest.mark.urs("MAT-08")
def test_what_has_no_amount_or_another_kind_of_unit_adds_nothing() -> None:
    assert rules.needs([weighing("lactose", None, None)], {}) == []
    [found] = rules.needs([weighing("lactose", "1", None), weighing("lactose", "4", None, "L")], {})
    assert (found.value, found.most, found.unit) == (Decimal(1), Decimal(1), "kg")


@pytest.mark.urs("MAT-05", "MAT-08")
def test_what_is_asked_for_in_litres_counts_by_the_density_of_the_material() -> None:
    density = {
        "ethanol": units.links([{"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}])
    }
    [found] = rules.needs([weighing("ethanol", "1", None), weighing("ethanol", "2", "2.1", "L")], density)
    assert (found.value, found.most, found.unit) == (Decimal("2.578"), Decimal("2.6569"), "kg")
    # What is no decimal in litres is rounded at the twelfth place, and not forgotten.
    [found] = rules.needs([weighing("ethanol", "1", None, "L"), weighing("ethanol", "0.263", None)], density)
    assert (found.value, found.unit) == (Decimal("1.333333333333"), "L")


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
    [need] = rules.needs([weighing("lactose", "12.5", "12.6")], {})
    assert not rules.covered(need, [{"value": "12.599", "unit": "kg"}])
    assert rules.covered(need, [{"value": "12", "unit": "kg"}, {"value": "600", "unit": "g"}])


def shown(found: Account) -> dict[str, str | None]:
    return {name: None if one is None else one["value"] for name, one in rules.reconciled(found).items()}


@pytest.mark.urs("MAT-09")
def test_a_container_that_is_with_the_batch_still_holds_what_nothing_accounts_for() -> None:
    found = rules.account("B1", "kg", [issue("25")], [CAME, moved("weighed", "-12.64", 1, "B1/10/net")])
    assert shown(found) == {
        "issued": "25.00",
        "used": "12.64",
        "returned": "0.00",
        "scrapped": "0.00",
        "balanced": "0.00",
        "open": "12.36",
        "difference": "0.00",
    }
    assert (found.rest, rules.settled(found)) == (Fraction("12.36"), False)


@pytest.mark.urs("MAT-09")
def test_a_tenth_of_a_percent_may_be_missing_for_that_is_what_balances_are_off() -> None:
    def back(value: str) -> Account:
        moves = [CAME, moved("weighed", "-12.64", 1, "B1/10/net"), moved("returned", value, 2)]
        return rules.account("B1", "kg", [issue("25")], moves)

    assert rules.settled(back("12.335"))
    assert rules.settled(back("12.385"))
    assert not rules.settled(back("12.334"))
    assert not rules.settled(back("12.386"))


@pytest.mark.urs("MAT-09")
def test_what_was_said_in_a_unit_that_leads_nowhere_is_not_accounted_for() -> None:
    found = rules.account("B1", "kg", [issue("25")], [CAME, moved("weighed", None, 1, "B1/10/net")])
    assert (found.rest, rules.settled(found)) == (None, False)
    assert rules.account("B1", "kg", [issue("25")], [CAME, moved("weighed", None, 1, "B2/10/net")]).rest == 25


amounts = some.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=3)


@given(some.lists(some.tuples(amounts, amounts, some.lists(amounts, max_size=4)), min_size=1, max_size=5))
@pytest.mark.urs("MAT-09")
def test_what_came_is_what_was_used_returned_and_unexplained_to_the_last_digit(
    containers: list[tuple[Decimal, Decimal, list[Decimal]]],
) -> None:
    found = []
    for held, back, used in containers:
        moves = [moved("weighed", f"{-one:f}", at, f"B1/10/{at}") for at, one in enumerate(used, 1)]
        moves = [moved("received", f"{held:f}", 0), *moves, moved("returned", f"{back:f}", 9)]
        found.append(rules.account("B1", "kg", [issue(f"{held:f}")], moves))
    whole = rules.together("kg", found)
    assert whole.issued is not None
    assert whole.rest is not None
    assert whole.issued == (whole.used or 0) + (whole.returned or 0) + whole.rest
    assert whole.used == sum((Fraction(one) for _, _, used in containers for one in used), Fraction(0))
    assert not whole.open


@given(some.permutations(range(4)), some.integers(0, 4))
@pytest.mark.urs("MAT-09", "PLT-09")
def test_whatever_the_log_is_told_first_a_batch_accounts_for_the_same(order: list[int], place: int) -> None:
    """Three weighings and what was destroyed, by time of the deed; the container is issued anywhere between."""
    deeds = [moved("weighed", f"-{at}", at + 1, f"B1/10/{at}") for at in range(1, 4)]
    deeds.append(moved("weighed", "-1", 5, "B1/10/4"))
    told = [CAME, *(deeds[at] for at in order)]
    before = told[: place + 1]
    held = 25 + sum(int(one.amount or 0) for one in before[1:])
    stay = issue(str(held), len(before), rules.taken_before("B1", [], before))
    found = rules.account("B1", "kg", [stay], [*told, moved("returned", "18", 9)])
    assert [found.issued, found.used, found.rest] == [25, 7, 0]


@pytest.mark.urs("MAT-09")
def test_a_container_that_comes_twice_is_counted_by_what_each_time_took() -> None:
    first = [CAME, moved("weighed", "-5", 1, "B1/10/1"), moved("returned", "20", 2)]
    late = [*first, moved("weighed", "-1", 1, "B1/10/2"), moved("weighed", "-2", 3, "B1/20/1")]
    stays = [issue("25")]
    assert rules.taken_before("B1", stays, late) == "2"
    stays.append(issue("18", len(late), "2"))
    found = rules.account("B1", "kg", stays, [*late, moved("returned", "18", 4)])
    # What was told late was taken before it came back, and is missing there.
    assert [found.issued, found.used, found.returned, found.rest] == [45, 8, 38, -1]


@pytest.mark.urs("MAT-06", "MAT-09")
def test_what_is_filled_over_destroyed_or_sampled_is_no_difference() -> None:
    moves = [CAME, moved("split_out", "-4", 1), moved("scrapped", "-1", 2), moved("sampled", "-0.1", 3)]
    parent = rules.account(
        "B1", "kg", [issue("25")], [*moves, moved("returned", "19.9", 4), moved("scrapped", "-9", 5)]
    )
    part = rules.account("B1", "kg", [issue("4")], [moved("split_in", "4", 1), moved("weighed", "-4", 2, "B1/10/1")])
    whole = rules.together("kg", [parent, part])
    assert [whole.issued, whole.used, whole.scrapped, whole.rest] == [25, 4, Fraction("1.1"), 0]
    poured = rules.account("B1", "kg", [issue("25")], [CAME, moved("merged_out", "-25", 1)])
    assert [poured.issued, poured.open] == [0, False]


@pytest.mark.urs("MAT-09", "PRD-11")
@given(
    some.decimals(0, 1000, places=2),
    some.decimals(0, 1000, places=2),
    some.decimals(0, 1000, places=2),
    some.lists(some.decimals(0, 1000, places=2), max_size=3),
)
def test_what_balances_answer_for_and_what_movements_say_never_count_twice(
    issued: Decimal, used: Decimal, back: Decimal, gone: list[Decimal]
) -> None:
    """More that is said never leaves more to be explained, and either alone is enough to account for it."""
    bare = Account("kg", *(Fraction(one) for one in (issued, used, back)), Fraction(0), open=False)
    whole = rules.answered(bare, [{"value": str(one * 1000), "unit": "g"} for one in gone])
    assert bare.rest is not None
    assert whole.rest == min(bare.rest, Fraction(issued - back) - Fraction(sum(gone, Decimal(0))))
    assert rules.answered(bare, [{"value": "5", "unit": "pcs"}]) == bare, "what does not convert answers for nothing"
