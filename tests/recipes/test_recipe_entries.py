"""Approval of recipes through the door."""

from pathlib import Path

import pytest
from batch_support import RECIPE, Site

from server.core.errors import PestleError
from server.recipes import queries
from server.recipes.model import recipe_hash


@pytest.mark.urs("PRD-03", "PLT-16")
def test_a_version_is_approved_once_and_the_next_one_stands_beside_it(database_url: str, tmp_path: Path) -> None:
    site = Site(database_url, tmp_path)
    with pytest.raises(PestleError) as refused:
        site.state("recipes.recipe_approved.v1", "recipe/MR-TAB", RECIPE)
    assert refused.value.code == "recipe_version_exists"
    second = RECIPE | {"version": 2}
    site.state("recipes.recipe_approved.v1", "recipe/MR-TAB", second)
    with site.plant.engine.connect() as connection:
        first, newest = (queries.find_recipe(connection, "MR-TAB", version) for version in (1, 2))
    site.plant.close()
    assert first is not None
    assert newest is not None
    assert (first.hash, first.payload) == (recipe_hash(RECIPE), RECIPE)
    assert (newest.version, newest.hash) == (2, recipe_hash(second))
