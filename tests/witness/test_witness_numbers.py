"""A witness finds batches that are numbered otherwise than by the plant's rule (PRD-04)."""

from collections.abc import Iterator
from typing import Any

import pytest
from plant import PlantUnderTest
from recipe_support import CODE, imported, stock
from witness_support import Rig, Story

from server.production import model as production
from server.production.numbers import model

pytestmark = pytest.mark.urs("PRD-04", "PLT-18")
PLANNER = "P-0001"
TYPED: dict[str, Any] = dict.fromkeys(("scope", "pattern", "period", "seq")) | {"reason": "Trial"}
OF_SITE = {"scope": "", "pattern": model.DEFAULT, "period": "202612"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Two numbers by the site's rule, one typed, and one by a product's own rule."""
    folder = tmp_path_factory.mktemp("numbers")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    stock(site)
    imported(site)
    planner = site.client("zhang")
    body: dict[str, Any] = {"batch": None, "number_reason": None, "recipe": CODE, "version": 1, "lots": []}
    body |= {"size": {"value": "2500000", "unit": "tablets"}, "planned_start": "2026-12-01"}
    for changes in ({}, {}, {"batch": "2612003", "number_reason": "Trial"}):
        assert planner.post("/api/orders", json=body | changes).status_code == 201
    rule = {"product": "AMT-5", "pattern": "{product}-{yyyy}{seq:2}", "reason": "SOP"}
    assert planner.post("/api/batch-rules", json=rule).status_code == 201
    assert planner.post("/api/orders", json=body).json["batch"] == "AMT-5-202601"
    yield Story.of(site.plant)
    site.close()


def given(story: Story, **changes: Any) -> Story:
    said = story.payloads(model.GIVEN)[-1] | {"batch": "AMT-5-202602", "seq": 2} | changes
    return story.stated(model.GIVEN, production.order_stream(said["batch"]), said, PLANNER)


def planned(story: Story, batch: str) -> Story:
    said = story.payloads(production.ORDER_PLANNED)[-1] | {"batch": batch}
    return story.stated(production.ORDER_PLANNED, production.order_stream(batch), said, PLANNER)


def test_numbers_by_the_rule_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    assert rig.show(planned(given(story), "AMT-5-202602")) == 200, rig.why


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"batch": "AMT-5-202601", "seq": 1}, "batch_number_taken"),
        ({"batch": "AMT-5-202603"}, "batch_number_wrong"),
        ({"batch": "AMT-5-202702", "period": "2027"}, "batch_number_wrong"),
        ({"batch": "2612004", "seq": 4, **OF_SITE}, "batch_number_wrong"),
        ({"batch": "2612001", **TYPED}, "batch_known"),
    ],
)
def test_a_number_that_the_rule_does_not_give_is_found(
    rig: Rig, story: Story, changes: dict[str, Any], code: str
) -> None:
    assert rig.show(given(story, **changes)) == 422
    assert rig.found == (code, len(story.entries))


def test_an_order_without_a_number_is_found(rig: Rig, story: Story) -> None:
    assert rig.show(planned(story, "X-1")) == 422
    assert rig.found == ("batch_number_missing", len(story.entries))


def test_an_order_under_the_number_of_another_product_is_found(rig: Rig, story: Story) -> None:
    more = given(story, batch="X-1", product="other", **TYPED)
    assert rig.show(planned(more, "X-1")) == 422
    assert rig.found == ("batch_number_wrong", len(more.entries))


def test_a_rule_by_which_two_are_alike_is_found(rig: Rig, story: Story) -> None:
    rule = {"product": None, "pattern": "{mm}{seq:2}", "reason": "SOP"}
    assert rig.show(story.stated(model.RULE_SET, model.STREAM, rule, PLANNER)) == 422
    assert rig.found == ("batch_pattern_wrong", len(story.entries))
