"""A witness finds an order by a version of a recipe that is not the one effective that day (PRD-03)."""

from collections.abc import Iterator
from typing import Any

import pytest
from approval_support import approve
from plant import PlantUnderTest
from recipe_support import CODE, LONG_SINCE, REVIEWERS, content, in_force, master, stock, submit
from witness_support import Rig, Story

from server.production import model as production
from server.production.control_recipe import frozen
from server.recipes import model

pytestmark = pytest.mark.urs("PLT-18", "PRD-03", "PRD-04")
SIZE = {"value": "2500000", "unit": "tablets"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Version 2 has taken the place of version 1, and version 3 is approved for a day that is far."""
    folder = tmp_path_factory.mktemp("effective")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    stock(site)
    in_force(site)
    for number, named in ((2, LONG_SINCE), (3, "2099-01-01")):
        assert submit(site, master(number), effective_from=named).status_code == 201
        approve(site.plant, f"recipe/{CODE}/{number}", REVIEWERS, "P-0004")
    yield Story.of(site.plant)
    site.close()


def order(batch: str, given: dict[str, Any]) -> dict[str, Any]:
    named = {"batch": batch, "recipe": CODE, "version": given["version"], "recipe_hash": model.recipe_hash(given)}
    return named | {"size": SIZE, "lots": []} | frozen(given, SIZE)


def test_the_version_that_is_effective_is_ordered(rig: Rig, story: Story) -> None:
    assert rig.show(story.stated(production.MASTER_ORDER, "batch/B6", order("B6", master(2)), "P-0001")) == 200, rig.why


@pytest.mark.parametrize(("kind", "given"), [(production.MASTER_ORDER, master(3)), (production.ORDER, content())])
def test_none_is_ordered_before_its_day_nor_after_that_of_the_next(
    rig: Rig, story: Story, kind: str, given: dict[str, Any]
) -> None:
    assert rig.show(story.stated(kind, "batch/B7", order("B7", given), "P-0001")) == 422
    assert rig.found == ("recipe_not_effective", len(story.entries))
