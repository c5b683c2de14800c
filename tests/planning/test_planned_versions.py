"""What is planned for a day goes by the version of its recipe that is effective then, not by today's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction as F
from pathlib import Path

import pytest
from approval_support import approve
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, Content, desk, master, receive, stock, submit, words

from server.core import clock
from server.planning import gathering, model, rules
from server.planning.days import Days
from server.planning.model import Change, Item, Use
from server.planning.rules import Needs

pytestmark = pytest.mark.urs("PRD-01", "PRD-03")
SIZE = {"value": "2500000", "unit": "tablets"}
TODAY = 739_950


def day_in(number: int) -> str:
    return (clock.now() + timedelta(days=number)).date().isoformat()


def second() -> Content:
    """Version 2 needs a kilogram of starch besides."""
    given = master(2)
    line: Content = {"material": "starch", "name": words("Starch"), "kind": "raw"}
    line |= {"quantity": {"value": "1.000", "unit": "kg"}, "low": "0.990", "high": "1.010", "per_unit": None}
    weighing = next(one for one in given["phases"] if one["id"] == "20")
    limits = {"low": "0.990", "high": "1.010", "target": "1.000"}
    more = weighing | {"id": "25", "material": "starch", "material_name": words("Starch"), "after": ["20"]} | limits
    at = given["phases"].index(weighing) + 1
    given["phases"][at:at] = [more]
    given["phases"][at + 1]["after"] = ["25"]
    given["procedure"][0]["operations"][0]["phases"].append("25")
    return given | {"materials": [*given["materials"], line]}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    """Version 1 is in force, version 2 will be in ten days."""
    noon = datetime.fromisoformat("2026-12-01T12:00:00+00:00")
    clock.use(lambda: noon)
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    receive(made, "starch", "S-1")
    for number, given, day in ((1, master(), day_in(0)), (2, second(), day_in(10))):
        answer = submit(made, given, effective_from=day)
        assert answer.status_code == 201, answer.text
        approve(made.plant, f"recipe/{CODE}/{number}", REVIEWERS, "P-0004")
    yield made
    made.close()
    clock.use_system()


def starch(site: PlantUnderTest) -> list[tuple[str, str]]:
    """For what a run of the plan needs it, and how much."""
    found = site.client("zhang").get("/api/planning/items/starch").json
    return [(one["about"], one["quantity"]) for one in found["requirements"]]


@pytest.mark.parametrize(("days", "found"), [(9, []), (10, [("B-1", "1")])])
def test_a_planned_order_asks_for_the_bill_of_the_day_on_which_it_starts(
    site: PlantUnderTest, days: int, found: list[tuple[str, str]]
) -> None:
    body = {"batch": "B-1", "recipe": CODE, "version": 1, "size": SIZE, "lots": [], "planned_start": day_in(days)}
    answer = desk(site, "zhang").post("/api/orders", json=body | {"number_reason": "Series of before"})
    assert answer.status_code == 201, answer.text
    assert starch(site) == found


@pytest.mark.parametrize(("days", "found"), [(9, []), (10, [("P1", "1")])])
def test_what_is_proposed_needs_the_bill_of_the_day_on_which_it_is_begun(
    site: PlantUnderTest, days: int, found: list[tuple[str, str]]
) -> None:
    asked = {"demand": "D-1", "item": "AMT-5", "quantity": SIZE, "due": day_in(days)}
    answer = site.client("zhang").post("/api/planning/demands", json=asked | {"source": "Forecast", "reason": None})
    assert answer.status_code == 201, answer.text
    assert starch(site) == found


def test_a_version_that_says_the_same_changes_nothing(site: PlantUnderTest) -> None:
    with site.plant.engine.connect() as connection:
        item = gathering.gather(connection, day_in(0)).items["AMT-5"]
        later = gathering.gather(connection, day_in(10)).items["AMT-5"]
    assert (len(item.uses), [len(one.uses) for one in item.changes]) == (1, [2])
    assert (later.uses, later.changes) == (item.changes[0].uses, ())


def test_batches_are_of_the_size_of_their_day_and_levels_know_of_every_version() -> None:
    change = Change(TODAY + 10, F(50), (Use("B", F(2)),))
    made = Item("T", lead=5, policy=model.FIXED, size=F(100), uses=(Use("A", F(1)),), changes=(change,))
    needs = [Needs("T", F(60), TODAY + day, model.FOR_DEMAND, name) for day, name in ((12, "D1"), (16, "D2"))]
    plan = rules.plan({"T": made, "B": Item("B"), "A": Item("A")}, needs, [], TODAY, Days())
    [first, *below] = [one for one in plan.proposals if one.item == "T"]
    assert (first.ordered, first.release - TODAY) == (100, 7)
    assert [(one.ordered, one.release - TODAY) for one in below] == [(50, 11)]
    needed = {(one.item, one.quantity) for one in plan.requirements if one.cause == model.FOR_PROPOSAL}
    assert needed == {("A", F(100)), ("B", F(100))}
    assert plan.levels == {"T": 0, "A": 1, "B": 1}
