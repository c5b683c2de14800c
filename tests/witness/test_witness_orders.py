"""A witness finds an order that freezes something else than its recipe says (PRD-04)."""

from collections.abc import Iterator

import pytest
from batch_support import Payload, Site, order
from control_support import MASTER, OTHER_ORDERS, SHORT, approved, ordered_by, weighed_in
from witness_support import Rig, Story

from server.core.kinds import Fact
from server.production.model import MASTER_ORDER, ORDER

pytestmark = pytest.mark.urs("PRD-04", "PLT-18")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("frozen")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    approved(site.plant, MASTER)
    site.plant.recorder.state(Fact(MASTER_ORDER, "batch/B1", ordered_by(MASTER, "B1"), actor="P-3"))
    site.put("material_weighed", weighed_in("B1"))
    yield Story.of(site.plant)
    site.plant.close()


def test_an_order_of_what_was_approved_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    more = story.stated(MASTER_ORDER, "batch/B2", ordered_by(MASTER, "B2"), "P-3")
    assert rig.show(more.stated(ORDER, "batch/B3", order("B3"), "P-3")) == 200, rig.why


@pytest.mark.parametrize("changes", OTHER_ORDERS)
def test_an_order_of_something_else_is_found(rig: Rig, story: Story, changes: Payload) -> None:
    given = ordered_by(MASTER, "B2", **changes)
    assert rig.show(story.stated(MASTER_ORDER, "batch/B2", given, "P-3")) == 422
    assert rig.found == ("order_differs", len(story.entries))


def test_of_a_recipe_that_was_erased_nothing_is_compared(rig: Rig, story: Story) -> None:
    [index] = story.indices("recipes.recipe_approved.v3")
    without = story.without_payload(index).stated(MASTER_ORDER, "batch/B2", ordered_by(MASTER, "B2", **SHORT), "P-3")
    rig.show(without)
    assert rig.found is None or rig.found[0] != "order_differs"
