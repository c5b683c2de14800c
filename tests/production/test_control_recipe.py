"""What an order freezes is what its recipe says for its size, planned or not: nobody weighs by another one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import RECIPE, Site, order
from control_support import MASTER, OTHER_ORDERS, approved, ordered_by

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.production.control_recipe import differs, frozen
from server.production.model import MASTER_ORDER, ORDER
from server.recipes.model import recipe_hash

pytestmark = pytest.mark.urs("PRD-04")
Made = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    approved(made.plant, MASTER)
    yield made
    made.plant.close()


def released(site: Site, given: Made, kind: str = MASTER_ORDER) -> None:
    site.plant.recorder.state(Fact(kind, f"batch/{given['batch']}", given, actor="P-3"))


@pytest.mark.parametrize("changes", OTHER_ORDERS)
def test_an_order_that_nobody_planned_says_what_its_recipe_says(site: Site, changes: Made) -> None:
    with pytest.raises(PestleError) as refused:
        released(site, ordered_by(MASTER, "B1", **changes))
    assert refused.value.code in {"order_differs", "order_size_wrong"}


def test_an_order_of_the_size_that_it_freezes_is_taken(site: Site) -> None:
    half = {"value": "50.000", "unit": "kg"}
    released(site, ordered_by(MASTER, "B1"))
    released(site, ordered_by(MASTER, "B2", size=half, **frozen(MASTER, half)))
    assert site.line("B2").size == half


def test_an_order_of_the_form_of_another_recipe_is_refused(site: Site) -> None:
    named = {"recipe": MASTER["recipe"], "recipe_hash": recipe_hash(MASTER)}
    other = {"recipe": RECIPE["recipe"], "recipe_hash": recipe_hash(RECIPE)}
    for given, kind in ((order("B1", **named), ORDER), (ordered_by(MASTER, "B1") | other, MASTER_ORDER)):
        with pytest.raises(PestleError) as refused:
            released(site, given, kind)
        assert refused.value.code == "order_differs"


def test_of_an_order_of_before_nothing_is_compared() -> None:
    assert not differs(ORDER, order("B1", phases=[]), RECIPE)
